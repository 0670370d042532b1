"""Radiation and leaf area as the water balance needs them, every day, and what it is told."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from vadose.errors import InputError
from vadose.lai_record import fill
from vadose.root_zone.record import Record

MJ_PER_DAY = 0.0864  # of 1 W/m2
SOLAR = 0.0820  # MJ m-2 min-1
STEFAN_BOLTZMANN = 4.903e-9  # MJ K-4 m-2 day-1
ALBEDO = 0.23
CLEAR_SHARE = 0.16  # of the root of the temperature range, K-0.5
USUAL_RANGE = 10.0  # K
OVERCAST = 0.05  # of the heat that is lost under a clear sky
LEAST_SEASON = 0.1  # of the greatest month


class LeafArea(NamedTuple):
    """Leaf area as the model takes it, by the statistics of training years."""

    normalised: np.ndarray  # [time, basin], from 0 in the usual month with least to 1 with most
    mean: np.ndarray  # [basin] m2 m-2


def extraterrestrial(days: pd.DatetimeIndex, lat: np.ndarray) -> np.ndarray:
    """Radiation at the top of the atmosphere in MJ m-2 day-1, [time, basin].

    `lat` [basin] in degrees. Allen et al. (1998), FAO-56, equations 21 to 25.
    """
    angle = 2 * np.pi * days.day_of_year.to_numpy()[:, None] / 365
    nearness, declination = 1 + 0.033 * np.cos(angle), 0.409 * np.sin(angle - 1.39)
    phi = np.deg2rad(lat)[None]
    sunset = np.arccos(np.clip(-np.tan(phi) * np.tan(declination), -1, 1))
    high = sunset * np.sin(phi) * np.sin(declination)
    high = high + np.cos(phi) * np.cos(declination) * np.sin(sunset)
    return np.maximum(24 * 60 / np.pi * SOLAR * nearness * high, 0)


def estimated_radiation(
    t: np.ndarray, spread: np.ndarray, days: pd.DatetimeIndex, lat: np.ndarray, height: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Estimate net shortwave and longwave radiation in W/m2 from temperature and latitude.

    Gives two arrays [time, basin], the second negative where the ground loses heat.

    t and `spread`, the day's range of temperature (NaN where not known), are [time, basin] in degC
    and K; `lat` in degrees and `height` in m are [basin]. FAO-56, equations 37 to 40 and 50;
    the factor of clouds within the bounds of ASCE-EWRI (2005), equation 18.
    # ASSUME where the range is not known it is 10 K, and the dewpoint is the lowest temperature.
    """
    top = extraterrestrial(days, lat)
    spread = np.where(np.isfinite(spread), np.maximum(spread, 0), USUAL_RANGE)
    clear = (0.75 + 2e-5 * height) * top
    sun = np.minimum(CLEAR_SHARE * np.sqrt(spread) * top, clear)
    coldest = t - spread / 2
    vapour = 0.6108 * np.exp(17.27 * coldest / (coldest + 237.3))
    # ASSUME in the polar night the sky is as cloudy as with half of the clear sky's radiation.
    cloud = np.divide(sun, clear, out=np.full_like(sun, 0.5), where=clear > 0)
    lost = STEFAN_BOLTZMANN * (t + 273.16) ** 4 * (0.34 - 0.14 * np.sqrt(vapour))
    clearness = np.clip(1.35 * cloud - 0.35, OVERCAST, 1)
    return (1 - ALBEDO) * sun / MJ_PER_DAY, -lost * clearness / MJ_PER_DAY


def filled_leaf_area(lai: np.ndarray, months: pd.DatetimeIndex, training: np.ndarray) -> np.ndarray:
    """Fill the gaps of monthly leaf area [month, basin] by the usual season of training months.

    `training` [month] marks these. InputError for basins without any leaf area in them.
    """
    filled = fill(lai, months.month.to_numpy(), training).lai
    unknown = ~np.isfinite(filled).all(0)
    if unknown.any():
        raise InputError(
            f"{unknown.sum()} of {len(unknown)} basins have no leaf area in the training months: "
            "name another source in root_zone.lai, or [] to estimate it from land cover"
        )
    return filled


def leaf_area(
    lai: np.ndarray, months: pd.DatetimeIndex, days: pd.DatetimeIndex, training: np.ndarray
) -> LeafArea:
    """Scale monthly leaf area [month, basin] and lay it out by days, gaps filled.

    Usual seasons and means rest on the months that `training` marks; beyond the least and the
    greatest month of the usual season the leaf area is 0 and 1.
    # ASSUME a season of less than a tenth of its greatest month is noise, and is drawn out to that
    tenth.
    """
    filled = filled_leaf_area(lai, months, training)
    known, month = filled[training], months.month.to_numpy()[training]
    usual = np.stack([known[month == one].mean(0) for one in np.unique(month)])
    greatest = usual.max(0)
    width = np.maximum(greatest - usual.min(0), np.maximum(LEAST_SEASON * greatest, 1e-6))
    daily = on_days(filled, months, days)
    return LeafArea(np.clip(1 - (greatest - daily) / width, 0, 1), known.mean(0))


def told_of(record: Record, leaves: LeafArea) -> np.ndarray:
    """Join mean leaf area and attributes, unscaled, [basin, input]."""
    return np.concatenate([leaves.mean[:, None], record.static], -1)


def on_days(monthly: np.ndarray, months: pd.DatetimeIndex, days: pd.DatetimeIndex) -> np.ndarray:
    """Draw straight lines between the middles of months, [month, basin] to [time, basin]."""
    middles, at = _hours(months + pd.to_timedelta(months.days_in_month * 12, "h")), _hours(days)
    return np.stack([np.interp(at, middles, one) for one in monthly.T], -1)


def _hours(times: pd.DatetimeIndex) -> np.ndarray:
    return np.asarray((times - pd.Timestamp(2000, 1, 1)) / pd.Timedelta(hours=1), float)
