"""Rasters without a time axis, averaged onto a grid: topography and canopy height.

A raster in degrees is read in strips of rows, each of which is averaged over the cells by exact
area, so that a raster of a billion cells never lies in memory as a whole. A raster in another
projection is warped by GDAL, averaging what falls into a cell. What is missing is left out of a
mean. Maps read here have the names, units and plausible ranges of `kinds.STATIC_FIELDS`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import rasterio
import xarray as xr
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader
from rasterio.warp import Resampling, reproject
from rasterio.windows import Window

from vadose.axes import AXIS_ATTRS
from vadose.errors import InputError
from vadose.grid import EARTH_RADIUS, Grid, overlap_weights, renormalise, row_area
from vadose.kinds import STATIC_FIELDS
from vadose.sources.canonical import ADVICE

VALUES_PER_STRIP = 4_000_000
CACHE_MB = 64  # of blocks that GDAL keeps, else a share of the machine's memory
NO_TREES_KNOWN = 255  # in a raster of canopy height that declares no missing value


def average_strips(
    source: Grid,
    target: Grid,
    read: Callable[[int, int], np.ndarray],
    rows_per_strip: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Average a field over the cells of a grid by area, reading some of its rows at a time.

    read(first, last) gives the rows [..., last - first, n_lon] of the source, counted from the
    south and ascending, NaN where missing; only rows that the target touches are asked for. Gives
    means and covered shares [..., lat, lon]; a mean is NaN where nothing is covered.
    """
    overlap = overlap_weights(source, target)
    lat = overlap.lat.tocsc()
    used = np.flatnonzero(np.diff(lat.indptr))
    if not used.size or not overlap.lon.nnz:
        raise InputError(f"{source} and {target} do not overlap")
    total: np.ndarray | None = None
    for first in range(used[0], used[-1] + 1, rows_per_strip):
        last = min(first + rows_per_strip, used[-1] + 1)
        block = read(first, last)
        if total is None:
            total, covered = np.zeros((2, *block.shape[:-2], *target.shape))
        weights = lat[:, first:last].tocsr()
        touched = np.flatnonzero(np.diff(weights.indptr))
        by_row = weights[touched].toarray()
        for place in np.ndindex(block.shape[:-2]):
            valid = np.isfinite(block[place])
            for sums, part in ((total, np.where(valid, block[place], 0)), (covered, valid)):
                here = by_row @ part.astype(np.float64)
                sums[place][touched] += (overlap.lon @ here.T).T
    assert total is not None, "the grids overlap"
    whole = row_area(target.lat_edges, target.lon_step)[:, None] / EARTH_RADIUS**2
    return renormalise(total, covered, whole, 0)


@contextmanager
def open_raster(path: Path) -> Iterator[DatasetReader]:
    """Open a raster of any format that GDAL knows; what cannot be read raises InputError."""
    try:
        with rasterio.Env(GDAL_CACHEMAX=CACHE_MB), rasterio.open(path) as raster:
            yield raster
    except RasterioError as error:
        raise InputError(f"{path} cannot be read as a raster ({error}); {ADVICE}") from error


