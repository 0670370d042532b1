"""Climate and daily weather of the miniature planet, vectorised over basins.

Conventions: arrays are [day, basin], time first; a season is given for the day of the year.
Units are Caravan's: degC, mm/d, W/m2, kPa, m/s. Nested basins share random numbers through
the table's `weather_number`. Every stream of random numbers is drawn day after day, so a longer
record leaves the earlier days as they were.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.signal import lfilter
from scipy.special import expit

from vadose.planet.streams import daily_gammas, daily_normals, daily_uniforms

Array = NDArray[np.float64]

SOLAR_CONSTANT = 1361.0  # W/m2
STEFAN_BOLTZMANN = 5.67e-8  # W/m2/K4
LATENT_HEAT = 2.45  # MJ/kg
DAYS_PER_YEAR = 365.25
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


def normals(table: pd.DataFrame) -> dict[str, Array]:
    """Long-term climate of each basin, without any random weather.

    Returns `t_mean`, `t_amplitude`, `t_warmest`, `t_coldest` (degC), `wet_share` (-), `pet_year`,
    `p_year` (mm/yr) and `snow_share` (of the year's days, -).
    # ASSUME rain is what the wanted aridity makes of PET, within 200-2600 mm/yr.
    """
    lat, aridity = table["lat"].to_numpy(), table["aridity"].to_numpy()
    sine2 = np.sin(np.radians(lat)) ** 2
    t_mean = 28.0 - 39.0 * sine2 - 0.006 * table["elevation"].to_numpy()
    ocean = np.where(lat < 0.0, 0.6, 1.0)
    t_amplitude = (1.0 + 19.0 * sine2 * table["continentality"].to_numpy()) * ocean
    wet_share = np.clip(0.40 * aridity**-0.5, 0.08, 0.6)
    doy = np.arange(1.0, 366.0)
    t = t_mean + t_amplitude * _season(doy, _warmest_day(lat))
    clearness = np.broadcast_to(0.64 - 0.26 * wet_share, t.shape)
    dewpoint = t - 1.5 - (1.0 - wet_share) * _dry_depression(aridity, t)
    pressure = standard_pressure(table["elevation"].to_numpy())
    solar, thermal = net_radiation(extraterrestrial(lat, doy)[0], clearness, t, dewpoint)
    pet_year = priestley_taylor(solar + thermal, t, pressure).mean(axis=0) * DAYS_PER_YEAR
    return {
        "t_mean": t_mean,
        "t_amplitude": t_amplitude,
        "t_warmest": t_mean + t_amplitude,
        "t_coldest": t_mean - t_amplitude,
        "wet_share": wet_share,
        "pet_year": pet_year,
        "p_year": np.clip(pet_year / aridity, 200.0, 2600.0),
        "snow_share": expit(-t / 2.0).mean(axis=0),
    }


def make_weather(seed: int, table: pd.DataFrame, dates: pd.DatetimeIndex) -> Weather:
    """True daily weather of all basins for consecutive dates."""
    numbers = table["weather_number"].to_numpy()
    doy, days = dates.day_of_year.to_numpy().astype(float), len(dates)
    lat = table["lat"].to_numpy()
    sine2 = np.sin(np.radians(lat)) ** 2
    wet, p = make_rain(seed, table, doy)
    t = _make_temperature(seed, table, doy)
    dry = _dry_depression(table["aridity"].to_numpy(), t)
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


def make_rain(seed: int, table: pd.DataFrame, doy: Array) -> tuple[NDArray[np.bool_], Array]:
    """Wet days from a two-state Markov chain, their amounts from a gamma distribution (mm/d).

    Both the share of wet days and the amounts follow the season; slow anomalies of about a year
    make dry and wet years. Source of the form: Richardson (1981), Water Resour. Res. 17, 182-190.
    """
    numbers, days = table["weather_number"].to_numpy(), len(doy)
    season = 1.0 + table["rain_season"].to_numpy() * _season(doy, table["rain_peak"].to_numpy())
    share = np.clip(table["wet_share"].to_numpy() * np.sqrt(season), 0.02, 0.9)
    wet = markov_chain(daily_uniforms(seed, numbers, days, "rain occurrence"), share)
    slow = ar1(daily_normals(seed, numbers, days, "rain anomaly"), 0.997)
    anomaly = np.exp(0.25 * slow - 0.5 * 0.25**2)
    mean_amount = table["p_year"].to_numpy() / DAYS_PER_YEAR * season / share
    amount = daily_gammas(seed, numbers, days, "rain amount", RAIN_SHAPE)
    return wet, np.where(wet, mean_amount * anomaly * amount, 0.0)


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


def extraterrestrial(lat: Array, doy: Array) -> tuple[Array, Array]:
    """Daily mean sunshine above the air (W/m2) and day length (h), [day, basin].

    Source: Allen et al. (1998), FAO Irrigation and Drainage Paper 56, eq. 21-34.
    """
    angle = 2.0 * np.pi * doy[:, None] / 365.0
    distance = 1.0 + 0.033 * np.cos(angle)
    declination = 0.409 * np.sin(angle - 1.39)
    phi = np.radians(lat)[None, :]
    sunset = np.arccos(np.clip(-np.tan(phi) * np.tan(declination), -1.0, 1.0))
    height = sunset * np.sin(phi) * np.sin(declination)
    height = height + np.cos(phi) * np.cos(declination) * np.sin(sunset)
    return SOLAR_CONSTANT / np.pi * distance * height, 24.0 / np.pi * sunset


def net_radiation(sun: Array, clearness: Array, t: Array, dewpoint: Array) -> tuple[Array, Array]:
    """Net solar and net thermal radiation (W/m2, downward positive) of a day.

    `clearness` is the share of the sunshine above the air that reaches the ground.
    # ASSUME albedo rises from 0.18 to 0.55 with frost, a stand-in for snow cover.
    Source of the thermal part: FAO 56, eq. 39.
    """
    albedo = 0.18 + 0.37 * expit(-(t + 2.0))
    vapour = np.sqrt(saturation_pressure(dewpoint))
    cloud = 1.35 * np.minimum(clearness / 0.75, 1.0) - 0.35
    emitted = STEFAN_BOLTZMANN * (t + 273.15) ** 4
    return (1.0 - albedo) * clearness * sun, -emitted * (0.34 - 0.14 * vapour) * cloud


def priestley_taylor(net: Array, t: Array, pressure: Array) -> Array:
    """True potential evaporation (mm/d) from net radiation (W/m2), never negative.

    Source: Priestley and Taylor (1972), Mon. Weather Rev. 100, 81-92, alpha = 1.26.
    """
    slope = 4098.0 * saturation_pressure(t) / (t + 237.3) ** 2
    psychrometer = 0.665e-3 * pressure
    return np.maximum(1.26 * slope / (slope + psychrometer) * net * 0.0864 / LATENT_HEAT, 0.0)


def saturation_pressure(t: Array) -> Array:
    """Saturation vapour pressure (kPa) at a temperature (degC), FAO 56 eq. 11."""
    return np.asarray(0.6108 * np.exp(17.27 * t / (t + 237.3)))


def standard_pressure(elevation: Array) -> Array:
    """Mean air pressure (kPa) at a height (m), FAO 56 eq. 7."""
    return np.asarray(101.3 * ((293.0 - 0.0065 * elevation) / 293.0) ** 5.26)


def _make_temperature(seed: int, table: pd.DataFrame, doy: Array) -> Array:
    """Daily mean temperature: latitude, height, season, and noise that is larger in the cold."""
    lat = table["lat"].to_numpy()
    season = _season(doy, _warmest_day(lat))
    noise = ar1(
        daily_normals(seed, table["weather_number"].to_numpy(), len(doy), "temperature"), 0.8
    )
    size = 1.0 + 2.5 * np.sin(np.radians(lat)) ** 2 * (1.0 - 0.3 * season)
    yearly = table["t_mean"].to_numpy() + table["t_amplitude"].to_numpy() * season
    return np.asarray(yearly + size * noise)


def _season(doy: Array, peak: Array) -> Array:
    """A yearly cosine, [day, basin], that is 1 on the peak's day of the year."""
    return np.asarray(np.cos(2.0 * np.pi * (doy[:, None] - peak) / DAYS_PER_YEAR))


def _warmest_day(lat: Array) -> Array:
    """Mid-July in the north, mid-January in the south."""
    return np.where(lat >= 0.0, 200.0, 17.0)


def _dry_depression(aridity: Array, t: Array) -> Array:
    """How far the dewpoint falls below the temperature on a dry day (degC)."""
    return np.asarray(4.5 * aridity**0.5 * np.clip((t + 15.0) / 30.0, 0.25, 1.3))


def _wind(seed: int, numbers: NDArray[np.int64], days: int, purpose: str) -> Array:
    """Wind anomalies of variance 1 that last a day or two."""
    return ar1(daily_normals(seed, numbers, days, purpose), 0.5)
