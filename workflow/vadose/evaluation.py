"""The long table: one row per score of one unit, the same columns for every system."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from vadose.errors import InputError
from vadose.metrics import scores
from vadose.pages import page
from vadose.seasons import usual

COLUMNS = ("system", "experiment", "variable", "unit_id", "split", "period", "metric", "value")
SPLITS = {"calibration": 1, "verification": 2}  # codes of months


def long_table(
    values: Mapping[str, np.ndarray],
    unit_ids: np.ndarray,
    *,
    system: str,
    experiment: str,
    variable: str,
    split: str,
    period: str,
) -> pd.DataFrame:
    """Lay out scores by metric, each [unit], as rows of the long table."""
    metrics = list(values)
    n = len(unit_ids)
    fixed = {
        "system": system,
        "experiment": experiment,
        "variable": variable,
        "split": split,
        "period": period,
    }
    table = pd.DataFrame(
        {
            "unit_id": np.tile(np.asarray(unit_ids, str), len(metrics)),
            "metric": np.repeat(metrics, n),
            "value": np.concatenate([values[m] for m in metrics]) if metrics else [],
        }
    ).assign(**fixed)
    return table[list(COLUMNS)]


def climatology(q: np.ndarray, calibration: np.ndarray, month: np.ndarray) -> np.ndarray:
    """Simulate each month by its calendar mean over the calibration months: the least baseline.

    q [unit, time], calibration [unit, time] a mask, month [time] 1..12; gives [unit, time].
    """
    return usual(np.where(calibration, q, np.nan), month)


def summary(table: pd.DataFrame, groups: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Medians of KGE by experiment, period and group of units; groups are arrays of unit ids."""
    rows = []
    kge_rows = table[table["metric"] == "kge"]
    for group, ids in groups.items():
        part = kge_rows[kge_rows["unit_id"].isin(ids)]
        for keys, values in part.groupby(["experiment", "split"], sort=False)["value"]:
            rows.append((group, *keys, values.median(), int(values.notna().sum())))
    return pd.DataFrame(rows, columns=["basins", "experiment", "split", "median_kge", "n"])


def summary_page(table: pd.DataFrame) -> str:
    """Lay out a summary as one HTML table: an experiment a row, basins and splits as columns."""
    wide = table.pivot_table(
        index="experiment", columns=["basins", "split"], values="median_kge", sort=False
    )
    counts = table.groupby("basins", sort=False)["n"].max()
    wide = wide.rename(columns={name: f"{name} (n = {n})" for name, n in counts.items()})
    wide = wide.rename_axis(index=None, columns=["basins", "months"])
    return page("Median Kling-Gupta efficiency", wide)


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write the long table as parquet."""
    if tuple(table.columns) != COLUMNS:
        raise InputError(f"{path}: columns {list(table.columns)}, expected {list(COLUMNS)}")
    pq.write_table(pa.Table.from_pandas(table, preserve_index=False), path)


def read_table(path: Path) -> pd.DataFrame:
    """Read the long table."""
    return pq.read_table(path).to_pandas()


def score_months(
    name: str, simulated: np.ndarray, observed: np.ndarray, split: np.ndarray, ids: np.ndarray
) -> list[pd.DataFrame]:
    """Score simulated runoff in the calibration and in the verification months: the long table.

    simulated, observed and the codes of `split` are [unit, time].
    """
    return [
        long_table(
            scores(simulated, np.where(split == code, observed, np.nan)),
            ids,
            system="water_balance",
            experiment=name,
            variable="q",
            split=period,
            period="monthly",
        )
        for period, code in SPLITS.items()
    ]
