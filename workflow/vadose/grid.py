"""Regular grids of latitude and longitude: one form for all providers, areas, and regridding.

Canonical form: dimensions [..., lat, lon], both ascending, longitudes from -180 up to 180; a
`Grid` is always canonical. A cell is numbered lat * n_lon + lon. The Earth is a sphere.
"""

from typing import NamedTuple, TypeVar

import numpy as np
import xarray as xr
from scipy import sparse

from vadose.axes import AXIS_ATTRS, canonical_axes
from vadose.errors import InputError

EARTH_RADIUS = 6371.0072  # km; ASSUME the sphere that has the surface of the WGS84 ellipsoid
ONLY = "field of an array"
ROUNDING = 1e-4  # degrees by which coordinates stored in single precision may be off
Data = TypeVar("Data", xr.Dataset, xr.DataArray)


class Grid(NamedTuple):
    """Cells of a regular grid: centre of the south-western one, steps in degrees, and numbers."""

    lat0: float
    lon0: float
    lat_step: float
    lon_step: float
    n_lat: int
    n_lon: int

    @classmethod
    def global_(cls, step: float, at_nodes: bool = False) -> "Grid":
        """Cover the Earth; `at_nodes` puts centres on multiples of the step, poles included."""
        around = _cells_around(step)
        if around % 2:
            raise InputError(f"steps of {step:g} degrees do not go from pole to pole")
        step = 360 / around
        half = 0.0 if at_nodes else step / 2
        south, west = _on_half_steps(half - 90, step), _on_half_steps(half - 180, step)
        return cls(south, west, step, step, around // 2 + at_nodes, around)

    @classmethod
    def window(cls, south: float, north: float, west: float, east: float, step: float) -> "Grid":
        """Take the cells of the global grid whose centres lie in a window."""
        whole = cls.global_(step)
        lat = whole.lat[(whole.lat >= south) & (whole.lat <= north)]
        lon = whole.lon[(whole.lon >= west) & (whole.lon <= east)]
        if not (lat.size and lon.size):
            raise InputError(
                f"no cell of {step:g} degrees has its centre in {south:g} to {north:g} N, {west:g} "
                f"to {east:g} E: longitudes run from -180 to 180, west before east; a window over "
                "the date line needs all longitudes"
            )
        lat0, lon0 = (_on_half_steps(x[0], whole.lat_step) for x in (lat, lon))
        return cls(lat0, lon0, whole.lat_step, whole.lon_step, lat.size, lon.size)

    @classmethod
    def of(cls, lat: np.ndarray, lon: np.ndarray) -> "Grid":
        """Recognise the grid that has these cell centres, in either order and convention."""
        lat, lon = np.sort(_degrees(lat, -90, 90)), np.sort(_wrapped(_degrees(lon, -180, 360)))
        lat0, lat_step = _first_and_step(lat, "latitudes")
        lon0, lon_step = _first_and_step(lon, "longitudes")
        return cls(lat0, lon0, lat_step, 360 / _cells_around(lon_step), lat.size, lon.size)

    @classmethod
    def of_cells(cls, lat: np.ndarray, lon: np.ndarray) -> "Grid":
        """Give the smallest grid that holds cells with these centres [unit], square in degrees."""
        step = float(np.diff(np.unique(lat)).min())
        counts = [round((x.max() - x.min()) / step) + 1 for x in (lat, lon)]
        return cls(float(lat.min()), float(lon.min()), step, step, *counts)

    @property
    def lat(self) -> np.ndarray:
        """Latitudes of the centres, from south to north."""
        return np.clip(self.lat0 + self.lat_step * np.arange(self.n_lat), -90, 90)

    @property
    def lon(self) -> np.ndarray:
        """Longitudes of the centres, from west to east."""
        return self.lon0 + self.lon_step * np.arange(self.n_lon)

    @property
    def lat_edges(self) -> np.ndarray:
        """Latitudes [n_lat + 1] between the rows; a row around a pole ends there."""
        edges = self.lat0 + self.lat_step * (np.arange(self.n_lat + 1) - 0.5)
        return np.clip(edges, -90, 90)

    @property
    def lon_edges(self) -> np.ndarray:
        """Longitudes [n_lon + 1] between the columns."""
        return self.lon0 + self.lon_step * (np.arange(self.n_lon + 1) - 0.5)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.n_lat, self.n_lon

    @property
    def size(self) -> int:
        """Number of cells."""
        return self.n_lat * self.n_lon

    @property
    def around(self) -> int:
        """Number of such cells round the whole Earth."""
        return _cells_around(self.lon_step)

    def locate(self, lat: np.ndarray, lon: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Give row and column [unit] of cells with these centres."""
        rows = np.round((lat - self.lat0) / self.lat_step).astype(int)
        return rows, np.round((lon - self.lon0) / self.lon_step).astype(int)

    def __str__(self) -> str:
        """Describe the grid in a message."""
        return (
            f"{self.n_lat} x {self.n_lon} cells of {self.lat_step:g} x {self.lon_step:g} degrees, "
            f"centres from {self.lat[0]:g} to {self.lat[-1]:g} N and {self.lon[0]:g} to "
            f"{self.lon[-1]:g} E"
        )


def _cells_around(step: float) -> int:
    around = round(360 / step)
    if abs(around * step - 360) > 1e-3 * step:
        raise InputError(f"steps of {step:g} degrees do not go round the Earth a whole number")
    return around


def _on_half_steps(value: float, step: float) -> float:
    """Put a coordinate exactly on a multiple of half a step where it lies on one but for noise."""
    exact = round(2 * value / step) * step / 2
    return float(exact if abs(exact - value) < max(0.01 * step, ROUNDING) else value)


def _degrees(values: np.ndarray, low: float, high: float) -> np.ndarray:
    values = np.asarray(values, np.float64)
    if values.ndim != 1 or values.size < 2:
        raise InputError(
            f"a coordinate has shape {values.shape}, expected one axis of two cells or more"
        )
    if not ((values >= low - ROUNDING) & (values <= high + ROUNDING)).all():
        raise InputError(
            f"a coordinate runs from {values.min():g} to {values.max():g}, expected degrees from "
            f"{low} to {high}: bring projected grids to latitude and longitude first"
        )
    return values


def _wrapped(lon: np.ndarray) -> np.ndarray:
    return (lon + 180 + ROUNDING) % 360 - 180 - ROUNDING


def _first_and_step(values: np.ndarray, name: str) -> tuple[float, float]:
    """Give first value and step of an ascending axis, freed of single precision's rounding."""
    step, steps = (values[-1] - values[0]) / (values.size - 1), np.diff(values)
    tolerance = max(0.01 * step, 2 * ROUNDING)
    if steps.min() < step / 2 or np.abs(steps - step).max() > tolerance:
        worst = int(np.abs(steps - step).argmax())
        raise InputError(
            f"the {name} are not regular: {values[worst]:g} is followed by {values[worst + 1]:g}, "
            f"expected steps of {step:g} (a value twice? a Gaussian grid? a window over the date "
            "line, which needs all longitudes?)"
        )
    whole = 360 / round(360 / step)
    step = whole if abs(whole - step) * values.size < 2 * ROUNDING else step
    return _on_half_steps(values[0], step), float(step)


def canonical(data: Data) -> Data:
    """Bring any provider's field on a regular grid to [..., lat, lon], exactly on that grid.

    Raises InputError where the axes are no degrees or not regular.
    """
    if isinstance(data, xr.DataArray):
        return canonical(data.to_dataset(name=ONLY))[ONLY].rename(data.name)
    ordered = canonical_axes(data)
    grid = Grid.of(ordered["lat"].values, ordered["lon"].values)
    return ordered.assign_coords(
        lat=("lat", grid.lat, AXIS_ATTRS["lat"]), lon=("lon", grid.lon, AXIS_ATTRS["lon"])
    )


def check_same_grid(
    field: xr.DataArray, name: str, lat: np.ndarray, lon: np.ndarray, other: str
) -> None:
    """Refuse a field whose cells are not those of another: InputError names both and the axis."""
    for axis, there in (("lat", lat), ("lon", lon)):
        here = field[axis].values
        if here.shape != there.shape or not np.allclose(here, there, rtol=0, atol=ROUNDING):
            raise InputError(f"{name} and {other} lie on different grids: their {axis} differ")


def lay_out(values: np.ndarray, lat: np.ndarray, lon: np.ndarray, grid: Grid) -> np.ndarray:
    """Put values of cells [..., unit] where they are on a grid [..., lat, lon], NaN elsewhere."""
    field = np.full((*values.shape[:-1], *grid.shape), np.nan)
    field[..., *grid.locate(lat, lon)] = values
    return field


def row_area(lat_edges: np.ndarray, lon_step: float) -> np.ndarray:
    """Area in km2 of one cell of each row between latitudes [row + 1], lon_step degrees wide."""
    height = np.diff(np.sin(np.deg2rad(lat_edges)))
    return EARTH_RADIUS**2 * np.deg2rad(lon_step) * height


def cell_area(grid: Grid) -> np.ndarray:
    """Area [lat, lon] of the cells in km2 on the sphere; a view that cannot be written to."""
    return np.broadcast_to(row_area(grid.lat_edges, grid.lon_step)[:, None], grid.shape)


class Overlap(NamedTuple):
    """What target cells share with source cells, axis by axis.

    lat [target, source] in sines of latitude, lon [target, source] in radians: their product,
    times the Earth's radius squared, is the shared area.
    """

    lat: sparse.csr_array
    lon: sparse.csr_array
    source: Grid
    target: Grid


def overlap_weights(source: Grid, target: Grid) -> Overlap:
    """Measure how cells of two regular grids overlap, exactly, also over the date line."""
    rows, columns, low, high = _shared(source.lat_edges, target.lat_edges)
    sines = np.sin(np.deg2rad(high)) - np.sin(np.deg2rad(low))
    lat = sparse.csr_array((sines, (rows, columns)), (target.n_lat, source.n_lat))
    lon = sparse.csr_array((target.n_lon, source.n_lon))
    for turn in (-360, 0, 360):
        rows, columns, low, high = _shared(source.lon_edges + turn, target.lon_edges)
        lon += sparse.csr_array((np.deg2rad(high - low), (rows, columns)), lon.shape)
    return Overlap(lat, lon, source, target)


def _shared(source: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, ...]:
    """Intersect two ascending sets of edges: target and source cell, lower and upper end."""
    edges = np.unique(np.concatenate([source, target]))
    low, high = edges[:-1], edges[1:]
    middle = (low + high) / 2
    i, j = (np.searchsorted(x, middle) - 1 for x in (target, source))
    inside = (i >= 0) & (i < target.size - 1) & (j >= 0) & (j < source.size - 1)
    return i[inside], j[inside], low[inside], high[inside]


def regrid(
    overlap: Overlap, field: np.ndarray, least_share: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Average a field over the cells of another grid by area, which conserves its integral.

    field [..., lat, lon] on the source grid, NaN where missing; gives values and covered share,
    both [..., lat, lon] on the target grid. What is missing is left out of the mean; a value is
    NaN where less than `least_share` of its cell is covered, or nothing.
    """
    if field.shape[-2:] != overlap.source.shape:
        raise InputError(f"a field {field.shape[-2:]} is not on the grid of {overlap.source}")
    shape = (*field.shape[:-2], *overlap.target.shape)
    values, share = np.empty((2, int(np.prod(shape[:-2])), *overlap.target.shape))
    whole = row_area(overlap.target.lat_edges, overlap.target.lon_step)[:, None] / EARTH_RADIUS**2
    for k, one in enumerate(field.reshape(-1, *overlap.source.shape)):
        valid = np.isfinite(one)
        total = _project(overlap, np.where(valid, one, 0.0))
        covered = _project(overlap, valid.astype(np.float64))
        values[k], share[k] = renormalise(total, covered, whole, least_share)
    return values.reshape(shape), share.reshape(shape)


def _project(overlap: Overlap, field: np.ndarray) -> np.ndarray:
    return (overlap.lon @ (overlap.lat @ field).T).T


def renormalise(
    total: np.ndarray, covered: np.ndarray, whole: np.ndarray, least_share: float
) -> tuple[np.ndarray, np.ndarray]:
    """Turn weighted sums into means over what is covered, and give the covered share of it all."""
    share = np.clip(covered / whole, 0, 1)
    enough = (share > 0) & (share >= least_share - 1e-9)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(enough, total / covered, np.nan), share
