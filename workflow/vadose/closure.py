"""How far the observed terms of the water balance leave water over, as the sources have it.

Conventions: monthly fluxes [unit, time] in mm/month, storage [unit, time] in mm, NaN where missing.
"""

from typing import NamedTuple

import numpy as np
import xarray as xr

from vadose.seasons import MONTHS
from vadose.trends import least_squares

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
    time = np.arange(series.shape[1])
    return least_squares(series.T, time, FEWEST_YEARS * MONTHS).slope


def of_units(field: xr.DataArray, units: xr.Dataset) -> np.ndarray:
    """Give a monthly variable of basins, or of a grid in the cells of units, [unit, time].

    `units` has the names, places and months that are asked for; the rest is missing.
    """
    if "basin" in field.dims:
        here = field.reindex(basin=units["unit"].values.astype(str)).rename(basin="unit")
    else:
        here = field.sel(lat=units["lat"], lon=units["lon"], method="nearest")
    return here.reindex(time=units["time"]).transpose("unit", "time").values
