"""Sunshine, radiation and the demand for water: the physics of the miniature planet's climate.

Arrays are [day, place]; units are degC, W/m2, kPa and mm/d.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Array = NDArray[np.float64]

SOLAR_CONSTANT = 1361.0  # W/m2
STEFAN_BOLTZMANN = 5.67e-8  # W/m2/K4
LATENT_HEAT = 2.45  # MJ/kg


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
