"""How far estimates of storage agree that come from different systems.

Conventions: estimates are known by name, each [unit] in mm, or [unit, time] for series; NaN where a
system has none.
"""

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pandas as pd

from vadose.map_scores import scores
from vadose.metrics import kge
from vadose.seasons import without_season

TOLERANCE = 0.3  # of their median, within which estimates agree
FEWEST = 3  # estimates that can be said to agree or not
WITH_SEASON, WITHOUT_SEASON = "with season", "without season"


def agreeing(estimates: np.ndarray, tolerance: float = TOLERANCE) -> np.ndarray:
    """Count the estimates [estimate, ...] that lie within a share of their median, [...].

    NaN where fewer than three are known.
    """
    known = np.isfinite(estimates)
    count = known.sum(0)
    middle = median_of(estimates)
    near = known & (np.abs(estimates - middle) <= tolerance * middle)
    return np.where(count >= FEWEST, near.sum(0), np.nan)


def median_of(estimates: np.ndarray) -> np.ndarray:
    """Take the median of the known estimates [estimate, ...], NaN where none is known."""
    some = np.isfinite(estimates).any(0)
    return np.where(some, np.nanmedian(np.where(some, estimates, 0.0), 0), np.nan)


def compare(estimates: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Compare all pairs of estimates: rank correlation, ratio of medians and units that have both.

    The ratio is that of the second's median to the first's, over the same units.
    """
    rows = []
    for first, second in combinations(estimates, 2):
        a, b = estimates[first], estimates[second]
        both = np.isfinite(a) & np.isfinite(b)
        ratio = np.median(b[both]) / np.median(a[both]) if both.any() else np.nan
        correlation = scores(a, b)["spearman"]
        rows.append((first, second, int(both.sum()), correlation, ratio))
    return pd.DataFrame(rows, columns=["first", "second", "n", "spearman", "ratio"])


def correlate(series: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Correlate all pairs of series over the steps that both have: the median over units.

    n counts the units with twelve common steps or more.
    """
    rows = []
    for first, second in combinations(series, 2):
        r = kge(series[first], series[second]).r
        known = r[np.isfinite(r)]
        rows.append((first, second, len(known), np.median(known) if len(known) else np.nan))
    return pd.DataFrame(rows, columns=["first", "second", "n", "r"])


def square(table: pd.DataFrame, value: str, names: list[str]) -> pd.DataFrame:
    """Lay pairs out as a symmetric table [name, name] with 1 on its diagonal."""
    matrix = np.eye(len(names))
    at = {name: k for k, name in enumerate(names)}
    for first, second, number in zip(table["first"], table["second"], table[value], strict=True):
        i, j = at[first], at[second]
        matrix[i, j] = matrix[j, i] = number
    return pd.DataFrame(matrix, names, names)


def correlate_seasons(series: Mapping[str, np.ndarray], month: np.ndarray) -> pd.DataFrame:
    """Correlate all pairs of series [unit, time] as `correlate`, with their season and without.

    `month` [time] is the calendar month, 1 to 12; the column `of` says which.
    """
    left = {name: without_season(values, month) for name, values in series.items()}
    tables = {WITH_SEASON: correlate(series), WITHOUT_SEASON: correlate(left)}
    return pd.concat([table.assign(of=of) for of, table in tables.items()], ignore_index=True)
