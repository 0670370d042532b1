"""What each system is worth beside the best simple method, read from the long tables.

Scores are medians over units, then over the networks of an experiment, then means over variables.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from vadose.splits import ALL

CELL = r"-?\d+\.\d+_-?\d+\.\d+"  # names of cells, which rivers and the sum of all land have not


class Question(NamedTuple):
    """What is asked of a system's scores; `own` and `simple` are patterns of experiments.

    The first of the splits counts that has scores; each says what is predicted, where or when.
    """

    splits: Mapping[str, str]
    own: str
    simple: str
    metric: str
    period: str
    variables: Sequence[str] = ()  # none: whichever are there
    units: str = ".*"


class Headline(NamedTuple):
    """The score of a system and of the best simple method, NaN where there is none."""

    about: str
    metric: str
    score: float
    simple: float
    method: str  # the simple one
    n: int  # units


QUESTIONS = {
    "calibration": Question(
        {"verification": "runoff of basins in months not calibrated on"},
        r"(?P<name>\w+) (?:none|degree_day)",
        r"(?P<name>climatology)",
        "kge",
        "monthly",
    ),
    "capacity": Question(
        {"test": "storage capacity of cells never seen"},
        r"(?P<name>residual network), {split}",
        r"(?P<name>\w+), {split}",
        "r2",
        "by cells",
        units=ALL,
    ),
    "concepts": Question(
        {
            "space": "soil water and snow of basins held out",
            "time": "soil water and snow, new days",
        },
        r"(?P<name>concept), .*",
        r"(?P<name>plain ridge|plain elastic_net), .*",
        "r2",
        "test",
        ("soil_water_1", "soil_water_2", "soil_water_3", "soil_water_4", "root_zone", "swe"),
    ),
    "gap_filling": Question(
        {"time": "water storage in months never seen"},
        r"(?P<name>{product})",
        r"(?P<name>climatology|regression|simulated)",
        "nse",
        "test",
        units=CELL,
    ),
    "regionalization": Question(
        {"ungauged": "streamflow of ungauged basins", "temporal": "streamflow of new days"},
        r"(?P<name>\w+ physical), ensemble",
        r"(?P<name>\w+ (?:none|gaussian-\d+|onehot|latlon)), ensemble",
        "nse",
        "test",
    ),
    "root_zone": Question(
        {"time": "evapotranspiration in years held out"},
        r"(?P<name>{experiment}), .*",
        r"(?P<name>q), .*",
        "nse",
        "test",
        ("et",),
    ),
}


def headline(table: pd.DataFrame, question: Question, **given: str) -> Headline:
    """Answer a question from the long table of a system.

    `given` fills in the patterns, such as the split of the product.
    """
    chosen = (table["period"] == question.period) & table["unit_id"].str.fullmatch(question.units)
    if question.variables:
        chosen &= table["variable"].isin(question.variables)
    escaped = {name: re.escape(text) for name, text in given.items()}
    own, simple = (text.format(**escaped) for text in (question.own, question.simple))
    for split, about in question.splits.items():
        part = table[chosen & (table["split"] == split)].dropna(subset="value")
        rows = part[part["metric"] == question.metric]
        mine = rows[rows["experiment"].str.fullmatch(own)]
        if mine.empty:
            continue
        score = scores(mine, own)
        rivals = rows[rows["variable"].isin(mine["variable"])]
        others = scores(rivals, simple).drop(score.index, errors="ignore")
        best, worth = (str(others.idxmax()), float(others.max())) if len(others) else ("", np.nan)
        number = mine["unit_id"].nunique()
        if question.units == ALL:  # one row of all units, which says of how many
            own_rows = part["experiment"].isin(mine["experiment"])
            number = part.loc[own_rows & (part["metric"] == "n"), "value"].max()
        return Headline(about, question.metric, float(score.max()), worth, best, int(number))
    return Headline(next(iter(question.splits.values())), question.metric, np.nan, np.nan, "", 0)


def scores(rows: pd.DataFrame, pattern: str) -> pd.Series:
    """Give the score of each method whose experiments fit a pattern with a group `name`."""
    names = rows["experiment"].str.extract(f"^{pattern}$")["name"]
    known = rows.assign(method=names).dropna(subset="method")
    medians = known.groupby(["method", "variable", "experiment"])["value"].median()
    return medians.groupby(["method", "variable"]).median().groupby("method").mean()
