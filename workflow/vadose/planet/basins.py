"""Invented gauged basins of the miniature planet and the hidden truth about their soil.

A table has one row per basin. Columns and units: `number` (1, 2, ...), `gauge_id`, `role`,
`weather_number` (nested basins share the weather of the outermost one), `lat`, `lon` (degrees,
centre), `area` (km2), `elevation` (m), `slope` (degrees), `aridity` (PET / P wanted),
`continentality` (-), `rain_season` (relative amplitude), `rain_peak` (day of the year),
`clay`, `sand`, `silt`, `forest`, `crop`, `pasture` (%), and the normals of `climate.normals`.
Every row depends on (seed, number) only, never on how many basins there are.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from vadose.planet.climate import normals
from vadose.planet.streams import generator

# Basins with a special part to play; all others are ordinary.
ROLES = {
    1: "far_north",
    2: "date_line",
    3: "nest_outer",
    4: "nest_middle",
    5: "nest_inner",
    6: "no_runoff_data",
    7: "record_too_short",
    8: "runoff_ratio_above_1",
    9: "arid_without_runoff",
    10: "tiny",
}
SPOILED = ("no_runoff_data", "record_too_short", "runoff_ratio_above_1", "arid_without_runoff")
PARENTS = {4: 3, 5: 4}
CAPACITY_RANGE = (40.0, 600.0)


def gauge_id(number: int) -> str:
    """Caravan's form of an id: sub-dataset, one underscore, the gauge's number."""
    return f"planet_{number:08d}"


def draw_basins(seed: int, count: int) -> pd.DataFrame:
    """Draw the basins 1..count: place, relief, soil, climate normals and land cover."""
    sites = pd.DataFrame([_draw_site(seed, number) for number in range(1, count + 1)])
    table = sites.assign(**normals(sites))
    return table.assign(**_land_cover(seed, table))


def _draw_site(seed: int, number: int) -> dict[str, Any]:
    """Place, relief, soil and the drivers of climate of one basin."""
    if number in PARENTS:
        return _draw_nested_site(seed, number)
    rng = generator(seed, number, "site")
    south, north = np.sin(np.radians([-45.0, 66.0]))
    lat = float(np.degrees(np.arcsin(rng.uniform(south, north))))
    summer = 200.0 if lat >= 0.0 else 17.0
    site: dict[str, Any] = {
        "number": number,
        "gauge_id": gauge_id(number),
        "role": ROLES.get(number, ""),
        "weather_number": number,
        "lat": lat,
        "lon": rng.uniform(-175.0, 175.0),
        "area": float(np.clip(rng.lognormal(np.log(450.0), 0.8), 8.0, 4000.0)),
        "elevation": float(np.clip(rng.gamma(1.3, 420.0) * np.cos(np.radians(lat)), 5.0, 3500.0)),
        "aridity": float(np.clip(rng.lognormal(np.log(0.95), 0.5), 0.35, 3.0)),
        "continentality": rng.uniform(0.5, 1.1),
        "rain_season": rng.uniform(0.05, 0.75),
        "rain_peak": (summer + rng.normal(0.0, 70.0)) % 365.25,
    }
    site.update(_special_place(number))
    return site | _draw_ground(seed, number, site["elevation"])


def _special_place(number: int) -> dict[str, float]:
    """What a basin with a special part has instead of what was drawn for it."""
    places: dict[str, dict[str, float]] = {
        "far_north": {"lat": 66.5, "elevation": 100.0, "aridity": 0.75, "continentality": 0.75},
        "date_line": {"lat": 52.0, "lon": 179.97, "area": 800.0},
        "nest_outer": {"lat": 40.0, "lon": -60.0, "area": 1900.0, "aridity": 0.8},
        "arid_without_runoff": {"lat": 24.0, "aridity": 9.0, "elevation": 300.0},
        "tiny": {"area": 12.0},
    }
    return places.get(ROLES.get(number, ""), {})


def _draw_nested_site(seed: int, number: int) -> dict[str, Any]:
    """A basin inside its parent: an eighth of the area, the parent's weather, its own ground."""
    parent = _draw_site(seed, PARENTS[number])
    rng = generator(seed, number, "site")
    radius_degrees = np.sqrt(parent["area"] / np.pi) / 111.2
    direction = rng.uniform(0.0, 2.0 * np.pi)
    shift = 0.2 * radius_degrees
    place: dict[str, Any] = {
        "number": number,
        "gauge_id": gauge_id(number),
        "role": ROLES[number],
        "lat": parent["lat"] + shift * np.sin(direction),
        "lon": parent["lon"] + shift * np.cos(direction) / np.cos(np.radians(parent["lat"])),
        "area": parent["area"] / 8.0,
        "elevation": parent["elevation"] * rng.uniform(1.05, 1.25),
    }
    return parent | place | _draw_ground(seed, number, place["elevation"])


