"""Scores of streamflow and stores, basin by basin, in the order of the targets.

R2 is the squared correlation, 0 for a negative one and for a prediction that never changes: what a
linear reading of the prediction could explain. NSE counts the level and the spread of each basin as
well, so that the two differ where a basin's level is off.
"""

import numpy as np
import pandas as pd

from vadose.concepts.record import FLOW, Record
from vadose.evaluation import long_table
from vadose.metrics import explaining, kge, nse

LEAST_SPREAD = 1.0  # mm


def skill(predicted: np.ndarray, observed: np.ndarray) -> dict[str, np.ndarray]:
    """Score series [unit, time]; steps with NaN do not count, undefined scores are NaN, [unit]."""
    parts, efficiency = kge(predicted, observed), nse(predicted, observed)
    return {
        "nse": efficiency,
        "kge": parts.kge,
        "r2": np.maximum(explaining(parts, efficiency), 0.0) ** 2,
        "r": parts.r,
        "alpha": parts.alpha,
        "beta": parts.beta,
    }


def store_skill(predicted: np.ndarray, observed: np.ndarray) -> dict[str, np.ndarray]:
    """Score a store in mm as `skill`, where it varies.

    # ASSUME a store whose standard deviation is under 1 mm, such as snow in a warm basin, is not
    there to be read.
    """
    seen = np.isfinite(observed)
    known = np.where(seen, observed, 0.0)
    count = seen.sum(-1, keepdims=True).clip(min=1)
    mean = known.sum(-1, keepdims=True) / count
    variance = np.where(seen, (known - mean) ** 2, 0.0).sum(-1) / count[:, 0]
    there = np.sqrt(variance) >= LEAST_SPREAD
    return {name: np.where(there, v, np.nan) for name, v in skill(predicted, observed).items()}


def skill_table(
    predicted: np.ndarray,
    observed: Record,
    learnt: np.ndarray,
    experiment: str,
) -> pd.DataFrame:
    """Score targets [basin, time, target] as rows of the long table, in time and in space.

    Of the basins that the network learnt from, a mask, the days are new; of the others all is.
    """
    rows, basins = [], np.array(observed.basins)
    for k, name in enumerate(observed.names):
        score = skill if name == FLOW else store_skill
        found = score(predicted[..., k], observed.targets[..., k])
        for split, part in (("time", learnt), ("space", ~learnt)):
            rows.append(
                long_table(
                    {metric: values[part] for metric, values in found.items()},
                    basins[part],
                    system="concepts",
                    experiment=experiment,
                    variable=name,
                    split=split,
                    period="test",
                )
            )
    return pd.concat(rows, ignore_index=True)


def medians(table: pd.DataFrame) -> pd.DataFrame:
    """Take medians over basins, then over the networks of an experiment's seeds and folds.

    An experiment is named "what, fold, seed"; gives one row an experiment's first word, variable,
    split and metric, with the number of basins that have the score.
    """
    known = table.dropna(subset="value").copy()
    known[["what", "network"]] = known["experiment"].str.split(", ", n=1, expand=True)
    keys = ["what", "variable", "split", "metric"]
    by_network = known.groupby([*keys, "network"], sort=False)["value"].agg(["median", "count"])
    found = by_network.groupby(keys, sort=False).median()
    return found.rename(columns={"median": "value", "count": "n"}).reset_index()
