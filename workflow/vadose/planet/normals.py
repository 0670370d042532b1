"""Climate of the miniature planet without its weather: what a place has in an average year.

Functions of place, the same for cells and basins. Arrays are [place], or [day, place] where a
season is meant; latitudes and longitudes in degrees.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from vadose.planet.land import elevation, shore
from vadose.planet.noise import smooth_noise
from vadose.planet.sun import extraterrestrial, net_radiation, priestley_taylor, standard_pressure

Array = NDArray[np.float64]

DAYS_PER_YEAR = 365.25
SAMPLED_DAYS = np.arange(5.0, 365.0, 10.0)  # days of the year that stand for all


def drivers(seed: int, lat: Array, lon: Array) -> dict[str, Array]:
    """What drives a place's climate beside latitude and height.

    `aridity` (PET / P), `continentality` (-), `rain_season` (relative amplitude), `rain_peak` (day
    of the year).
    # ASSUME wet tropics, dry subtropics and wet middle latitudes in belts that wander by some
    # ASSUME degrees, drier inland and in the lee of mountains, wetter on their windward slopes.
    # ASSUME rain falls in summer, strongest in the monsoon belt, or in winter near 37 degrees.
    """
    inland = shore(seed, lat, lon)
    belt = np.abs(lat + 5.0 * smooth_noise(seed, "belts", lat, lon, 35.0))
    dryness = -0.55 + 2.0 * np.exp(-(((belt - 24.0) / 10.0) ** 2)) + 1.1 * (inland - 0.25)
    dryness += 0.3 * smooth_noise(seed, "dryness", lat, lon, 12.0) - 0.6 * windward(seed, lat, lon)
    distance = np.abs(lat)
    monsoon = np.exp(-(((distance - 14.0) / 9.0) ** 2))
    winter_rain = np.exp(-(((distance - 37.0) / 7.0) ** 2))
    winter_rain *= expit(4.0 * smooth_noise(seed, "winter rain", lat, lon, 30.0))
    contrast = 0.38 + 0.25 * monsoon + 0.2 * smooth_noise(seed, "rain season", lat, lon, 22.0)
    shift = 170.0 * winter_rain + 45.0 * smooth_noise(seed, "rain peak", lat, lon, 28.0)
    return {
        "aridity": np.clip(np.exp(dryness), 0.35, 12.0),
        "continentality": 0.55 + 0.5 * np.tanh(2.0 * np.maximum(inland, 0.0)),
        "rain_season": np.tanh(distance / 6.0) * np.clip(contrast, 0.05, 0.8),
        "rain_peak": (warmest_day(lat) + shift) % DAYS_PER_YEAR,
    }


def windward(seed: int, lat: Array, lon: Array) -> Array:
    """How much the ground rises along the mean wind over three degrees, from -1 (lee) to 1.

    # ASSUME westerly winds beyond 28 degrees, easterly trades between.
    """
    east, west = (elevation(seed, lat, lon + shift) for shift in (1.5, -1.5))
    return np.asarray(np.tanh((east - west) / 700.0) * np.tanh((np.abs(lat) - 28.0) / 4.0))


def normals(table: pd.DataFrame) -> dict[str, Array]:
    """Long-term climate of each place, without any random weather.

    `table` has `lat`, `elevation`, `aridity` and `continentality`. Returns `t_mean`,
    `t_amplitude`, `t_warmest`, `t_coldest` (degC), `wet_share` (of days, -), `pet_year`,
    `p_year` (mm/yr) and `snow_share` (of the year's days, -).
    # ASSUME rain is what the aridity makes of PET, within 60-2600 mm/yr.
    """
    lat, aridity = table["lat"].to_numpy(), table["aridity"].to_numpy()
    sine2 = np.sin(np.radians(lat)) ** 2
    t_mean = 28.0 - 39.0 * sine2 - 0.006 * table["elevation"].to_numpy()
    ocean = np.where(lat < 0.0, 0.6, 1.0)
    t_amplitude = (1.0 + 19.0 * sine2 * table["continentality"].to_numpy()) * ocean
    wet_share = np.clip(0.40 * aridity**-0.5, 0.08, 0.6)
    t = t_mean + t_amplitude * season(SAMPLED_DAYS, warmest_day(lat))
    known = table.assign(wet_share=wet_share)
    pet_year = demand(known, SAMPLED_DAYS, t, wet_share).mean(axis=0) * DAYS_PER_YEAR
    return {
        "t_mean": t_mean,
        "t_amplitude": t_amplitude,
        "t_warmest": t_mean + t_amplitude,
        "t_coldest": t_mean - t_amplitude,
        "wet_share": wet_share,
        "pet_year": pet_year,
        "p_year": np.clip(pet_year / aridity, 60.0, 2600.0),
        "snow_share": expit(-t / 2.0).mean(axis=0),
    }


def demand(table: pd.DataFrame, doy: Array, t: Array, wet_share: Array) -> Array:
    """Potential evaporation (mm/d, [day, place]) of days of mean weather.

    `t` is the days' temperature and `wet_share` the share of wet days around them, which makes the
    sky cloudy and the air moist.
    """
    lat, ground = table["lat"].to_numpy(), table["elevation"].to_numpy()
    clearness = np.broadcast_to(0.64 - 0.26 * wet_share, t.shape)
    dewpoint = t - 1.5 - (1.0 - wet_share) * dry_depression(table["aridity"].to_numpy(), t)
    solar, thermal = net_radiation(extraterrestrial(lat, doy)[0], clearness, t, dewpoint)
    return priestley_taylor(solar + thermal, t, standard_pressure(ground))


def season(doy: Array, peak: Array) -> Array:
    """A yearly cosine, [day, place], that is 1 on the peak's day of the year."""
    return np.asarray(np.cos(2.0 * np.pi * (doy[:, None] - peak) / DAYS_PER_YEAR))


def warmest_day(lat: Array) -> Array:
    """Mid-July in the north, mid-January in the south."""
    return np.where(lat >= 0.0, 200.0, 17.0)


def dry_depression(aridity: Array, t: Array) -> Array:
    """How far the dewpoint falls below the temperature on a dry day (degC)."""
    return np.asarray(4.5 * aridity**0.5 * np.clip((t + 15.0) / 30.0, 0.25, 1.3))


def rain_season(table: pd.DataFrame, doy: Array) -> Array:
    """Mean rain of the days of the year over the yearly mean, [day, place]."""
    return 1.0 + table["rain_season"].to_numpy() * season(doy, table["rain_peak"].to_numpy())


def wet_days(table: pd.DataFrame, rain: Array) -> Array:
    """Share of wet days where rain is `rain` times its yearly mean, [day, place].

    # ASSUME a wet season has more wet days and heavier rain on each, in equal parts.
    """
    return np.clip(table["wet_share"].to_numpy() * np.sqrt(rain), 0.02, 0.9)


def temperature_noise(lat: Array) -> Array:
    """Size of the weather's swings in temperature (degC), larger towards the poles."""
    return 1.0 + 2.5 * np.sin(np.radians(lat)) ** 2
