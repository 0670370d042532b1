"""What each kind of netCDF file holds, checked when it is written and when it is read.

A kind (kinds.py) declares its variables: dimensions, units, the range of plausible values and which
share may be missing. Times go up; those of units and of fields are first days of months, none left
out, while series of basins are daily, monthly or of their source. Files are written under another
name and renamed, so that a file that exists is whole.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import netCDF4  # noqa: F401  the library through which xarray reads and writes
import numpy as np
import xarray as xr

from vadose.errors import InputError


class Variable(NamedTuple):
    """Dimensions, units and plausible range of one variable; text has no range.

    `missing` is the largest share of values that may be missing.
    """

    dims: tuple[str, ...]
    units: str
    low: float = -np.inf
    high: float = np.inf
    missing: float = 1
    long_name: str = ""
    standard_name: str = ""
    cell_methods: str = ""


Kind = dict[str, Variable]

DESCRIBED = ("units", "long_name", "standard_name", "cell_methods")  # attributes of a variable
AXES = {
    "lat": {"standard_name": "latitude", "units": "degrees_north", "axis": "Y"},
    "lon": {"standard_name": "longitude", "units": "degrees_east", "axis": "X"},
    "time": {"standard_name": "time", "axis": "T", "units_metadata": "leap_seconds: none"},
    "basin": {"cf_role": "timeseries_id", "long_name": "gauge"},
    "unit": {"cf_role": "timeseries_id", "long_name": "gauge or cell"},
}


def write(data: xr.Dataset, kind: Kind, path: Path, **attrs: str) -> None:
    """Complete units and names, check the data against their kind and write them in one step.

    `attrs` become attributes of the file. The same data always give the same bytes.
    """
    data = data.copy()
    for name, variable in kind.items():
        if name not in data:
            raise InputError(f"{path}: variable {name!r} is missing")
        known = {key: getattr(variable, key) for key in DESCRIBED}
        data[name].attrs |= {key: text for key, text in known.items() if text}
    for name in set(AXES) & set(data.coords):
        data[name].attrs |= AXES[name]
    data.attrs = {"Conventions": "CF-1.11"} | attrs
    check(data, kind, path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    try:
        data.to_netcdf(part, engine="netcdf4", encoding=_encoding(data))
    except (OSError, RuntimeError) as error:  # as the library names a full disk
        part.unlink(missing_ok=True)
        raise InputError(f"{path} cannot be written ({error}): is the disk full?") from error
    part.replace(path)


def _encoding(data: xr.Dataset) -> dict[object, dict[str, object]]:
    """Compress arrays, count days, and give coordinates no fill value, as CF demands."""
    encoding: dict[object, dict[str, object]] = {}
    bounds = {variable.attrs.get("bounds") for variable in data.variables.values()}
    for name, variable in data.variables.items():
        if variable.dtype.kind == "M":
            encoding[name] = {"units": "days since 1900-01-01", "dtype": "int32"}
        elif variable.dtype.kind in "fiu" and variable.ndim:
            encoding[name] = {"zlib": True, "complevel": 4}
            if name in data.coords or name in bounds:
                encoding[name]["_FillValue"] = None
    return encoding


def read(kind: Kind, path: Path) -> xr.Dataset:
    """Read a file whole and check it; InputError names the variable, the file and the units."""
    with opened(path) as data:
        data.load()
    check(data, kind, path)
    return data


def read_blocks(kind: Kind, paths: Iterable[Path], *names: str) -> xr.Dataset:
    """Read all variables of the blocks of a record, or some, one block of years after another.

    What one block does not have of another's basins is missing in it. InputError where a block
    lacks a named variable; those that it has are checked as the kind says.
    """
    blocks = []
    for path in paths:
        with opened(path) as data:
            lacking = [name for name in names if name not in data]
            if lacking:
                raise InputError(f"{path} has no {', '.join(lacking)}: delete it and run again")
            blocks.append((data[list(names)] if names else data).load())
        check(blocks[-1], {name: kind[name] for name in kind if name in blocks[-1]}, path)
    return xr.concat(blocks, "time", join="outer")


@contextmanager
def opened(path: Path) -> Iterator[xr.Dataset]:
    """Open one of our files to read parts of it; InputError where it cannot be read."""
    try:
        with xr.open_dataset(path, engine="netcdf4") as data:
            yield data
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error}): delete it and run again") from error


def check(data: xr.Dataset, kind: Kind, path: Path) -> None:
    """Compare data with their kind: variables, dimensions, units, ranges, missing values, time."""
    for name, variable in kind.items():
        if name not in data:
            raise InputError(f"{path}: variable {name!r} is missing")
        _check_variable(name, data[name], variable, path)
    if "time" in data.dims:
        times = data["time"].to_index()
        if not (times.is_monotonic_increasing and times.is_unique):
            raise InputError(f"{path}: the times do not increase")
        monthly = ("time" in one.dims and {"unit", "lat"} & {*one.dims} for one in kind.values())
        if times.size and any(monthly):
            _check_months(data["time"].values, path)


def _check_months(times: np.ndarray, path: Path) -> None:
    whole = times[0].astype("datetime64[M]") + np.arange(len(times))
    wrong = np.flatnonzero(times != whole)
    if wrong.size:
        raise InputError(
            f"{path}: found the time {str(times[wrong[0]])[:10]} where {whole[wrong[0]]}-01 was "
            "expected, as months are dated by their first day and none is left out: delete the "
            "file and run again"
        )


def _check_variable(name: str, data: xr.DataArray, variable: Variable, path: Path) -> None:
    if data.dims != variable.dims:
        raise InputError(f"{path}: {name} has dimensions {data.dims}, expected {variable.dims}")
    units = data.attrs.get("units", "")
    if units != variable.units:
        raise InputError(f"{path}: {name} is in {units!r}, expected {variable.units!r}")
    if data.dtype.kind not in "fiub":
        return
    values = data.values
    wrong = (values < variable.low) | (values > variable.high)
    missing = np.mean(~np.isfinite(values)) if values.size else 1.0
    if variable.missing == 0:
        wrong |= ~np.isfinite(values)
    elif missing > variable.missing:
        raise InputError(
            f"{path}: {missing:.1%} of {name} are missing, at most {variable.missing:.1%} may be"
        )
    if wrong.any():
        where = np.unique(np.nonzero(wrong)[0])[:3]
        labels = ", ".join(str(data[data.dims[0]].values[i]) for i in where)
        raise InputError(
            f"{path}: {name} has {int(wrong.sum())} values that are missing or outside "
            f"{variable.low:g} to {variable.high:g} {variable.units} (first found "
            f"{values[wrong][0]:g}), at {data.dims[0]} {labels}"
        )
