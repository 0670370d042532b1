"""What all readers of gridded files share: opening, units, the canonical axes.

Canonical fields have the dimensions (time, lat, lon): latitude ascending, longitude ascending from
-180 to below 180, time the first day of the month (monthly) or the day (daily). Canonical units are
mm/month or mm/day for fluxes (p, pet, et, q), mm for stores (swe, twsa), degC for t and m2 m-2 for
lai; they stand in the attribute `units` of each variable.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import netCDF4  # noqa: F401  the library through which xarray reads
import numpy as np
import pandas as pd
import xarray as xr

from vadose.axes import canonical_axes
from vadose.errors import InputError
from vadose.extent import Extent

NETCDF_MAGIC = (b"\x89HDF\r\n\x1a\n", b"CDF\x01", b"CDF\x02", b"CDF\x05")
ZIP_MAGIC = b"PK\x03\x04"
ADVICE = "delete it and download it again"


@contextmanager
def open_source(
    path: Path, *, decode_times: bool = True, mask_and_scale: bool = True
) -> Iterator[xr.Dataset]:
    """Open a provider's netCDF file; what cannot be read raises InputError with its reason."""
    check_magic(path)
    try:
        with _open_netcdf(path, decode_times, mask_and_scale) as data:
            yield data
    except (OSError, RuntimeError) as error:
        raise InputError(f"{path} cannot be read ({error}): it is truncated; {ADVICE}") from error


def _open_netcdf(path: Path, decode_times: bool, mask_and_scale: bool) -> xr.Dataset:
    try:
        return xr.open_dataset(
            path,
            engine="netcdf4",
            decode_timedelta=False,
            decode_times=decode_times,
            mask_and_scale=mask_and_scale,
        )
    except ValueError as error:
        raise InputError(f"{path}: its times or packing cannot be decoded: {error}") from error


def check_magic(path: Path) -> None:
    """Refuse a file whose first bytes are not those of netCDF, such as a login page."""
    try:
        with path.open("rb") as file:
            head = file.read(512)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}; {ADVICE}") from error
    if head.startswith(NETCDF_MAGIC):
        return
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        raise InputError(
            f"{path} is a web page, not netCDF: the provider answered with a login, licence or "
            f"error page; check the account and the accepted licences, {ADVICE}"
        )
    found = "empty" if not head else f"not netCDF (it starts with {head[:8]!r})"
    raise InputError(f"{path} is {found}; {ADVICE}")


def require(data: xr.Dataset, names: tuple[str, ...], path: Path, product: str) -> None:
    """Raise InputError where variables are missing, with what the file has instead."""
    missing = [name for name in names if name not in data.variables]
    if missing:
        raise InputError(
            f"{path} lacks {', '.join(missing)} (it has {', '.join(map(str, data.variables))}): "
            f"is it a file of {product}?"
        )


def check_units(array: xr.DataArray, path: Path, *expected: str) -> None:
    """Raise InputError where the units of a variable are not one of the spellings expected."""
    units = str(array.attrs.get("units", "")).strip()
    if units not in expected:
        raise InputError(
            f"{path}: {array.name} is in {units!r}, expected {' or '.join(map(repr, expected))}: "
            "it is another product or version than the one this reader knows"
        )


def to_canonical_grid(data: xr.Dataset, extent: Extent | None = None) -> xr.Dataset:
    """Bring a field to the canonical axes and cut it, as `vadose.axes.canonical_axes` does.

    What is joined of several pieces of the file becomes single precision piece by piece.
    """
    return canonical_axes(data, extent, _single)


def _single(data: xr.Dataset) -> xr.Dataset:
    """Halve fields of double precision: canonical fields are single."""
    doubles = [name for name, v in data.data_vars.items() if v.dtype == np.float64 and v.ndim > 1]
    return data.assign({name: data[name].astype(np.float32) for name in doubles})


def to_months(data: xr.Dataset, path: Path) -> xr.Dataset:
    """Set each time to the first day of its month; months must be distinct and increase."""
    return _with_times(data, path, _times(data, path).to_period("M").to_timestamp())


def to_days(data: xr.Dataset, path: Path) -> xr.Dataset:
    """Set each time to its day; days must be distinct and increase."""
    return _with_times(data, path, _times(data, path).normalize())


def _times(data: xr.Dataset, path: Path) -> pd.DatetimeIndex:
    require(data, ("time",), path, "a time series")
    index = data["time"].to_index()
    if not isinstance(index, pd.DatetimeIndex):
        units = data["time"].attrs.get("units", "no units")
        raise InputError(f"{path}: its times ({units}) are no dates of the usual calendar")
    return index


def _with_times(data: xr.Dataset, path: Path, times: pd.DatetimeIndex) -> xr.Dataset:
    check_times(times, path)
    return data.assign_coords(time=("time", times.as_unit("ns"), {"standard_name": "time"}))


def check_times(times: pd.Index, path: Path) -> None:
    """Raise InputError with the first time that is repeated or goes back."""
    steps = np.flatnonzero(~(times[1:] > times[:-1]))
    if len(steps):
        before, after = times[steps[0]], times[steps[0] + 1]
        kind = "twice" if before == after else f"after {before:%Y-%m-%d}"
        raise InputError(
            f"{path}: {after:%Y-%m-%d} comes {kind} ({len(steps)} such places), expected times "
            "that increase: is it a file of another time step, or two files in one?"
        )


def per_month(rate: xr.DataArray, per_day: float = 1) -> xr.DataArray:
    """Turn a monthly mean rate into mm/month: rate x per_day (to mm/day) x days of the month."""
    return rate * (rate["time"].dt.days_in_month * per_day).astype(np.float32)


def describe(array: xr.DataArray, units: str, long_name: str, **attrs: str) -> xr.DataArray:
    """Give a variable single precision and its attributes, replacing those of the provider."""
    array = array.astype(np.float32, copy=False)
    array.attrs = {"units": units, "long_name": long_name} | attrs
    return array


def without_fills(array: xr.DataArray) -> xr.DataArray:
    """Make the fill values missing that providers write without declaring them.

    These are -9999 and below and anything beyond 1e15; no canonical variable comes near.
    """
    return array.where((array > -9000) & (array < 1e15))


def read_in_order(paths: Sequence[Path], read: Callable[[Path], xr.Dataset]) -> xr.Dataset:
    """Read files of one grid and put them in the order of their times, one after another.

    Fields without time must agree. Raises InputError where grids differ or times overlap.
    """
    if not paths:
        raise InputError("no file is given to be read")
    parts = sorted((read(path) for path in paths), key=lambda part: part["time"].values[0])
    place = paths[0].parent
    try:
        out = xr.concat(
            parts, "time", data_vars="minimal", coords="minimal", compat="equals", join="exact"
        )
    except ValueError as error:
        raise InputError(f"{place}: the files do not fit together: {error}") from error
    check_times(out["time"].to_index(), place)
    return out
