"""From the files' tables and maps to what methods learn from."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from vadose import contracts, kinds
from vadose.capacity.samples import Labels, Predictors
from vadose.grid import Grid


def read_predictors(path: Path, names: Sequence[str] = ()) -> tuple[Predictors, Grid]:
    """Read named predictors from a file of maps, or all that it has, and their grid."""
    with contracts.opened(path) as data:
        chosen = list(names) or [str(name) for name in data.data_vars]
    maps = contracts.read(kinds.of(kinds.PREDICTORS, chosen), path)
    return predictors_of(maps, chosen)


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
