"""What observers of the miniature planet see: Caravan's 40 daily variables, with their errors.

Arrays are [day, basin], in Caravan's units. The sizes of the errors are part of the planet's
definition; a test may not tune them.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.signal import lfilter

from vadose.planet.climate import Weather
from vadose.planet.streams import daily_normals, daily_uniforms, generator
from vadose.planet.water import Water

Array = NDArray[np.float64]

# Together 10 %: a lasting bias of each basin and noise from day to day.
BIAS_ERROR, DAILY_ERROR = 0.06, 0.08
STREAMFLOW_ERROR = 0.10
SHORT_RECORD_DAYS = 3 * 365
GAP_CHANCE, LONGEST_GAP = 1.0 / 1200.0, 60
SOIL_LAYER_DAYS = (3.0, 8.0, 30.0, 120.0)


def observe(
    seed: int, table: pd.DataFrame, weather: Weather, water: Water, wetness: Array
) -> dict[str, Array]:
    """All variables of a Caravan record by name, [day, basin], before rounding to the file.

    `wetness` is the root zone's water over its capacity (-), [day, basin].
    # ASSUME temperature, radiation, wind, pressure and snow are seen without error.
    """
    numbers = table["number"].to_numpy()
    pet = weather.pet * _forcing_error(seed, numbers, len(weather.pet), "pet error")
    seen = _ranges(weather) | _snow(water.swe) | _soil_layers(seed, table, weather.p, wetness)
    seen["total_precipitation_sum"] = weather.p * _forcing_error(
        seed, numbers, len(weather.p), "rain error"
    )
    seen["potential_evaporation_sum_ERA5_LAND"] = _era5_land_pet(seed, numbers, pet)
    seen["potential_evaporation_sum_FAO_PENMAN_MONTEITH"] = pet
    seen["streamflow"] = observe_streamflow(seed, table, water.q)
    return seen


def observe_streamflow(seed: int, table: pd.DataFrame, q: Array) -> Array:
    """Gauged streamflow (mm/d): 10 % log-normal noise, gaps, and the basins spoiled on purpose."""
    numbers, role = table["number"].to_numpy(), table["role"].to_numpy()
    noise = STREAMFLOW_ERROR * daily_normals(seed, numbers, len(q), "streamflow error")
    # A steady transfer from elsewhere, as large as the basin's own rain.
    transfer = np.where(role == "runoff_ratio_above_1", table["p_year"].to_numpy() / 365.25, 0.0)
    seen = (q + transfer) * np.exp(noise - 0.5 * STREAMFLOW_ERROR**2)
    seen[_gaps(seed, numbers, len(q))] = np.nan
    seen[:, role == "no_runoff_data"] = np.nan
    day = np.arange(len(q))
    outside = (day < 365) | (day >= 365 + SHORT_RECORD_DAYS)
    seen[np.ix_(outside, role == "record_too_short")] = np.nan
    return seen


def _gaps(seed: int, numbers: NDArray[np.int64], days: int) -> NDArray[np.bool_]:
    """Days on which the gauge was out of order: rare, each time for up to two months."""
    starts = daily_uniforms(seed, numbers, days, "gap start") < GAP_CHANCE
    lengths = 1 + LONGEST_GAP * daily_uniforms(seed, numbers, days, "gap length")
    last_day = np.where(starts, np.arange(days)[:, None] + lengths, -1.0)
    return np.asarray(np.maximum.accumulate(last_day, axis=0) > np.arange(days)[:, None])


def _forcing_error(seed: int, numbers: NDArray[np.int64], days: int, purpose: str) -> Array:
    """A log-normal factor of mean 1, [day, basin]: 6 % bias of the basin, 8 % daily noise."""
    bias = np.array([generator(seed, int(n), purpose + " bias").standard_normal() for n in numbers])
    noise = daily_normals(seed, numbers, days, purpose)
    variance = BIAS_ERROR**2 + DAILY_ERROR**2
    return np.asarray(np.exp(BIAS_ERROR * bias + DAILY_ERROR * noise - 0.5 * variance))


def _era5_land_pet(seed: int, numbers: NDArray[np.int64], pet: Array) -> Array:
    """ERA5-Land's potential evaporation: several times too large, now and then below zero."""
    luck = np.array([generator(seed, int(n), "era5 pet bias").standard_normal() for n in numbers])
    noise = daily_normals(seed, numbers, len(pet), "era5 pet noise")
    return np.asarray(pet * 4.5 * np.exp(0.3 * luck + 0.3 * noise) + 0.12 * noise)


