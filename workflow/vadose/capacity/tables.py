"""From the files' tables and maps to what methods learn from."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from vadose.capacity.samples import Labels, Predictors
from vadose.grid import Grid


def predictors_of(maps: xr.Dataset, names: Sequence[str]) -> tuple[Predictors, Grid]:
    """Stack maps (lat, lon) of named predictors, and give their grid."""
    grid = Grid.of(maps["lat"].values, maps["lon"].values)
    stack = np.stack([maps[name].values for name in names])
    return Predictors(stack, list(names), grid.n_lon == grid.around), grid


def labelled(cells: xr.Dataset) -> np.ndarray:
    """Tell which cells or basins of a table have a capacity, a mask [unit]."""
    return np.isfinite(cells["capacity"].values)


def labels_of(cells: xr.Dataset, grid: Grid) -> Labels:
    """Take the labelled cells of a table of cells."""
    part = cells.isel(unit=labelled(cells))
    rows, columns = grid.locate(part["lat"].values, part["lon"].values)
    return Labels(rows, columns, part["capacity"].values, part["capacity_spread"].values)