def _draw_ground(seed: int, number: int, elevation: float) -> dict[str, float]:
    """Slope (degrees, steeper where it is high) and soil texture (%, adds up to 100)."""
    rng = generator(seed, number, "ground")
    steep = 12.0 * (1.0 - np.exp(-elevation / 1200.0))
    clay, sand, silt = 100.0 * rng.dirichlet([4.0, 7.0, 6.0])
    slope = float(np.clip((0.3 + steep) * rng.lognormal(0.0, 0.35), 0.1, 28.0))
    return {"slope": slope, "clay": clay, "sand": sand, "silt": silt}


def _land_cover(seed: int, table: pd.DataFrame) -> dict[str, NDArray[np.float64]]:
    """Forest follows water and warmth; fields and pasture share part of the rest (%)."""
    luck = np.stack([generator(seed, n, "land cover").random(3) for n in table["number"]])
    water = expit(3.0 * (1.2 - table["aridity"].to_numpy()))
    warmth = expit((table["t_mean"].to_numpy() + 2.0) / 2.0)
    forest = 95.0 * water * warmth * (0.35 + 0.65 * luck[:, 0])
    open_land = (100.0 - forest) * warmth
    flat = np.exp(-table["slope"].to_numpy() / 6.0)
    crop = open_land * flat * 0.7 * luck[:, 1]
    return {"forest": forest, "crop": crop, "pasture": (open_land - crop) * 0.6 * luck[:, 2]}


def true_parameters(seed: int, table: pd.DataFrame) -> pd.DataFrame:
    """The hidden truth of every basin, which no reader of the planet's files may see.

    Columns: `capacity`, `capacity_explained` (mm, with and without the part that no predictor
    explains), `spread` (shape of the distribution of point capacities, -), `evaporation_shape`
    (-), `degree_day` (mm per degC and day), `drainage` (mm/d at a full store), `fast_share` (-),
    `fast_days`, `slow_days` (residence times, d).
    """
    score = _capacity_score(table)
    luck = np.stack([generator(seed, n, "truth").standard_normal(8) for n in table["number"]])
    forest = table["forest"].to_numpy() / 100.0
    arid = table["role"].to_numpy() == "arid_without_runoff"
    truth = {
        "capacity": _capacity_from_score(score + 0.55 * luck[:, 0]),
        "capacity_explained": _capacity_from_score(score),
        "spread": 0.1 + 0.5 * expit(table["slope"].to_numpy() / 6.0 - 1.5 + 0.5 * luck[:, 1]),
        "evaporation_shape": 1.6 + 1.6 * forest + 0.8 * expit(luck[:, 2]),
        "degree_day": 2.0 + 3.0 * expit(luck[:, 3]),
        "drainage": np.exp(0.4 + 0.015 * table["sand"].to_numpy() + 0.4 * luck[:, 4]),
        "fast_share": 0.45 + 0.4 * expit(luck[:, 5]),
        "fast_days": 1.0 + 0.15 * np.sqrt(table["area"].to_numpy()) * expit(luck[:, 7]),
        "slow_days": 30.0 + 110.0 * expit(luck[:, 6]),
    }
    truth["spread"] = np.where(arid, 0.05, truth["spread"])
    truth["drainage"] = np.where(arid, 0.0, truth["drainage"])
    return pd.DataFrame(truth)


def _capacity_score(table: pd.DataFrame) -> NDArray[np.float64]:
    """What climate, soil, vegetation and slope say about root-zone capacity (logit scale).

    # ASSUME capacity is largest where demand and rain are about equal and out of season,
    # ASSUME under forest and on loam, and smallest on steep and on cold ground.
    """
    dryness = np.log(table["aridity"].to_numpy())
    balance = np.exp(-((dryness - 0.4) ** 2) / 0.8)
    loam = np.exp(-(((table["clay"].to_numpy() - 25.0) / 12.0) ** 2))
    cold = expit(-(table["t_mean"].to_numpy() - 2.0) / 3.0)
    return np.asarray(
        -3.85
        + 1.95 * balance
        + 2.1 * table["forest"].to_numpy() / 100.0
        + 1.8 * table["rain_season"].to_numpy()
        + 1.35 * loam
        - 1.05 * np.tanh(table["slope"].to_numpy() / 10.0)
        - 0.75 * cold
    )


def _capacity_from_score(score: NDArray[np.float64]) -> NDArray[np.float64]:
    """Map the score smoothly into the range of capacities (mm)."""
    low, high = CAPACITY_RANGE
    return np.asarray(low + (high - low) * expit(score))
