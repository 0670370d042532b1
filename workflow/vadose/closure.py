"""How far the observed terms of the water balance leave water over, as the sources have it.

Conventions: monthly fluxes [unit, time] in mm/month, storage [unit, time] in mm, NaN where missing.
"""

from typing import NamedTuple

import numpy as np

MONTHS = 12
FEWEST_YEARS = 5


class Closure(NamedTuple):
    """Terms of the long water balance in mm/year, [unit]; NaN where too little is known."""

    p: np.ndarray
    et: np.ndarray
    q: np.ndarray
    change: np.ndarray  # of storage
    residual: np.ndarray  # p - et - q - change


def close(p: np.ndarray, et: np.ndarray, q: np.ndarray, storage: np.ndarray) -> Closure:
    """Average the fluxes over the months that have all three, and take the trend of storage.

    # ASSUME the trend of the months with storage is that of the months with fluxes.
    """
    known = np.isfinite(p) & np.isfinite(et) & np.isfinite(q)
    count = known.sum(1)
    enough = count >= FEWEST_YEARS * MONTHS
    scale = np.where(enough, MONTHS / np.maximum(count, 1), np.nan)
    mean_p, mean_et, mean_q = (np.where(known, flux, 0).sum(1) * scale for flux in (p, et, q))
    change = MONTHS * trend(storage)
    return Closure(mean_p, mean_et, mean_q, change, mean_p - mean_et - mean_q - change)


def trend(series: np.ndarray) -> np.ndarray:
    """Slope of series [unit, time] per step by least squares over the known steps, [unit].

    NaN with fewer than five years of months.
    """
    seen = np.isfinite(series)
    count = seen.sum(1)
    time = np.broadcast_to(np.arange(series.shape[1], dtype=float), series.shape)
    safe = np.maximum(count, 1)[:, None]
    centred = np.where(seen, time - np.where(seen, time, 0).sum(1, keepdims=True) / safe, 0)
    spread = (centred**2).sum(1)
    slope = (centred * np.where(seen, series, 0)).sum(1) / np.where(spread > 0, spread, 1)
    return np.where(count >= FEWEST_YEARS * MONTHS, slope, np.nan)
