"""Published maps of root-zone storage capacity, with which ours are compared.

Stocker et al. (2023) give the cumulative water deficit that returns every 80 years, on 0.05
degrees (`cwdx80`); Wang-Erlandsson et al. (2016) give what the deficit of precipitation against
evaporation reached, on 0.5 degrees, as netCDF or as text rasters. Both are in mm.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from vadose.errors import InputError
from vadose.grid import Grid
from vadose.sources.canonical import open_source, to_canonical_grid, without_fills
from vadose.sources.rasters import (
    VALUES_PER_STRIP,
    average_any,
    average_strips,
    static_dataset,
)

MILLIMETRES = ("mm", "millimeter", "millimeters", "millimetres")
# ASSUME a map without units is in mm: the publications are, and other units fail the range.


def read_root_zone_capacity(paths: Sequence[Path], grid: Grid) -> xr.Dataset:
    """Read one published map on a grid: root_zone_capacity in mm, averaged by area.

    The file has one map on latitude and longitude, whatever its name. Raises InputError for one
    with several or none, in other units, or with values that are no capacity.
    """
    if len(paths) != 1:
        raise InputError(f"a map of root-zone storage capacity is one file, not {len(paths)}")
    path = paths[0]
    capacity = _read_netcdf(path, grid) if path.suffix == ".nc" else average_any(path, grid)
    fields = {"root_zone_capacity": capacity}
    return static_dataset(fields, grid, paths, "root-zone storage capacity")


def _read_netcdf(path: Path, grid: Grid) -> np.ndarray:
    with open_source(path, decode_times=False) as raw:
        field = _only_map(to_canonical_grid(raw), path)
        units = str(field.attrs.get("units", "mm")).strip()
        if units not in MILLIMETRES:
            raise InputError(f"{path}: {field.name} is in {units!r}, expected 'mm'")
        source = Grid.of(field["lat"].values, field["lon"].values)

        def read(first: int, last: int) -> np.ndarray:
            rows = without_fills(field[first:last]).values
            return np.where(rows >= 0, rows, np.nan)

        rows = max(VALUES_PER_STRIP // source.n_lon, 1)
        return average_strips(source, grid, read, rows)[0]


def _only_map(data: xr.Dataset, path: Path) -> xr.DataArray:
    data = data.squeeze([n for n, size in data.sizes.items() if size == 1 and n not in data.coords])
    if data.sizes.get("time") == 1:
        data = data.isel(time=0)
    found = [name for name, field in data.data_vars.items() if field.dims == ("lat", "lon")]
    if len(found) != 1:
        names = ", ".join(f"{n} {v.dims}" for n, v in data.data_vars.items())
        raise InputError(
            f"{path} has {len(found)} maps on (lat, lon), expected one (it has {names})"
        )
    return data[found[0]]