def raster_grid(raster: DatasetReader, path: Path) -> Grid:
    """Recognise the regular grid of a raster in degrees whose rows run from north to south."""
    to_degrees = raster.transform
    lat = to_degrees.f + to_degrees.e * (np.arange(raster.height) + 0.5)
    lon = to_degrees.c + to_degrees.a * (np.arange(raster.width) + 0.5)
    if to_degrees.b or to_degrees.d or to_degrees.e >= 0 or lon[0] < -180 or lon[-1] > 180:
        raise InputError(
            f"{path}: its rows do not run from north to south within -180 to 180 degrees "
            f"({tuple(raster.bounds)}): bring it to that form with gdalwarp"
        )
    try:
        return Grid.of(lat, lon)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def average_raster(
    path: Path, target: Grid, table: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Average a raster in degrees over the cells of a grid: means and covered shares.

    Scale, offset and missing value are those that the file declares. With a `table`
    [..., number], the raster holds whole numbers that stand for its columns, and the means of the
    table's values are given [..., lat, lon]; numbers beyond the table are missing.
    """
    with open_raster(path) as raster:
        source = raster_grid(raster, path)

        def read(first: int, last: int) -> np.ndarray:
            window = Window(0, source.n_lat - last, source.n_lon, last - first)
            counts = raster.read(1, window=window)[::-1]
            return _decoded(counts, raster) if table is None else _looked_up(counts, table)

        layers = 1 if table is None else int(np.prod(table.shape[:-1]))
        rows = max(raster.block_shapes[0][0], VALUES_PER_STRIP // (source.n_lon * layers), 1)
        return average_strips(source, target, read, rows)


def _decoded(counts: np.ndarray, raster: DatasetReader) -> np.ndarray:
    values = counts * np.float32(raster.scales[0]) + np.float32(raster.offsets[0])
    return values if raster.nodata is None else np.where(counts == raster.nodata, np.nan, values)


def _looked_up(numbers: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Give the table's columns; numbers below zero count as large ones, beyond the table."""
    padded = np.concatenate([table, np.full_like(table[..., :1], np.nan)], -1)
    return np.take(padded, numbers.astype(np.uint32), -1, mode="clip")


def average_any(path: Path, target: Grid) -> np.ndarray:
    """Average a raster of any projection over the cells of a grid [lat, lon], NaN where missing."""
    with open_raster(path) as raster:
        if raster.crs is None or raster.crs.is_geographic:
            return average_raster(path, target)[0]
        out = np.full(target.shape, np.nan, np.float32)
        reproject(
            rasterio.band(raster, 1),
            out,
            dst_transform=rasterio.Affine(
                target.lon_step,
                0,
                target.lon_edges[0],
                0,
                -target.lat_step,
                target.lat[-1] + target.lat_step / 2,
            ),
            dst_crs="EPSG:4326",
            dst_nodata=np.nan,
            resampling=Resampling.average,
        )
        return out[::-1] * np.float32(raster.scales[0]) + np.float32(raster.offsets[0])


def static_dataset(
    fields: Mapping[str, np.ndarray], grid: Grid, paths: Sequence[Path], source: str
) -> xr.Dataset:
    """Give maps [lat, lon] their canonical names, units and coordinates, after a look at them.

    Raises InputError for a map without any value, or with values beyond what is plausible, which
    tells of other units than those expected.
    """
    place = ", ".join(str(path) for path in paths)
    for name, values in fields.items():
        kind = STATIC_FIELDS[name]
        if not np.isfinite(values).any():
            raise InputError(f"{place}: {name} has no value on {grid}")
        low, high = np.nanmin(values), np.nanmax(values)
        if low < kind.low or high > kind.high:
            raise InputError(
                f"{place}: {name} runs from {low:g} to {high:g}, expected {kind.low:g} to "
                f"{kind.high:g} {kind.units}: it is in other units, or its missing value is not "
                "declared"
            )
    variables = {
        name: (
            ("lat", "lon"),
            values.astype(np.float32),
            {"units": STATIC_FIELDS[name].units, "long_name": STATIC_FIELDS[name].long_name},
        )
        for name, values in fields.items()
    }
    coords = {axis: (axis, getattr(grid, axis), AXIS_ATTRS[axis]) for axis in ("lat", "lon")}
    return xr.Dataset(variables, coords, {"source": source})


def read_topography(paths: Sequence[Path], grid: Grid) -> xr.Dataset:
    """Read height and slope of the ground (Amatulli et al. 2018): elevation m, slope in degrees.

    The rasters are told apart by their names, `elevation_*.tif` and `slope_*.tif`, of which one is
    enough; they end at 56 degrees south, beyond which cells are missing.
    """
    found = {path.name.split("_")[0]: path for path in paths}
    known = {name: found[name] for name in ("elevation", "slope") if name in found}
    if not known or len(known) < len(paths):
        raise InputError(
            f"{', '.join(map(str, paths))} are not elevation_*.tif and slope_*.tif, one of each"
        )
    fields: dict[str, np.ndarray] = {n: average_any(path, grid) for n, path in known.items()}
    return static_dataset(fields, grid, paths, "EarthEnv topography")


def read_canopy_height(paths: Sequence[Path], grid: Grid) -> xr.Dataset:
    """Read the height of the vegetation (Simard et al. 2011): canopy_height in m.

    The raster holds whole metres in bytes, 0 where there are no trees. The mean of a cell counts
    the ground without trees as zero.
    """
    if len(paths) != 1:
        raise InputError(f"canopy height is one raster, not {len(paths)}")
    # ASSUME 255 is no height, where the file does not say so.
    table = np.arange(256, dtype=np.float32)
    with open_raster(paths[0]) as raster:
        if raster.dtypes[0] != "uint8":
            raise InputError(f"{paths[0]} holds {raster.dtypes[0]}, expected metres in bytes")
        missing = NO_TREES_KNOWN if raster.nodata is None else int(raster.nodata)
    table[missing] = np.nan
    heights, _ = average_raster(paths[0], grid, table)
    return static_dataset({"canopy_height": heights}, grid, paths, "Simard et al. 2011")
