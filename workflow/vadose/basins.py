"""From daily basin series to months.

A month counts only when enough of its days do; fluxes are the mean of those days times the days
of the month, so that a missing day is not a dry one.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyet
import xarray as xr

from vadose.errors import InputError
from vadose.sources.caravan_files import FAO_PET


def monthly(
    daily: np.ndarray, days: pd.DatetimeIndex, least_share: float, flux: bool
) -> np.ndarray:
    """Aggregate a daily series to months.

    daily [..., day] without gaps in its days, NaN where missing; gives [..., month], in mm/month
    for a flux in mm/day and the mean otherwise. Months with fewer than `least_share` of their
    days are NaN.
    """
    months = days.year * 12 + days.month
    starts = np.flatnonzero(np.r_[True, months[1:] != months[:-1]])
    valid = np.isfinite(daily)
    count = np.add.reduceat(valid, starts, axis=-1)
    total = np.add.reduceat(np.where(valid, daily, 0), starts, axis=-1, dtype=np.float64)
    length = days[starts].days_in_month.to_numpy()
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(count >= least_share * length, total / count, np.nan)
    return mean * length if flux else mean


def month_starts(days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Give the first day of each month that the days touch."""
    return pd.DatetimeIndex(days.to_period("M").unique().to_timestamp())


def oudin(t: np.ndarray, days: pd.DatetimeIndex, lat: np.ndarray) -> np.ndarray:
    """Potential evapotranspiration in mm/day from temperature and latitude (Oudin et al. 2005).

    t [basin, day] in degC, lat [basin] in degrees; computed by pyet. Missing where t is.
    """
    temperature = xr.DataArray(t.T, dims=("time", "basin"), coords={"time": days})
    latitude = xr.DataArray(np.deg2rad(lat), dims="basin")
    with np.errstate(invalid="ignore"):  # the sun does not set or rise beyond the polar circles
        pet = pyet.oudin(temperature, lat=latitude).transpose("basin", "time").values
    return np.where(np.isfinite(t), pet, np.nan)


def potential_evapotranspiration(
    t: np.ndarray, fao: np.ndarray, days: pd.DatetimeIndex, lat: np.ndarray, method: str
) -> np.ndarray:
    """Choose the demand of basins [basin, day] in mm/day.

    t (degC) and fao, the source's FAO Penman-Monteith, are [basin, day], lat [basin]. `best` takes
    fao where the source has any and Oudin's elsewhere; `fao_penman_monteith` and `oudin` take that
    one. The reanalysis field is never used: its median over Caravan's basins is several times any
    plausible demand.
    """
    has_fao = np.isfinite(fao).any(-1)
    if method == "fao_penman_monteith" and not has_fao.all():
        raise InputError(
            f"aggregation.pet is fao_penman_monteith, but {int((~has_fao).sum())} of "
            f"{len(has_fao)} basins have no {FAO_PET} (Caravan has it from version 1.5 on): use "
            "'best' or 'oudin'"
        )
    if method == "fao_penman_monteith" or (method == "best" and has_fao.all()):
        return fao
    computed = oudin(t, days, lat)
    return computed if method == "oudin" else np.where(has_fao[:, None], fao, computed)


def monthly_forcing(
    daily: Mapping[str, np.ndarray],
    days: pd.DatetimeIndex,
    lat: np.ndarray,
    pet: str,
    least_share: float,
) -> dict[str, np.ndarray]:
    """Aggregate p, t, q and the demand of basins at `lat`, each [basin, day], to months.

    `daily` has p, t, q and, where the source gives it, pet, in mm/day and degC.
    """
    nothing = np.full(daily["t"].shape, np.nan)
    demand = potential_evapotranspiration(daily["t"], daily.get("pet", nothing), days, lat, pet)
    return {
        name: monthly(values, days, least_share, flux=name != "t")
        for name, values in {**daily, "pet": demand}.items()
    }
