"""Everything lasting about a place of the miniature planet: ground, climate, cover and capacity.

A table has one row per place, a cell or a basin. Columns and units: `lat`, `lon` (degrees),
`elevation` (m), `slope` (degrees), `clay`, `sand`, `silt`, `forest`, `crop`, `pasture` (%),
`soil_depth`, `canopy_height` (m), those of `normals.drivers` and those of `normals.normals`.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, ndtr

from vadose.planet.land import ground
from vadose.planet.noise import smooth_noise
from vadose.planet.normals import drivers, normals

Array = NDArray[np.float64]

CAPACITY_RANGE = (40.0, 600.0)
UNEXPLAINED = 1.0  # size of the part of capacity that no predictor explains (logit scale)


def places_at(seed: int, lat: Array, lon: Array) -> pd.DataFrame:
    """The ground and the drivers of climate at places on land, both [place] in degrees."""
    land, climate = ground(seed, lat, lon), drivers(seed, lat, lon)
    return pd.DataFrame({"lat": lat, "lon": lon, **land, **climate})


def complete(seed: int, table: pd.DataFrame, own: Array) -> pd.DataFrame:
    """Add climate normals and land cover to a table of `places_at`.

    `own` are standard normal numbers, [place, 3]: a place's own luck with its cover, beside that of
    the region; zeros for cells.
    """
    table = table.assign(**normals(table))
    return table.assign(**land_cover(seed, table, own))


def land_cover(seed: int, table: pd.DataFrame, own: Array) -> dict[str, Array]:
    """Forest, fields and pasture (%) and the height of the canopy (m).

    # ASSUME forest follows water and warmth; fields on flat land and pasture share the rest.
    """
    lat, lon = table["lat"].to_numpy(), table["lon"].to_numpy()
    names = ("forest", "crop", "pasture")
    region = np.stack([smooth_noise(seed, name, lat, lon, 9.0) for name in names], axis=1)
    luck = ndtr(region + 0.6 * own)
    water = expit(3.0 * (1.2 - table["aridity"].to_numpy()))
    warmth = expit((table["t_mean"].to_numpy() + 2.0) / 2.0)
    forest = 95.0 * water * warmth * (0.35 + 0.65 * luck[:, 0])
    open_land = (100.0 - forest) * warmth
    crop = open_land * np.exp(-table["slope"].to_numpy() / 6.0) * 0.7 * luck[:, 1]
    return {
        "forest": forest,
        "crop": crop,
        "pasture": (open_land - crop) * 0.6 * luck[:, 2],
        "canopy_height": 0.2 + 0.32 * forest * (0.4 + 0.6 * warmth),
    }


def capacity_score(table: pd.DataFrame) -> Array:
    """What climate, soil, vegetation and slope say about root-zone capacity (logit scale).

    # ASSUME capacity is largest where demand and rain are about equal and out of season,
    # ASSUME under forest and on loam, and smallest on steep and on cold ground.
    """
    dryness = np.log(table["aridity"].to_numpy())
    balance = np.exp(-((dryness - 0.4) ** 2) / 0.8)
    loam = np.exp(-(((table["clay"].to_numpy() - 25.0) / 12.0) ** 2))
    cold = expit(-(table["t_mean"].to_numpy() - 2.0) / 3.0)
    return np.asarray(
        -5.2
        + 3.5 * balance
        + 3.8 * table["forest"].to_numpy() / 100.0
        + 3.2 * table["rain_season"].to_numpy()
        + 2.4 * loam
        - 1.9 * np.tanh(table["slope"].to_numpy() / 10.0)
        - 1.3 * cold
    )


def region_luck(seed: int, lat: Array, lon: Array) -> Array:
    """The region's part of what no predictor explains about capacity, of variance 1."""
    return smooth_noise(seed, "capacity", lat, lon, 16.0)


def capacity_from_score(score: Array) -> Array:
    """Map the score smoothly into the range of capacities (mm)."""
    low, high = CAPACITY_RANGE
    return np.asarray(low + (high - low) * expit(score))
