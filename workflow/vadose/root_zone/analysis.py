"""Active root-zone storage: how much of it vegetation uses, when, where, and how surely.

Conventions: storage is [member, basin, time] in mm, days or months last; a member is a network of a
fold and a seed.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from vadose.map_scores import scores
from vadose.seasons import usual_year

FEWEST = 5  # basins of a rank correlation


def active_storage(avai: np.ndarray) -> np.ndarray:
    """Give water in the root zone above the least that the record ever held, [..., time] in mm.

    # ASSUME the least of the record is what vegetation cannot reach (Blougouras et al., as their
    replications take it); a longer record may find a lower one.
    """
    return avai - avai.min(-1, keepdims=True)


def capacity(avai: np.ndarray) -> np.ndarray:
    """Give the active root-zone storage capacity, the most that active storage reached, [...] mm.

    # ASSUME the record's wettest day fills the root zone and its driest one empties it.
    """
    return np.ptp(avai, -1)


def seasonal_cycle(series: np.ndarray, times: pd.DatetimeIndex) -> np.ndarray:
    """Average each calendar month, [..., time] to [..., 12]."""
    return usual_year(series, times.month.to_numpy())


def interannual_range(series: np.ndarray, times: pd.DatetimeIndex) -> np.ndarray:
    """Give the difference between the wettest and the driest year's mean, [..., time] to [...].

    Years that lack a month do not count, unless fewer than two are whole.
    """
    known = times.to_period("M").unique().year.value_counts().sort_index()
    whole = known.index[known == 12]
    years = whole if len(whole) > 1 else known.index
    yearly = [series[..., times.year == year].mean(-1) for year in years]
    return np.ptp(np.stack(yearly, -1), -1)


class Spread(NamedTuple):
    """What the members say together, and by what they differ, each [basin]."""

    median: np.ndarray
    total: np.ndarray  # standard deviation over all members
    folds: np.ndarray  # of the folds' means: other years to learn from
    seeds: np.ndarray  # within folds, on average: other first weights


def spread_of(values: np.ndarray, fold: np.ndarray) -> Spread:
    """Part the spread of values [member, basin] into that of folds and of seeds; fold [member].

    The squares of the parts add up to that of the whole where all folds have as many seeds.
    """
    means, within = [], []
    for one in np.unique(fold):
        part = values[fold == one]
        means.append(part.mean(0))
        within.append(part.var(0))
    return Spread(
        np.median(values, 0), values.std(0), np.std(means, 0), np.sqrt(np.mean(within, 0))
    )


def rank_correlation(x: np.ndarray, y: np.ndarray) -> float:
    """Correlate the ranks of two series [basin] (Spearman); NaN with few or equal values."""
    both = np.isfinite(x) & np.isfinite(y)
    return scores(x, y)["spearman"] if both.sum() >= FEWEST else float("nan")


def dependence(
    values: Mapping[str, np.ndarray], static: np.ndarray, attributes: Sequence[str]
) -> pd.DataFrame:
    """Rank correlations of properties of storage [basin] with attributes [basin, attribute].

    Gives a row a property and attribute: property, attribute, correlation, n.
    """
    rows = [
        (name, attribute, rank_correlation(value, column), int(np.isfinite(value).sum()))
        for name, value in values.items()
        for attribute, column in zip(attributes, static.T, strict=True)
    ]
    return pd.DataFrame(rows, columns=["property", "attribute", "correlation", "n"])
