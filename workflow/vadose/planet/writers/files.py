"""What all writers of provider files share: files that appear whole, netCDF parts, time axes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, DTypeLike, NDArray

Array = NDArray[np.float64]


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give a place beside `path` to write to; it takes the name of `path` once all is written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    yield part
    part.replace(path)


@contextmanager
def new_netcdf(path: Path, **attrs: str) -> Iterator[netCDF4.Dataset]:
    """Open a new netCDF file, which appears at `path` once it is whole."""
    with whole(path) as part, netCDF4.Dataset(part, "w", format="NETCDF4") as file:
        file.setncatts(attrs)
        yield file


def add_axis(
    file: netCDF4.Dataset, name: str, values: ArrayLike, kind: str = "f8", **attrs: object
) -> None:
    """Add a dimension with its coordinate, stored as `kind`."""
    numbers = np.asarray(values)
    file.createDimension(name, len(numbers))
    variable = file.createVariable(name, kind, (name,))
    variable.setncatts(attrs)
    variable[:] = numbers


def add_degrees(
    file: netCDF4.Dataset,
    lat: Array,
    lon: Array,
    names: tuple[str, str] = ("lat", "lon"),
    kind: str = "f8",
) -> None:
    """Add latitude and longitude under the provider's names, in the order given."""
    for name, values, standard, units in (
        (names[0], lat, "latitude", "degrees_north"),
        (names[1], lon, "longitude", "degrees_east"),
    ):
        attrs = {"units": units, "long_name": standard, "standard_name": standard}
        add_axis(file, name, values, kind, **attrs)


def add_field(
    file: netCDF4.Dataset,
    name: str,
    kind: str,
    dims: Sequence[str],
    fill: Any = None,
    **attrs: object,
) -> netCDF4.Variable:
    """Add a compressed variable that takes numbers as they are stored, one time a chunk."""
    sizes = [file.dimensions[dim].size for dim in dims]
    variable = file.createVariable(
        name,
        kind,
        tuple(dims),
        zlib=True,
        complevel=1,
        shuffle=True,
        fill_value=fill,
        chunksizes=[1, *sizes[1:]] if len(dims) > 2 else sizes,
    )
    variable.set_auto_maskandscale(False)
    variable.setncatts(attrs)
    return variable


def packed(values: Array, fill: int, kind: DTypeLike, factor: float = 1.0) -> NDArray:
    """Round values times `factor` to integers; missing ones become `fill`."""
    return np.where(np.isnan(values), fill, np.rint(values * factor)).astype(kind)


def days_since(times: pd.DatetimeIndex, epoch: str) -> Array:
    """Days from the epoch (ISO date) to each time."""
    return np.asarray((times - pd.Timestamp(epoch)) / pd.Timedelta(days=1), dtype=np.float64)


def years_of(
    months: pd.DatetimeIndex, first: str = "1900-01", last: str = "2200-12"
) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Give each year of the provider's record with the places of its months on the time axis."""
    inside = (months >= pd.Timestamp(first)) & (months <= pd.Timestamp(last))
    for year in np.unique(months.year[inside]):
        yield int(year), np.flatnonzero(inside & (months.year == year))


def at_days(field: Array, knots: Array, days: Array) -> Array:
    """Interpolate a field [knot, lat, lon] to days [day, lat, lon]; beyond its ends it stays.

    `knots` (two or more, increasing) and `days` count days from the same epoch.
    """
    right = np.clip(np.searchsorted(knots, days), 1, len(knots) - 1)
    span = knots[right] - knots[right - 1]
    share = np.clip((days - knots[right - 1]) / span, 0.0, 1.0)[:, None, None]
    return np.asarray(field[right - 1] * (1.0 - share) + field[right] * share)


def raster_edges(lat: Array, lon: Array) -> tuple[float, float, float, float]:
    """West and north edge, width and height of the cells of a regular grid (degrees)."""
    width, height = float(lon[1] - lon[0]), float(lat[1] - lat[0])
    return float(lon[0]) - width / 2, float(lat[-1]) + height / 2, width, height
