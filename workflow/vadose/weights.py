"""From gridded fields to basin means by exact area weights, built once as one sparse matrix.

Conventions: weights [basin, cell] in km2 on the sphere, cells numbered lat * n_lon + lon of a
canonical grid; fields [..., lat, lon]; basin means [..., basin]. A basin's covered share is the
share of its whole area, parts beyond the grid included, that lies in cells with a value.
"""

import logging
from functools import partial
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import shapely
import xarray as xr
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from scipy import sparse

from vadose.errors import InputError
from vadose.grid import Grid, canonical, renormalise, row_area

log = logging.getLogger("vadose")

POLYGONS_PER_BATCH = 200
VALUES_PER_BLOCK = 8_000_000  # of a field that are brought to double precision at a time
NUDGES = (1e-8, 1e-7, 3e-7)  # cells by which a polygon is moved where cells were lost
TURNS = 4  # round the Earth, from -720 or later to 720 or later: any convention of longitude fits


class Weights(NamedTuple):
    """How much of each basin lies in each cell."""

    matrix: sparse.csr_array  # [basin, cell], km2
    ids: np.ndarray  # [basin], text
    area: np.ndarray  # [basin], km2 of the whole basin, parts beyond the grid included
    grid: Grid


def area_weights(polygons: gpd.GeoDataFrame, grid: Grid) -> Weights:
    """Intersect basins, one a row and its index the id, with the cells of a grid.

    Polygons may cross the date line in any way but as one ring that jumps from 180 to -180; they
    may nest, be smaller than a cell, or lie beyond the grid. InputError names the basins without
    a polygon or with coordinates that are no degrees.
    """
    # ASSUME within a cell the share of the area is that of the plane of longitude and latitude
    ids, shapes = _checked(polygons)
    rows_south, edges, kept = _rows_to_the_poles(grid)
    area_of_row = row_area(edges, grid.lon_step) / kept
    matrices, areas = [], []
    for first in range(0, len(ids), POLYGONS_PER_BATCH):
        batch = slice(first, first + POLYGONS_PER_BATCH)
        found = _coverage(_in_cells(shapes[batch], grid, rows_south), ids[batch], len(kept), grid)
        km2 = found.share * area_of_row[found.row]
        count = len(ids[batch])
        areas.append(np.bincount(found.basin, km2, count))
        row, column = found.row - rows_south, found.column % grid.around
        inside = (row >= 0) & (row < grid.n_lat) & (column < grid.n_lon) & (km2 > 0)
        cells = row * grid.n_lon + column
        entries = km2[inside], (found.basin[inside], cells[inside])
        matrices.append(sparse.csr_array(entries, (count, grid.size)))
    return Weights(sparse.csr_array(sparse.vstack(matrices)), ids, np.concatenate(areas), grid)


def _rows_to_the_poles(grid: Grid) -> tuple[int, np.ndarray, np.ndarray]:
    """Continue a grid to both poles.

    Gives the number of rows added in the south, the latitudes [row + 1] of all edges, and the
    share [row] of the rows' heights that is not beyond a pole.
    """
    south = grid.lat0 - grid.lat_step / 2
    below = max(0, int(np.ceil((south + 90) / grid.lat_step - 1e-6)))
    above = int(np.ceil((90 - south) / grid.lat_step - 1e-6))
    steps = np.arange(-below, max(above, grid.n_lat) + 1)
    edges = np.clip(south + grid.lat_step * steps, -90, 90)
    return below, edges, np.diff(edges) / grid.lat_step


def _west(grid: Grid) -> float:
    """Edge of the grid's first column, some turns before: from -720 to -360."""
    edge = grid.lon0 - grid.lon_step / 2
    return edge - 360 * (1 + (edge > 0))


def _in_cells(shapes: np.ndarray, grid: Grid, rows_south: int) -> np.ndarray:
    """Measure polygons in columns and rows, so that edges of cells are whole numbers.

    Rounded to 1e-9 of a cell: exactextract may lose a cell along whose edge a polygon's edge runs
    with a difference of a rounding error.
    """
    south = grid.lat0 - (rows_south + 0.5) * grid.lat_step
    origin, step = np.array([_west(grid), south]), np.array([grid.lon_step, grid.lat_step])
    return shapely.transform(shapes, lambda points: np.round((points - origin) / step, 9))


