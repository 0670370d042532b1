"""The storage that plants have needed, from the balance of rain and evaporation alone.

Where evaporation goes on without rain, its water comes from storage: the largest deficits of a
record tell how much the roots could reach. Source: Wang-Erlandsson et al. (2016), Hydrol. Earth
Syst. Sci. 20, 1459-1481. Conventions: series are [time, cell], one row for each month of
the record (missing ones are NaN); p and et are in mm/month, deficits and capacities in mm.
"""

from collections.abc import Sequence

import numpy as np

from vadose.errors import InputError

LEAST_YEARS = 10


def storage_capacity(p: np.ndarray, et: np.ndarray, return_periods: Sequence[float]) -> np.ndarray:
    """Estimate the deficit (mm) that is exceeded once in so many years, [return_period, cell].

    NaN where evaporation exceeds rain over the record, so that the deficit has no end, or fewer
    than LEAST_YEARS years are whole. A month that lacks p or et leaves the deficit as it was, and
    its year is not counted. InputError for a return period of a year or less.
    """
    known = np.isfinite(p) & np.isfinite(et)
    maxima = yearly_maxima(deficits(p, et), known)
    capacity = gumbel_quantiles(maxima, return_periods)
    endless = np.where(known, et - p, 0).sum(0) > 0
    few = np.isfinite(maxima).sum(0) < LEAST_YEARS
    return np.where(endless | few, np.nan, capacity)


def deficits(p: np.ndarray, et: np.ndarray) -> np.ndarray:
    """Add up what evaporates beyond the rain, D = max(0, D + E - P), [time, cell].

    # ASSUME the record begins without a deficit and no month without data changes it.
    """
    loss = np.where(np.isfinite(p) & np.isfinite(et), et - p, 0.0)
    out = np.empty(loss.shape)
    now = np.zeros(loss.shape[1:])
    for step, change in enumerate(loss):
        now = np.maximum(0, now + change)
        out[step] = now
    return out


def yearly_maxima(deficit: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Take the largest deficit of each year, [year, cell]; NaN where one of its months is unknown.

    `known` [time, cell] tells the months that have data.
    # ASSUME a cell's years begin after the calendar month in which its deficit is lowest on
    average, so that no dry season counts in two of them; years cut off at either end do not count.
    """
    begin = _first_month(deficit)
    maxima = np.full((len(deficit) // 12, deficit.shape[1]), np.nan)
    for first in np.unique(begin):
        cells = begin == first
        years = max(0, len(deficit) - first) // 12
        largest, whole = (
            x[first : first + 12 * years, cells].reshape(years, 12, cells.sum())
            for x in (deficit, known)
        )
        maxima[:years, cells] = np.where(whole.all(1), largest.max(1), np.nan)
    return maxima


def gumbel_quantiles(maxima: np.ndarray, return_periods: Sequence[float]) -> np.ndarray:
    """Fit Gumbel's distribution by its moments and give quantiles, [return_period, cell].

    `maxima` [year, cell] may lack years; the variance is that of a sample. A quantile below 0 is 0.
    InputError for a return period of a year or less.
    """
    periods = np.asarray(return_periods, float)[:, None]
    if (periods <= 1).any():
        raise InputError(f"return periods must be longer than 1 year, got {periods.min():g}")
    there = np.isfinite(maxima)
    count = there.sum(0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(there, maxima, 0).sum(0) / count
        variance = np.where(there, (maxima - mean) ** 2, 0).sum(0) / (count - 1)
    scale = np.sqrt(6 * np.where(count > 1, variance, np.nan)) / np.pi
    reduced = -np.log(-np.log1p(-1 / periods))
    return np.maximum(0, mean + scale * (reduced - np.euler_gamma))


def _first_month(deficit: np.ndarray) -> np.ndarray:
    """Find the row [cell] of a record, 0 to 11, with which the cell's first year begins.

    Of several calendar months with the lowest deficit, the last of the record's own years decides,
    which cuts off least.
    """
    mean = np.array([deficit[k::12].mean(0) for k in range(min(12, len(deficit)))])
    return (len(mean) - mean[::-1].argmin(0)) % 12
