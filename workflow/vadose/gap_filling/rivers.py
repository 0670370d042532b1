"""River basins that storage is averaged over: polygons of the user's, or basins from elevation."""

from pathlib import Path

import geopandas as gpd
import numpy as np
from pyogrio.errors import DataSourceError

from vadose.drainage import drain, largest_basins
from vadose.errors import InputError
from vadose.grid import Grid
from vadose.weights import Weights, area_weights

# ASSUME gravity tells the storage of a basin from that of its neighbours from about this area on.
FOOTPRINT = 100_000.0  # km2
MOST = 30  # basins that are taken where elevation tells them
LEAST_SHARE = 0.5  # of a basin that needs storage to have a mean


def from_elevation(elevation: np.ndarray, land: np.ndarray, grid: Grid) -> Weights:
    """Give the largest basins that elevation [lat, lon] (m) tells on the land of a grid."""
    if elevation.shape != grid.shape or land.shape != grid.shape:
        raise InputError(
            f"elevation {elevation.shape} and land {land.shape} are not on the grid of {grid}"
        )
    drained = drain(elevation, land, grid.n_lon == grid.around)
    return largest_basins(drained, grid, FOOTPRINT, MOST)


def from_polygons(path: Path, grid: Grid) -> Weights:
    """Read the basins of a file of polygons that are larger than GRACE's footprint, largest first.

    They go by the column of text with the most different names, and by their place in the file
    where that does not tell them apart.
    Raises InputError where the file cannot be read or no polygon is large enough.
    """
    try:
        polygons = gpd.read_file(path)
    except (DataSourceError, ValueError) as error:
        raise InputError(f"{path} cannot be read as polygons of river basins ({error})") from error
    weights = area_weights(polygons.set_axis(_names(polygons)), grid)
    inside = np.asarray(weights.matrix.sum(1)).ravel()
    # ASSUME a basin of which the grid holds less than half is another one.
    large = (weights.area >= FOOTPRINT) & (inside >= LEAST_SHARE * weights.area)
    if not large.any():
        raise InputError(
            f"{path}: none of {len(weights.ids)} polygons has {FOOTPRINT:,.0f} km2 or more on "
            f"{grid}: give larger river basins, or gap_filling.river_basins: drainage"
        )
    order = np.flatnonzero(large)[np.argsort(-weights.area[large], kind="stable")]
    return Weights(weights.matrix[order], weights.ids[order], weights.area[order], grid)


def _names(polygons: gpd.GeoDataFrame) -> list[str]:
    places = [str(k) for k in range(1, len(polygons) + 1)]
    table = polygons.drop(columns=polygons.geometry.name).select_dtypes(["object", "string"])
    if table.empty:
        return places
    text = table[table.nunique().idxmax()].fillna("").astype(str)
    alone = ~text.duplicated(keep=False) & (text != "")
    named = [f"{name} ({place})".strip() for name, place in zip(text, places, strict=True)]
    return np.where(alone, text, named).tolist()
