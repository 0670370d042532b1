"""Slow weather of the miniature planet: months and years that are wetter or warmer than others.

The same fields drive the cells' months and the basins' days. Arrays are [month, place]; a month's
field does not depend on where a record starts. The numbers here are part of the planet's
definition; a test may not tune them.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from vadose.planet.land import continents
from vadose.planet.noise import month_numbers, monthly_noise, on_sphere, smooth_noise
from vadose.planet.normals import temperature_noise

Array = NDArray[np.float64]

# Standard deviations of the logarithm of rain: one part lasts a month, one about a year.
RAIN_MONTHLY, RAIN_SLOW = 0.35, 0.20
MONTHLY_MEMORY, SLOW_MEMORY = 0.15, 0.92
RAIN_TREND = 0.008  # per year, where the trend's field is 1
TEMPERATURE = 0.6  # of the size of the daily swings
# The great drought: rain of these months is cut by up to 60 % around one continent's core, so that
# the gap between the two GRACE missions falls into it.
DROUGHT_START, DROUGHT_END = "2016-01", "2018-12"
DROUGHT_CONTINENT, DROUGHT_RADIUS = 1, 20.0  # degrees
DROUGHT_LOSS, DROUGHT_WARMTH = 0.6, 1.0  # share of rain, degC


def rain_factor(seed: int, months: pd.PeriodIndex, lat: Array, lon: Array) -> Array:
    """Rain of each month over the rain of its normal season, about 1 on average."""
    numbers = _numbers(months)
    monthly = monthly_noise(seed, "rain of months", numbers, lat, lon, 20.0, MONTHLY_MEMORY)
    slow = monthly_noise(seed, "rain of years", numbers, lat, lon, 28.0, SLOW_MEMORY)
    years = numbers / 12.0 - 2010.0
    trend = RAIN_TREND * smooth_noise(seed, "rain trend", lat, lon, 40.0)
    variance = RAIN_MONTHLY**2 + RAIN_SLOW**2
    noise = RAIN_MONTHLY * monthly + RAIN_SLOW * slow - 0.5 * variance
    # ASSUME trends level off two decades from 2010.
    logarithm = noise + 20.0 * np.tanh(years / 20.0)[:, None] * trend
    return np.asarray(np.exp(logarithm) * (1.0 - DROUGHT_LOSS * _drought(seed, months, lat, lon)))


def temperature_anomaly(seed: int, months: pd.PeriodIndex, lat: Array, lon: Array) -> Array:
    """Monthly mean temperature above that of its normal season (degC)."""
    noise = monthly_noise(seed, "temperature", _numbers(months), lat, lon, 24.0, 0.3)
    warmth = DROUGHT_WARMTH * _drought(seed, months, lat, lon)
    return np.asarray(TEMPERATURE * temperature_noise(lat) * noise + warmth)


def drought_share(seed: int, lat: Array, lon: Array) -> Array:
    """How fully a place lies in the great drought: 1 inside, 0 outside, smooth at the edge."""
    centre = continents(seed)[0][DROUGHT_CONTINENT]
    nearness = on_sphere(lat, lon) @ on_sphere(centre[0], centre[1])
    distance = np.degrees(np.arccos(np.clip(nearness, -1.0, 1.0)))
    return np.asarray(expit((DROUGHT_RADIUS - distance) / 2.0))


def _drought(seed: int, months: pd.PeriodIndex, lat: Array, lon: Array) -> Array:
    dry = (months >= pd.Period(DROUGHT_START, "M")) & (months <= pd.Period(DROUGHT_END, "M"))
    return np.asarray(dry)[:, None] * drought_share(seed, lat, lon)


def _numbers(months: pd.PeriodIndex) -> NDArray[np.int64]:
    return month_numbers(months.year.to_numpy(), months.month.to_numpy())