class _Found(NamedTuple):
    """Cells that basins touch, one entry each, and the share of the cell that is the basin's."""

    basin: np.ndarray
    row: np.ndarray
    column: np.ndarray
    share: np.ndarray


def _coverage(shapes: np.ndarray, ids: np.ndarray, n_rows: int, grid: Grid) -> _Found:
    """Find the cells of polygons measured in cells; make sure that their shares add up."""
    n_columns = TURNS * grid.around
    raster = NumPyRasterSource(
        np.broadcast_to(np.uint8(0), (n_rows, n_columns)), 0, 0, n_columns, n_rows
    )
    area = shapely.area(shapes)
    _refuse(ids[area <= 0], "have no area")
    cells, shares = _extract(raster, shapes)
    lost = _differ(shares, area)
    for nudge in NUDGES:
        if not lost.any():
            break
        moved = shapely.transform(shapes[lost], partial(np.add, np.array([nudge, 0.7 * nudge])))
        for k, *again in zip(np.flatnonzero(lost), *_extract(raster, moved), strict=True):
            cells[k], shares[k] = again
        lost = _differ(shares, area)
    _refuse(ids[lost], "have shares of cells that do not add up to their area")
    row, column = np.divmod(np.concatenate(cells), n_columns)
    basin = np.repeat(np.arange(len(cells)), [len(one) for one in cells])
    return _Found(basin, n_rows - 1 - row, column, np.concatenate(shares))


def _differ(shares: list[np.ndarray], area: np.ndarray) -> np.ndarray:
    return np.abs([share.sum() for share in shares] - area) > 1e-6 * area


def _extract(raster: NumPyRasterSource, shapes: np.ndarray) -> tuple[list, list]:
    """Give cell numbers and shares of each polygon, as exactextract finds them."""
    frame = gpd.GeoDataFrame(geometry=shapes, crs=4326)  # it wants any; units are cells
    found = exact_extract(raster, frame, ["cell_id", "coverage"], output="pandas")
    return found["cell_id"].to_list(), found["coverage"].to_list()


