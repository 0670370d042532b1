"""Continents, mountains and soils of the miniature planet, as functions of place.

Places are latitudes and longitudes in degrees, of any common shape; the same functions serve the
cells of a grid of any step and the basins.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from vadose.planet.noise import fractal_noise, on_sphere, smooth_noise
from vadose.planet.streams import generator

Array = NDArray[np.float64]

SOUTH, NORTH = -60.0, 84.0  # the part of the sphere that is looked at (degrees)
LAND_SHARE = 0.31  # of the area between SOUTH and NORTH
# Latitude and radius (degrees) of the continents' cores; longitudes are spread by the seed. The
# last one lies across the date line in every world.
CORES = ((66.0, 19.0), (52.0, 24.0), (27.0, 21.0), (3.0, 22.0), (-20.0, 20.0), (-37.0, 16.0))
DATE_LINE_CORE = (47.0, 14.0)
GOLDEN_ANGLE = 137.51  # degrees; steps of it crowd nowhere


class Land(NamedTuple):
    """The ground on a grid: centres (degrees, ascending) and [lat, lon] fields, NaN at sea.

    `elevation` m, `slope` degrees, `clay`, `sand`, `silt` % (adding up to 100), `soil_depth` m.
    """

    lat: Array
    lon: Array
    land: NDArray[np.bool_]
    elevation: Array
    slope: Array
    clay: Array
    sand: Array
    silt: Array
    soil_depth: Array


def make_land(seed: int, step: float) -> Land:
    """The planet's ground on a regular grid of `step` degrees between 60 S and 84 N.

    Raises ValueError if the step does not divide the 180 x 360 degrees evenly.
    """
    lat, lon = grid_axes(step)
    lats, lons = np.meshgrid(lat, lon, indexing="ij")
    land = shore(seed, lats, lons) > 0.0
    fields = {name: np.full(land.shape, np.nan) for name in Land._fields[3:]}
    for name, values in ground(seed, lats[land], lons[land]).items():
        fields[name][land] = values
    return Land(lat, lon, land, **fields)


def grid_axes(step: float) -> tuple[Array, Array]:
    """Centres of the cells' latitudes and longitudes (degrees, ascending).

    They are those cells of the grid from pole to pole whose centres lie between 60 S and 84 N.
    """
    rows, columns = 180.0 / step, 360.0 / step
    if rows != round(rows) or columns != round(columns):
        raise ValueError(f"cells of {step} degrees do not fill 180 x 360 degrees evenly")
    lat, lon = (step * (np.arange(round(n), dtype=np.float64) + 0.5) for n in (rows, columns))
    lat = lat - 90.0
    return lat[(lat >= SOUTH) & (lat <= NORTH)], lon - 180.0


def shore(seed: int, lat: Array, lon: Array) -> Array:
    """How far inside a continent a place lies (-): negative at sea, about 0.5 deep inland."""
    return _upheaval(seed, lat, lon) - _sea_level(seed)


def ground(seed: int, lat: Array, lon: Array) -> dict[str, Array]:
    """Elevation, slope, soil texture and soil depth of places on land, in the units of `Land`.

    # ASSUME slopes grow with height; texture shares are smooth fields, each patch its own;
    # ASSUME soils are deep on flat and shallow on steep ground.
    """
    height = elevation(seed, lat, lon)
    rough = np.exp(0.35 * smooth_noise(seed, "slope", lat, lon, 5.0))
    slope = np.clip((0.3 + 12.0 * (1.0 - np.exp(-height / 1200.0))) * rough, 0.1, 28.0)
    usual = {"clay": 4.0, "sand": 7.0, "silt": 6.0}
    parts = {
        name: share * np.exp(0.5 * fractal_noise(seed, name, lat, lon, 14.0, 3))
        for name, share in usual.items()
    }
    whole = parts["clay"] + parts["sand"] + parts["silt"]
    depth = 2.4 * np.exp(-slope / 9.0 + 0.35 * smooth_noise(seed, "soil depth", lat, lon, 10.0))
    texture = {name: 100.0 * part / whole for name, part in parts.items()}
    return {"elevation": height, "slope": slope, **texture, "soil_depth": np.clip(depth, 0.2, 4.0)}


def elevation(seed: int, lat: Array, lon: Array) -> Array:
    """Height above the sea (m), 0 at sea: plains that rise inland, and ranges of mountains.

    # ASSUME mountains are lower towards the poles, so that snow melts in most summers.
    """
    inland = np.maximum(shore(seed, lat, lon), 0.0)
    crest = np.exp(-((smooth_noise(seed, "ranges", lat, lon, 26.0) / 0.22) ** 2))
    where = expit(3.0 * (smooth_noise(seed, "orogeny", lat, lon, 38.0) - 0.1))
    rough = np.exp(0.45 * fractal_noise(seed, "relief", lat, lon, 9.0, 4) - 0.1)
    plains = 900.0 * np.tanh(1.4 * inland)
    mountains = 3600.0 * crest * where * (1.0 - np.exp(-inland / 0.05))
    lower = 0.25 + 0.75 * np.cos(np.radians(lat)) ** 2
    return np.asarray(np.minimum((plains + mountains) * rough, 5200.0) * lower)


def _upheaval(seed: int, lat: Array, lon: Array) -> Array:
    """Bulges around the continents' cores with a fractal coast; unlike anything on Earth."""
    centre, radius = continents(seed)
    nearness = on_sphere(lat, lon) @ on_sphere(centre[:, 0], centre[:, 1]).T
    distance = np.arccos(np.clip(nearness, -1.0, 1.0)) / np.radians(radius)
    bulge = np.exp(-(distance**2)).sum(axis=-1)
    polar_sea = 1.1 * expit((lat - 79.0) / 2.5)
    return np.asarray(bulge - polar_sea + 0.3 * fractal_noise(seed, "coast", lat, lon, 24.0, 5))


@cache
def continents(seed: int) -> tuple[Array, Array]:
    """Centres (lat, lon in degrees, [continent, 2]) and radii (degrees) of the continents."""
    rng = generator(seed, 0, "continents")
    lat, radius = np.array(CORES).T
    turn = rng.uniform(0.0, 360.0) + GOLDEN_ANGLE * np.arange(len(lat))
    lon = (turn + rng.uniform(-15.0, 15.0, len(lat))) % 360.0 - 180.0
    lat, lon = np.append(lat, DATE_LINE_CORE[0]), np.append(lon, 180.0)
    lat = lat + rng.uniform(-5.0, 5.0, len(lat))
    radius = np.append(radius, DATE_LINE_CORE[1]) * rng.uniform(0.85, 1.2, len(lat))
    return np.column_stack([lat, lon]), radius


@cache
def _sea_level(seed: int) -> float:
    """The level above which LAND_SHARE of the area rises, whatever grid is looked at."""
    lats, lons = np.meshgrid(*grid_axes(2.0), indexing="ij")
    height, weight = _upheaval(seed, lats, lons).ravel(), np.cos(np.radians(lats)).ravel()
    order = np.argsort(height)
    below = np.cumsum(weight[order]) / weight.sum()
    return float(height[order][np.searchsorted(below, 1.0 - LAND_SHARE)])