def _ranges(weather: Weather) -> dict[str, Array]:
    """Daily mean, lowest and highest value of the weather variables.

    # ASSUME a half-sine day for the sun, symmetric ranges of plausible size for the rest.
    """
    middle_and_spread = {
        "temperature_2m": (weather.t, 0.5 * weather.t_range),
        "dewpoint_temperature_2m": (weather.dewpoint, 0.15 * weather.t_range),
        "surface_net_thermal_radiation": (weather.thermal, 2.5 * weather.t_range),
        "surface_pressure": (weather.pressure, np.full_like(weather.t, 0.25)),
        "u_component_of_wind_10m": (weather.u, 0.8 + 0.3 * np.abs(weather.u)),
        "v_component_of_wind_10m": (weather.v, 0.8 + 0.3 * np.abs(weather.v)),
    }
    seen: dict[str, Array] = {}
    for name, (middle, spread) in middle_and_spread.items():
        seen |= {f"{name}_mean": middle, f"{name}_min": middle - spread}
        seen[f"{name}_max"] = middle + spread
    noon = 0.5 * np.pi * 24.0 / np.maximum(weather.day_length, 2.0)
    seen["surface_net_solar_radiation_mean"] = weather.solar
    seen["surface_net_solar_radiation_min"] = np.zeros_like(weather.solar)
    seen["surface_net_solar_radiation_max"] = weather.solar * noon
    return seen


def _snow(swe: Array) -> dict[str, Array]:
    """Snow water equivalent between the ends of yesterday and today (mm)."""
    before = np.concatenate([swe[:1], swe[:-1]])
    return {
        "snow_depth_water_equivalent_mean": 0.5 * (before + swe),
        "snow_depth_water_equivalent_min": np.minimum(before, swe),
        "snow_depth_water_equivalent_max": np.maximum(before, swe),
    }


def _soil_layers(seed: int, table: pd.DataFrame, p: Array, wetness: Array) -> dict[str, Array]:
    """Soil moisture of four layers (m3/m3): the deeper, the slower it follows the root zone.

    # ASSUME the top layer also feels the rain of the last days, the others only the store.
    """
    clay = table["clay"].to_numpy() / 100.0
    dry, full = 0.05 + 0.35 * clay, 0.36 + 0.25 * clay
    luck = np.stack([generator(seed, n, "soil layers").normal(0, 0.1, 4) for n in table["number"]])
    surface = 1.0 - np.exp(-smooth(p, 4.0) / 2.5)
    seen: dict[str, Array] = {}
    for layer, days in enumerate(SOIL_LAYER_DAYS, start=1):
        signal = 0.6 * wetness + 0.4 * surface if layer == 1 else wetness
        relative = np.clip(smooth(signal, days) * (1.0 + luck[:, layer - 1]), 0.0, 1.0)
        middle = dry + (full - dry) * relative
        name, spread = f"volumetric_soil_water_layer_{layer}", 0.01 / layer**2
        seen |= {f"{name}_mean": middle, f"{name}_min": middle - spread}
        seen[f"{name}_max"] = middle + spread
    return seen


def smooth(series: Array, days: float) -> Array:
    """Exponential memory of a series over about `days` days; starts from its first value."""
    keep = np.exp(-1.0 / days)
    result, _ = lfilter([1.0 - keep], [1.0, -keep], series, axis=0, zi=keep * series[:1])
    return np.asarray(result)
