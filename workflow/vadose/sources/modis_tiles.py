"""MODIS leaf area index as NASA serves it: HDF4 tiles of the sinusoidal grid, averaged to cells.

A file `MCD15A2H.AYYYYDDD.hXXvYY.*.hdf` is one of 36 x 18 tiles and one composite of eight days:
`Lai_500m` and `FparLai_QC`, bytes [2400, 2400]. Pixels of the sinusoidal grid have the same area
everywhere, so that the mean over a cell is that of the pixels whose centres lie in it.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from pyhdf.error import HDF4Error
from pyhdf.SD import SD, SDC

from vadose.axes import AXIS_ATTRS
from vadose.errors import InputError
from vadose.extent import Extent
from vadose.grid import Grid, cell_area
from vadose.sources import lai
from vadose.sources.canonical import ADVICE, describe
from vadose.sources.lai import LONG_NAME, SPHERE_RADIUS, UNITS, decode_modis

TILES_AROUND, TILES_DOWN = 36, 18
TILE_CELLS = 0.05  # degrees of the cells over which tiles are averaged where none are asked for
TILE_WIDTH = 2 * np.pi * SPHERE_RADIUS / TILES_AROUND  # m
NAME = re.compile(r"(M[COY]D15A[23]H)\.A(\d{7})\.h(\d\d)v(\d\d)\..*hdf")


class Tile(NamedTuple):
    """What the name of a file tells: product, first day, and the tile's column and row."""

    product: str
    day: pd.Timestamp
    h: int
    v: int


def parse_tile(path: Path) -> Tile:
    """Read product, day and place from a file's name; InputError where it is no such name."""
    found = NAME.fullmatch(path.name)
    if found is None or int(found[3]) >= TILES_AROUND or int(found[4]) >= TILES_DOWN:
        raise InputError(f"{path} is not named like MCD15A2H.A2004185.h18v04.061.2020.hdf")
    day = pd.to_datetime(found[2], format="%Y%j")
    return Tile(found[1], day, int(found[3]), int(found[4]))


def group_by_day(paths: Iterable[Path]) -> dict[pd.Timestamp, list[Path]]:
    """Sort tiles by the first day of their composites, in order of time."""
    days: dict[pd.Timestamp, list[Path]] = {}
    for path in paths:
        days.setdefault(parse_tile(path).day, []).append(path)
    return dict(sorted(days.items()))


def in_groups(paths: Iterable[Path]) -> list[list[Path]]:
    """Group the files that one call of the reader takes: tiles of a day together, others alone."""
    tiles = [path for path in paths if path.suffix == ".hdf"]
    return [*group_by_day(tiles).values(), *([path] for path in paths if path not in tiles)]


def read_modis(paths: Sequence[Path], extent: Extent) -> xr.Dataset:
    """Read MODIS leaf area index of either form: AppEEARS' netCDF, or tiles on 0.05 degrees.

    Tiles are averaged over the cells within the extent (see `read_modis_tiles`), composites that
    begin outside its days are left out; all tiles of a day belong into one call.
    """
    if not all(path.suffix == ".hdf" for path in paths):
        return lai.read_modis(paths, extent)
    first, last = (pd.Timestamp(day) if day else None for day in (extent.start, extent.end))
    wanted = [
        path
        for day, files in group_by_day(paths).items()
        for path in files
        if (first is None or day >= first) and (last is None or day <= last)
    ]
    if not wanted:
        raise InputError(f"none of {len(paths)} MODIS tiles begins in {first} to {last}")
    grid = Grid.window(extent.south, extent.north, extent.west, extent.east, TILE_CELLS)
    return read_modis_tiles(wanted, grid)[["lai"]]