def _checked(polygons: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Give ids and valid polygons in degrees; name the basins that are wrong or were mended."""
    given, ids = polygons.geometry, polygons.index.astype(str).to_numpy(dtype=str)
    if not ids.size:
        raise InputError("there is not one polygon to aggregate over: check the basins' file")
    _refuse(ids[polygons.index.duplicated()], "stand there more than once")
    _refuse(ids[(given.isna() | given.is_empty).to_numpy()], "have no polygon")
    # ASSUME polygons that name no projection are in degrees of longitude and latitude
    degrees = given.to_crs(4326) if given.crs is not None else given
    west, south, east, north = degrees.bounds.to_numpy().T
    inside = (south >= -90.01) & (north <= 90.01) & (west >= -360) & (east <= 540)
    _refuse(ids[~inside], "have coordinates that are no degrees")
    shapes = shapely.force_2d(degrees.to_numpy())
    invalid = ~shapely.is_valid(shapes)
    if invalid.any():
        log.warning("polygons of basins %s are invalid and were mended", _some(ids[invalid]))
        shapes[invalid] = shapely.make_valid(shapes[invalid])
    shapes = np.array([_polygonal(shape) for shape in shapes])
    _refuse(ids[shapely.is_empty(shapes)], "have points or lines but no polygon")
    jumping = _jumping(shapes)
    if jumping.size:
        log.warning(
            "polygons of basins %s have an edge over more than half the Earth: if they cross the "
            "date line, split them there",
            _some(ids[jumping]),
        )
    return ids, shapes


def _polygonal(shape: shapely.Geometry) -> shapely.Geometry:
    """Drop the points and lines that mending leaves behind."""
    if shape.geom_type in ("Polygon", "MultiPolygon"):
        return shape
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.union_all(parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON])


def _jumping(shapes: np.ndarray) -> np.ndarray:
    """Find shapes with an edge from one end of the longitudes to the other but not all round."""
    parts, shape = shapely.get_parts(shapes, return_index=True)
    points, part = shapely.get_coordinates(shapely.get_exterior_ring(parts), return_index=True)
    width = np.abs(np.diff(points[:, 0]))
    off_pole = np.abs(points[1:, 1]) < 89.9
    jumps = (width > 180) & (width < 359.9) & off_pole & (part[1:] == part[:-1])
    return np.unique(shape[part[1:][jumps]])


def _some(ids: np.ndarray) -> str:
    more = f" and {len(ids) - 5} more" if len(ids) > 5 else ""
    return ", ".join(ids[:5]) + more


def _refuse(ids: np.ndarray, what: str) -> None:
    if ids.size:
        raise InputError(f"basins {_some(ids)} {what}: correct or remove their polygons")


def aggregate(
    weights: Weights, field: np.ndarray, least_share: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Average a field over basins, all times and variables in one product.

    field [..., lat, lon] or [..., cell] on the weights' grid, NaN where missing; gives means and
    covered share, both [..., basin]. Missing cells are left out of the mean; a mean is NaN where
    less than `least_share` of the basin is covered, or nothing.
    """
    cell_dims = 2 if field.shape[-2:] == weights.grid.shape else 1
    if cell_dims == 1 and field.shape[-1:] != (weights.grid.size,):
        raise InputError(f"a field of shape {field.shape} is not on the grid of {weights.grid}")
    used = np.unique(weights.matrix.indices)
    matrix = weights.matrix[:, used]
    lead = field.shape[: field.ndim - cell_dims]
    flat = field.reshape(int(np.prod(lead)), weights.grid.size)
    values, share = np.empty((2, len(flat), len(weights.ids)))
    step = max(1, VALUES_PER_BLOCK // max(used.size, 1))
    for first in range(0, len(flat), step):
        rows = slice(first, first + step)
        block = np.asarray(flat[rows][:, used].T, np.float64, order="C")
        total, covered = _sums(matrix, block)
        values[rows], share[rows] = renormalise(total.T, covered.T, weights.area[None], least_share)
    shape = (*lead, len(weights.ids))
    return values.reshape(shape), share.reshape(shape)


def _sums(matrix: sparse.csr_array, block: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weighted sums and covered areas [basin, time] of values [cell, time]; overwrites them."""
    valid = np.isfinite(block)
    block[~valid] = 0
    ever, always = valid.any(1), valid.all(1)
    if (ever == always).all():  # the same cells are missing at all times, as over the sea
        return matrix @ block, matrix @ always[:, None].astype(np.float64)
    return matrix @ block, matrix @ valid.astype(np.float64)


def basin_means(
    weights: Weights, data: xr.Dataset | xr.DataArray, least_share: float = 0.0
) -> xr.Dataset:
    """Average all gridded variables over basins, whatever the order of their coordinates.

    Gives each variable [..., basin] with its attributes, and its covered share as `<name>_covered`.
    """
    if isinstance(data, xr.DataArray):
        data = data.to_dataset(name=data.name or "field")
    fields = canonical(data)
    grid = Grid.of(fields["lat"].values, fields["lon"].values)
    if grid != weights.grid:
        raise InputError(f"the data are on {grid}; the weights were built for {weights.grid}")
    result = xr.Dataset(coords={"basin": weights.ids})
    for name, field in fields.data_vars.items():
        if field.dims[-2:] != ("lat", "lon"):
            continue
        means, share = aggregate(weights, field.values, least_share)
        dims = (*field.dims[:-2], "basin")
        coords = {d: field.coords[d] for d in field.dims[:-2] if d in field.coords}
        result[name] = xr.DataArray(means, coords, dims, attrs=field.attrs)
        about = {"units": "1", "long_name": f"share of the basin's area with {name}"}
        result[f"{name}_covered"] = xr.DataArray(share, coords, dims, attrs=about)
    return result


def save_weights(weights: Weights, path: Path) -> None:
    """Write weights in one step, compressed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    matrix = weights.matrix
    with part.open("wb") as file:
        np.savez_compressed(
            file,
            data=matrix.data,
            indices=matrix.indices,
            indptr=matrix.indptr,
            ids=weights.ids,
            area=weights.area,
            grid=np.array(weights.grid, np.float64),
        )
    part.replace(path)


def load_weights(path: Path) -> Weights:
    """Read weights; InputError where the file is none."""
    try:
        with np.load(path, allow_pickle=False) as file:
            stored = {name: file[name] for name in file.files}
        lat0, lon0, lat_step, lon_step, n_lat, n_lon = stored["grid"].tolist()
        grid = Grid(lat0, lon0, lat_step, lon_step, int(n_lat), int(n_lon))
        shape = (stored["ids"].size, grid.size)
        parts = stored["data"], stored["indices"], stored["indptr"]
        return Weights(sparse.csr_array(parts, shape), stored["ids"], stored["area"], grid)
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise InputError(f"{path} holds no weights ({error}): delete it and run again") from error
