"""Drought as a lack of stored water: its index, classes, events, and the land that it takes.

Conventions: fields are [time, ...], monthly without gaps; `month` [time] is 1..12; `reference`
[time] is True in the months that say what is usual. Storage in mm. Sources: Thomas et al. (2014)
for deficit and events, Sun et al. (2018) for the index.
"""

from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.special import ndtr

from vadose.seasons import usual

# ASSUME the classes' limits are their lower ends: slight from 0 to -1, moderate to -2, severe to
# -3, extreme below. From moderate on, land counts as taken by drought.
CLASSES = ("none", "slight", "moderate", "severe", "extreme")
LIMITS = (0.0, -1.0, -2.0, -3.0)
IN_DROUGHT = -1.0
FEWEST_MONTHS = 3  # of lack in a row that are an event


class Deficit(NamedTuple):
    """Storage against what is usual, and that in standard deviations, as fields [time, ...]."""

    wsd: np.ndarray  # mm; negative where water lacks
    wsdi: np.ndarray
    scale: np.ndarray  # [...] standard deviation of the deficit in the reference months, mm


def deficit(twsa: np.ndarray, month: np.ndarray, reference: np.ndarray) -> Deficit:
    """Give the water storage deficit (WSD) and its index (WSDI) of storage anomalies.

    WSD is storage less the mean of its calendar month; WSDI is WSD less its mean over its standard
    deviation, all of the reference months. NaN where storage is missing, never varies, or its
    calendar month has no reference.
    # ASSUME a trend of the storage is part of the drought: it is not taken out.
    """
    twsa = np.asarray(twsa, np.float64)
    wsd = twsa - usual(twsa, month, reference, axis=0)
    mean = _mean(wsd[reference])
    scale = np.sqrt(_mean((wsd[reference] - mean) ** 2))
    scale = np.where(scale > 1e-9, scale, np.nan)
    return Deficit(wsd, (wsd - mean) / scale, scale)


def _mean(values: np.ndarray) -> np.ndarray:
    """Average over time what is not NaN."""
    known = np.isfinite(values)
    with np.errstate(invalid="ignore"):
        return np.where(known, values, 0).sum(0) / np.where(known.any(0), known.sum(0), np.nan)


def classes(wsdi: np.ndarray) -> np.ndarray:
    """Give the class of an index as its place in CLASSES, -1 where there is no index."""
    found = np.zeros(wsdi.shape, np.int8)
    for limit in LIMITS:
        # A class ends at its limit and includes it; only above 0 there is none.
        found += (wsdi < limit).astype(np.int8)
    return np.where(np.isfinite(wsdi), found, -1).astype(np.int8)


class Event(NamedTuple):
    """One drought of a series: its months by place, both ends included, and how much lacked."""

    start: int
    end: int
    months: int
    severity: float  # sum of what lacked, mm months (Thomas et al. 2014: mean lack times duration)
    peak: int  # month of the greatest lack
    lack: float  # of that month, mm


def events(wsd: np.ndarray) -> list[Event]:
    """Find the droughts of a series of deficits [time]: three or more negative months in a row.

    A month without a value ends a drought.
    """
    dry = np.r_[False, np.asarray(wsd) < 0, False]
    starts, ends = np.flatnonzero(dry[1:] & ~dry[:-1]), np.flatnonzero(dry[:-1] & ~dry[1:]) - 1
    found = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        if end - start + 1 >= FEWEST_MONTHS:
            lack = -wsd[start : end + 1]
            peak = int(lack.argmax())
            found.append(
                Event(start, end, len(lack), float(lack.sum()), start + peak, float(lack[peak]))
            )
    return found


def probability(wsdi: np.ndarray, std: np.ndarray, limit: float = IN_DROUGHT) -> np.ndarray:
    """Give the probability that the index lies below a limit; `std` is its standard deviation.

    Where `std` is 0 the index is taken as exact.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        uncertain = ndtr((limit - wsdi) / std)
    found = np.where(std > 0, uncertain, wsdi < limit)
    return np.where(np.isfinite(wsdi) & np.isfinite(std), found, np.nan)


def area_share(taken: np.ndarray, weights: np.ndarray | sparse.csr_array) -> np.ndarray:
    """Give the share [time, unit] of each unit's known area that drought takes.

    taken [time, cell] is 0..1 or NaN where not known; weights [unit, cell] are areas, dense
    or sparse.
    """
    known = np.isfinite(taken)
    total = (weights @ np.where(known, taken, 0).T).T
    area = (weights @ known.astype(np.float64).T).T
    return np.asarray(total / np.where(area > 0, area, np.nan))
