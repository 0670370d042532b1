"""To which continent a cell belongs.

Conventions: lat and lon [cell] are centres in degrees; distances between cells are those of
neighbours.py.
"""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from vadose.errors import InputError
from vadose.neighbours import cells_around, distance_to, places, tree
from vadose.splits import leave_out_split

log = logging.getLogger("vadose")
SMALLEST = 0.05  # share of all land cells; what is smaller is an island of a continent


def continents(lat: np.ndarray, lon: np.ndarray, step: float, outlines: Path | None) -> np.ndarray:
    """Name the continent [cell] of each land cell.

    With outlines (GeoJSON polygons with a property `name`), the polygon in which or nearest to
    which the centre lies. Without, as on an invented planet, masses of connected cells, named
    "continent 1" on by size; give all land cells then, not only those that are of interest.
    # ASSUME an island belongs to the nearest continent, on a map of equal degrees.
    """
    if outlines is None:
        return _connected(places(lat, lon, step), cells_around(step))
    return _nearest_polygon(np.asarray(lat), np.asarray(lon), *read_outlines(outlines))


def leave_continents_out(
    land: np.ndarray,
    labelled: np.ndarray,
    lat: np.ndarray,
    lon: np.ndarray,
    step: float,
    least_labels: int,
    around: Mapping[str, Any],
) -> tuple[np.ndarray, list[str]]:
    """Split the labelled cells: one continent after the other is the test, a fold each.

    `land` [land cell] names the continent of every land cell and `labelled` marks those with a
    label, whose places are lat and lon [cell]; `around` is what else leave_out_split takes. The log
    says which continents have too few labels for a test, or none. Gives parts [fold, cell] and the
    continents tested. InputError where all labels lie on one.
    """
    if len(np.unique(land[labelled])) < 2:
        raise InputError(
            f"all labels lie on one continent, {land[labelled][0]}: take continents out of "
            "capacity.splits"
        )
    found = leave_out_split(lat, lon, step, land[labelled], least_labels=least_labels, **around)
    never = sorted(set(land) - set(found.tested))
    if never:
        log.info("%s: fewer than %d labels, never a test", ", ".join(never), least_labels)
    return found.parts, found.tested


def read_outlines(path: Path) -> tuple[list[str], list[shapely.Geometry]]:
    """Read names and polygons of a GeoJSON file; InputError where there is none."""
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        names = [str(one["properties"]["name"]) for one in features]
        shapes = [shapely.from_geojson(json.dumps(one["geometry"])) for one in features]
    except (OSError, ValueError, KeyError, TypeError, shapely.GEOSException) as error:
        raise InputError(
            f"{path}: no GeoJSON of polygons with a property name could be read ({error})"
        ) from error
    if not shapes:
        raise InputError(f"{path} holds no polygon")
    return names, shapes


def _nearest_polygon(
    lat: np.ndarray, lon: np.ndarray, names: list[str], shapes: list[shapely.Geometry]
) -> np.ndarray:
    """Give the polygon [cell] at the least distance, across the date line as well."""
    distance = np.full((len(shapes), lat.size), np.inf)
    for turn in (-360, 0, 360):
        centres = shapely.points(lon + turn, lat)
        for shape, least in zip(shapes, distance, strict=True):
            np.minimum(least, shapely.distance(shape, centres), out=least)
    return np.array(names)[distance.argmin(0)]


def _connected(at: np.ndarray, around: int) -> np.ndarray:
    """Name masses of cells that touch, also at corners; small ones join the nearest large one."""
    if not len(at):
        return np.empty(0, "U1")
    pairs = tree(at, around).query_pairs(1, p=np.inf, output_type="ndarray")
    links = csr_array((np.ones(len(pairs)), pairs.T), (len(at), len(at)))
    masses, mass = connected_components(links, directed=False)
    size = np.bincount(mass)
    large = size >= min(SMALLEST * len(at), size.max())
    main = large[mass]
    joined = mass.copy()
    for island in np.nonzero(~large)[0]:
        distance, nearest = distance_to(at[mass == island], at[main], around)
        joined[mass == island] = mass[main][nearest[distance.argmin()]]
    return _by_size(joined, at, masses)


def _by_size(mass: np.ndarray, at: np.ndarray, masses: int) -> np.ndarray:
    """Number masses from the largest; of equal ones, the one farther south comes first."""
    size = np.bincount(mass, minlength=masses)
    first = np.full(masses, np.inf)
    np.minimum.at(first, mass, at[:, 0] * (at[:, 1].max() + 1) + at[:, 1])
    rank = np.lexsort((first, -size)).argsort()
    return np.array([f"continent {rank[one] + 1}" for one in mass])
