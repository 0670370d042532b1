"""Scores of the targets in the years that a network never saw, basin by basin."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from vadose.concepts.skill import skill, store_skill
from vadose.evaluation import long_table
from vadose.root_zone.simulated import HeldOut


def skill_table(
    parts: Iterable[HeldOut], basins: list[str], residual: np.ndarray | None, experiment: str
) -> pd.DataFrame:
    """Score all members of an experiment as rows of the long table.

    `residual` [member, basin] is the error of the whole record's water balance in mm/day, the
    metric closure of variable water; a rival has none. Rows are of "experiment, fold f, seed s".
    """
    rows, ids = [], np.array(basins)
    for member, part in enumerate(parts):
        found = {} if residual is None else {"water": {"closure": residual[member]}}
        for name, (simulated, observed) in part.pairs.items():
            found[name] = (skill if name == "q" else store_skill)(simulated, observed)
        for name, scores in found.items():
            rows.append(
                long_table(
                    scores,
                    ids,
                    system="root_zone",
                    experiment=f"{experiment}, fold {part.fold}, seed {part.seed}",
                    variable=name,
                    split="time",
                    period="test",
                )
            )
    return pd.concat(rows, ignore_index=True)