def read_modis_tiles(paths: Sequence[Path], grid: Grid) -> xr.Dataset:
    """Average tiles over the cells of a grid: lai (time, lat, lon), lai_covered its area's share.

    Only retrievals of the main algorithm count; the covered share tells how much of a cell's area
    had one. Files may be in any order; where a tile is not given its cells are missing. Raises
    InputError for other files, two products, or the same tile of the same day twice.
    """
    tiles = [parse_tile(path) for path in paths]
    products = sorted({tile.product for tile in tiles})
    if len(products) != 1:
        raise InputError(f"the tiles are of {', '.join(products) or 'no product'}, expected one")
    if len(set(tiles)) < len(tiles):
        twice = max(paths, key=lambda path: tiles.count(parse_tile(path)))
        raise InputError(f"{twice}: this tile of this day is there twice: keep the newer file")
    days = group_by_day(paths)
    means, shares = np.full((2, len(days), *grid.shape), np.nan, np.float32)
    for i, files in enumerate(days.values()):
        means[i], shares[i] = _average(files, grid)
    mean = describe(xr.DataArray(means, dims=("time", "lat", "lon")), UNITS, LONG_NAME)
    share = describe(mean.copy(data=shares), "1", "share of the cell's area with lai")
    coords = {
        "time": ("time", pd.DatetimeIndex(list(days)).as_unit("ns")),
        "lat": ("lat", grid.lat, AXIS_ATTRS["lat"]),
        "lon": ("lon", grid.lon, AXIS_ATTRS["lon"]),
    }
    attrs = {"source": f"MODIS {products[0]}", "quality": "FparLai_QC"}
    return xr.Dataset({"lai": mean, "lai_covered": share}, coords, attrs)


def _average(paths: list[Path], grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covered share [lat, lon] of the tiles of one day."""
    total, area = np.zeros((2, grid.size))
    for path in paths:
        tile, values = parse_tile(path), read_tile(path)
        cell = pixel_cells(tile.h, tile.v, len(values), grid)
        valid = np.isfinite(values) & (cell >= 0)
        pixel = (TILE_WIDTH / len(values) / 1000) ** 2
        total += np.bincount(cell[valid], values[valid], grid.size) * pixel
        area += np.bincount(cell[valid], minlength=grid.size) * pixel
    with np.errstate(invalid="ignore"):
        mean = total / area
    return mean.reshape(grid.shape), np.minimum(area.reshape(grid.shape) / cell_area(grid), 1)


def read_tile(path: Path) -> np.ndarray:
    """Read the leaf area index (m2 m-2) of a tile [row, column], from north and from west."""
    try:
        file = SD(str(path), SDC.READ)
        try:
            counts, quality = (file.select(name).get() for name in ("Lai_500m", "FparLai_QC"))
        finally:
            file.end()
    except HDF4Error as error:
        raise InputError(
            f"{path} cannot be read as an HDF4 tile with Lai_500m and FparLai_QC ({error}): it is "
            f"truncated, a web page or another product; {ADVICE}"
        ) from error
    square = counts.ndim == 2 and counts.shape[0] == counts.shape[1]
    if not (square and counts.shape == quality.shape and counts.dtype == quality.dtype == np.uint8):
        raise InputError(
            f"{path}: Lai_500m is {counts.dtype} {counts.shape} and FparLai_QC {quality.dtype} "
            f"{quality.shape}, expected bytes of one square tile"
        )
    return decode_modis(counts, quality)


def pixel_cells(h: int, v: int, pixels: int, grid: Grid) -> np.ndarray:
    """Number the grid's cell in which each pixel's centre lies [row, column], -1 where in none.

    h and v count tiles from the west and from the north, `pixels` those along a tile's side.
    """
    inside = (np.arange(pixels) + 0.5) / pixels
    y = (TILES_DOWN / 2 - v - inside) * TILE_WIDTH
    x = (h - TILES_AROUND / 2 + inside) * TILE_WIDTH
    lat = y / SPHERE_RADIUS
    lon = np.rad2deg(x / (SPHERE_RADIUS * np.cos(lat))[:, None])
    row = np.floor((np.rad2deg(lat) - grid.lat0) / grid.lat_step + 0.5).astype(np.int64)
    column = np.floor((lon - grid.lon_edges[0]) % 360 / grid.lon_step).astype(np.int64)
    known = (row >= 0) & (row < grid.n_lat)
    known = known[:, None] & (column < grid.n_lon) & (np.abs(lon) <= 180)
    return np.where(known, row[:, None] * grid.n_lon + column, -1)
