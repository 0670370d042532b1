"""Splits in files that a person can read and that are noticed when they are changed.

A file is a CSV table of unit, fold and part (in words), one row a unit and fold. Its first line is
a comment with the SHA-256 of all that follows, so that results and their split stay together.
"""

import hashlib
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vadose.errors import InputError
from vadose.splits import Part

COLUMNS = ["unit", "fold", "part"]
HEAD = b"# sha256 "
WORDS = {part.name.lower(): int(part) for part in Part}


def split_table(units: Sequence[str], folds: Sequence[str], parts: np.ndarray) -> pd.DataFrame:
    """Write parts [fold, unit] out as a table with one row for each unit in each fold."""
    words = np.array(list(WORDS))
    return pd.DataFrame(
        {
            "unit": np.tile(np.asarray(units, dtype=object), len(folds)),
            "fold": np.repeat(np.asarray(folds, dtype=object), len(units)),
            "part": words[parts.ravel()],
        }
    )


def split_parts(table: pd.DataFrame, units: Sequence[str]) -> tuple[list[str], np.ndarray]:
    """Give the folds of a table, in its order, and the parts [fold, unit] of some units.

    Units that the split does not know, such as cells labelled since new months came, are for
    nothing (BUFFER). InputError where it knows none of them.
    """
    codes = table.assign(part=table["part"].map(WORDS))
    wide = codes.pivot(index="fold", columns="unit", values="part")
    folds = [str(fold) for fold in table["fold"].unique()]
    known = wide.columns.intersection(list(units))
    if not len(known):
        raise InputError(
            f"the split knows none of {len(units)} units: it was made for others, make it anew"
        )
    chosen = wide.reindex(index=folds, columns=list(units)).fillna(int(Part.BUFFER))
    return folds, chosen.to_numpy(np.int8)


def units_tested(table: pd.DataFrame, units: np.ndarray) -> dict[str, np.ndarray]:
    """Tell which of some units each fold tests, masks [unit]; unknown units are never tested."""
    test = table[table["part"] == "test"]
    return {
        str(fold): np.isin(units, test.loc[test["fold"] == fold, "unit"])
        for fold in table["fold"].unique()
    }


def write_split(table: pd.DataFrame, path: Path) -> None:
    """Write a split with the SHA-256 of its content, in one step; the same split gives one file.

    InputError where columns are missing, a part is unknown or a unit is twice in a fold.
    """
    _check(table, path)
    content = table[COLUMNS].to_csv(index=False, lineterminator="\n").encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(HEAD + hashlib.sha256(content).hexdigest().encode() + b"\n" + content)
    part.replace(path)


def read_split(path: Path) -> pd.DataFrame:
    """Read a split as text; InputError where the file was changed after it was written."""
    head, _, content = path.read_bytes().partition(b"\n")
    if head.strip() != HEAD + hashlib.sha256(content).hexdigest().encode():
        raise InputError(
            f"{path} is not as it was written (its SHA-256 differs from its first line): results "
            "belong to the split that they were made with; delete the file and run again"
        )
    table = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
    _check(table, path)
    return table


def split_hash(path: Path) -> str:
    """Give the hash that a split carries in its first line."""
    with path.open("rb") as file:
        return file.readline().removeprefix(HEAD).strip().decode()


def _check(table: pd.DataFrame, path: Path) -> None:
    lacking = [name for name in COLUMNS if name not in table]
    if lacking:
        raise InputError(f"{path}: the split has no column {', '.join(lacking)}")
    unknown = sorted(set(table["part"].astype(str)) - set(WORDS))
    if unknown:
        raise InputError(f"{path}: parts are {', '.join(WORDS)}, found {', '.join(unknown)}")
    twice = table.duplicated(["unit", "fold"])
    if twice.any():
        unit, fold = table.loc[twice, ["unit", "fold"]].iloc[0]
        raise InputError(f"{path}: {unit} is twice in fold {fold}")
