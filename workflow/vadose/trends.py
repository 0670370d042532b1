"""Straight lines in time, by least squares.

Conventions: series are [time, ...], NaN where missing.
"""

from typing import NamedTuple

import numpy as np


class Line(NamedTuple):
    """A straight line in time of every series, [...]: value at the first step, and slope."""

    intercept: np.ndarray
    slope: np.ndarray  # per step

    def over(self, n: int) -> np.ndarray:
        """Give the line's values of the first n steps, [time, ...]."""
        return self.intercept + self.slope * np.arange(n).reshape(-1, *[1] * self.slope.ndim)


def least_squares(values: np.ndarray, time: np.ndarray, least: float, sloped: bool = True) -> Line:
    """Fit a line to each series at the steps `time` by least squares over its known values.

    A series with fewer than `least` values has no line (NaN). A line that is not sloped is the
    mean.
    """
    values, time = values.astype(np.float64), time.astype(np.float64)
    seen = np.isfinite(values)
    count = seen.sum(0).astype(np.float64)
    count = np.where(count >= least, count, np.nan)
    known = np.where(seen, values, 0)
    mean_time = np.tensordot(time, seen, 1) / count
    mean = known.sum(0) / count
    if not sloped:
        return Line(mean, 0 * mean)
    along = np.tensordot(time, known, 1) / count - mean_time * mean
    slope = along / (np.tensordot(time**2, seen, 1) / count - mean_time**2)
    return Line(mean - slope * mean_time, slope)
