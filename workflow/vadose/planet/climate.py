"""Daily weather of the miniature planet's basins, around the slow weather of their region.

Conventions: arrays are [day, basin], time first. Units are Caravan's: degC, mm/d, W/m2, kPa, m/s.
Nested basins share random numbers through the table's `weather_number`. Every stream of random
numbers is drawn day after day, so a longer record leaves the earlier days as they were.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.signal import lfilter

from vadose.planet.anomalies import rain_factor, temperature_anomaly
from vadose.planet.normals import (
    DAYS_PER_YEAR,
    dry_depression,
    rain_season,
    season,
    temperature_noise,
    warmest_day,
    wet_days,
)
from vadose.planet.streams import daily_gammas, daily_normals, daily_uniforms
from vadose.planet.sun import extraterrestrial, net_radiation, priestley_taylor, standard_pressure

Array = NDArray[np.float64]

WET_PERSISTENCE = 0.35  # correlation of wet days from one day to the next
RAIN_SHAPE = 0.75  # shape of the gamma distribution of wet-day amounts


class Weather(NamedTuple):
    """True daily weather, each [day, basin], in Caravan's units."""

    p: Array
    t: Array
    t_range: Array
    dewpoint: Array
    solar: Array
    thermal: Array
    pressure: Array
    u: Array
    v: Array
    pet: Array
    day_length: Array


def make_weather(seed: int, table: pd.DataFrame, dates: pd.DatetimeIndex) -> Weather:
    """True daily weather of all basins for consecutive dates.

    `table` is that of `basins.draw_basins`.
    """
    numbers = table["weather_number"].to_numpy()
    doy, days = dates.day_of_year.to_numpy().astype(float), len(dates)
    lat = table["lat"].to_numpy()
    sine2 = np.sin(np.radians(lat)) ** 2
    wet, p = make_rain(seed, table, dates)
    t = make_temperature(seed, table, dates)
    dry = dry_depression(table["aridity"].to_numpy(), t)
    humid_noise = np.exp(0.25 * ar1(daily_normals(seed, numbers, days, "humidity"), 0.6))
    dewpoint = t - 0.5 - (1.0 + np.where(wet, 0.0, 1.0) * dry) * humid_noise
    cloud_noise = 0.06 * daily_normals(seed, numbers, days, "cloud")
    clearness = np.clip(np.where(wet, 0.38, 0.64) + cloud_noise, 0.15, 0.75)
    sun, day_length = extraterrestrial(lat, doy)
    solar, thermal = net_radiation(sun, clearness, t, dewpoint)
    gusts = ar1(daily_normals(seed, numbers, days, "pressure"), 0.8)
    pressure = standard_pressure(table["elevation"].to_numpy()) + (0.2 + 0.8 * sine2) * gusts
    # ASSUME westerly winds outside the tropics, easterly trades inside; weak mean flow.
    u = np.where(np.abs(lat) > 28.0, 1.0, -1.0) + 1.5 * _wind(seed, numbers, days, "wind u")
    v = 1.2 * _wind(seed, numbers, days, "wind v")
    pet = priestley_taylor(solar + thermal, t, pressure)
    t_range = 3.0 + 12.0 * clearness
    return Weather(p, t, t_range, dewpoint, solar, thermal, pressure, u, v, pet, day_length)


def make_rain(
    seed: int, table: pd.DataFrame, dates: pd.DatetimeIndex
) -> tuple[NDArray[np.bool_], Array]:
    """Wet days from a two-state Markov chain, their amounts from a gamma distribution (mm/d).

    The share of wet days and the amounts follow the season and the region's wet and dry months.
    Source of the form: Richardson (1981), Water Resour. Res. 17, 182-190.
    """
    numbers, days = table["weather_number"].to_numpy(), len(dates)
    months, month_of_day = _months(dates)
    anomaly = rain_factor(seed, months, table["lat"].to_numpy(), table["lon"].to_numpy())
    rain = rain_season(table, dates.day_of_year.to_numpy().astype(float)) * anomaly[month_of_day]
    share = wet_days(table, rain)
    wet = markov_chain(daily_uniforms(seed, numbers, days, "rain occurrence"), share)
    mean_amount = table["p_year"].to_numpy() / DAYS_PER_YEAR * rain / share
    amount = daily_gammas(seed, numbers, days, "rain amount", RAIN_SHAPE)
    return wet, np.where(wet, mean_amount * amount, 0.0)


def make_temperature(seed: int, table: pd.DataFrame, dates: pd.DatetimeIndex) -> Array:
    """Daily mean temperature (degC): the place's season, the region's month, the basin's day."""
    lat, lon = table["lat"].to_numpy(), table["lon"].to_numpy()
    numbers, doy = table["weather_number"].to_numpy(), dates.day_of_year.to_numpy().astype(float)
    yearly = season(doy, warmest_day(lat))
    months, month_of_day = _months(dates)
    anomaly = temperature_anomaly(seed, months, lat, lon)[month_of_day]
    noise = ar1(daily_normals(seed, numbers, len(doy), "temperature"), 0.7)
    # ASSUME days differ more from each other in winter than in summer.
    size = 0.85 * temperature_noise(lat) * (1.0 - 0.2 * yearly)
    normal = table["t_mean"].to_numpy() + table["t_amplitude"].to_numpy() * yearly
    return np.asarray(normal + anomaly + size * noise)


def _months(dates: pd.DatetimeIndex) -> tuple[pd.PeriodIndex, NDArray[np.int64]]:
    """The months that the dates touch, and the position of each day's month among them."""
    of_day = dates.to_period("M")
    months = pd.period_range(of_day[0], of_day[-1], freq="M")
    return months, months.get_indexer(of_day).astype(np.int64)


def markov_chain(uniform: Array, share: Array) -> NDArray[np.bool_]:
    """Wet or dry, [day, basin]: the share of wet days is kept, wet follows wet more often."""
    wet = np.empty(uniform.shape, dtype=bool)
    state = uniform[0] < share[0]
    for day in range(len(uniform)):
        chance = share[day] * (1.0 - WET_PERSISTENCE) + WET_PERSISTENCE * state
        state = uniform[day] < chance
        wet[day] = state
    return wet


def ar1(noise: Array, memory: float) -> Array:
    """First-order autoregressive noise of variance 1 along time; starts from its first draw."""
    innovation = np.sqrt(1.0 - memory**2) * noise
    innovation[0] = noise[0]
    return np.asarray(lfilter([1.0], [1.0, -memory], innovation, axis=0))


def _wind(seed: int, numbers: NDArray[np.int64], days: int, purpose: str) -> Array:
    """Wind anomalies of variance 1 that last a day or two."""
    return ar1(daily_normals(seed, numbers, days, purpose), 0.5)
