"""The usual year of a series: the mean of each calendar month, and what is left without it.

Conventions: series are [..., time], or have time on another axis; `month` [time] is 1 to 12.
"""

import numpy as np

MONTHS = 12


def usual_year(
    series: np.ndarray,
    month: np.ndarray,
    counts: np.ndarray | None = None,
    *,
    axis: int = -1,
    dtype: type | None = None,
) -> np.ndarray:
    """Average each calendar month: twelve means in the place of time, NaN where none was observed.

    Missing values do not count, nor do times outside of the mask `counts` [time]. Sums are made in
    `dtype`, where it is not given in that of the series.
    """
    counted = np.ones(len(month), bool) if counts is None else counts
    times, means = np.moveaxis(series, axis, 0), []
    for calendar in range(1, MONTHS + 1):
        part = times[counted & (month == calendar)]
        known = np.isfinite(part)
        count = known.sum(0)
        mean = np.where(known, part, 0).sum(0, dtype=dtype) / np.maximum(count, 1)
        means.append(np.where(count > 0, mean, np.nan))
    return np.stack(means, axis)


def usual(
    series: np.ndarray, month: np.ndarray, counts: np.ndarray | None = None, *, axis: int = -1
) -> np.ndarray:
    """Give each time of a series the mean of its calendar month, as `usual_year` finds it."""
    return np.take(usual_year(series, month, counts, axis=axis), month - 1, axis)


def without_season(series: np.ndarray, month: np.ndarray) -> np.ndarray:
    """Take from series [..., time] the mean of each calendar month."""
    return series - usual(series, month)
