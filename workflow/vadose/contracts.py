"""What each kind of netCDF file holds, checked when it is written and when it is read.

A kind declares its variables: dimensions, units, the range of plausible values and whether values
may be missing. Files are written under another name and renamed, so that a file that exists is
whole.
"""

from pathlib import Path
from typing import NamedTuple

import netCDF4  # noqa: F401  the library through which xarray reads and writes
import numpy as np
import xarray as xr

from vadose.errors import InputError


class Variable(NamedTuple):
    """Dimensions, units and plausible range of one variable; text has no range."""

    dims: tuple[str, ...]
    units: str
    low: float = -np.inf
    high: float = np.inf
    may_miss: bool = True
    long_name: str = ""


BASIN = {
    "lat": Variable(("basin",), "degrees_north", -90, 90, False, "latitude of the gauge"),
    "lon": Variable(("basin",), "degrees_east", -180, 360, False, "longitude of the gauge"),
    "area": Variable(("basin",), "km2", 0, 1e7, True, "catchment area"),
    "frac_snow": Variable(("basin",), "1", 0, 1, True, "share of precipitation on cold days"),
}
MONTHLY = ("basin", "time")
BASINS_MONTHLY = BASIN | {
    "p": Variable(MONTHLY, "mm/month", 0, 5000, True, "precipitation"),
    "t": Variable(MONTHLY, "degC", -80, 60, True, "air temperature at 2 m"),
    "pet": Variable(MONTHLY, "mm/month", 0, 2000, True, "potential evapotranspiration"),
    "q": Variable(MONTHLY, "mm/month", 0, 20000, True, "observed runoff"),
}
_SCORES = {
    f"{score}_{period}": Variable(("basin",), "1", long_name=f"{text}, {period} months")
    for period in ("calibration", "verification")
    for score, text in {
        "kge": "Kling-Gupta efficiency",
        "r": "correlation",
        "alpha": "ratio of standard deviations",
        "beta": "ratio of means",
        "n": "months that count",
    }.items()
}
CALIBRATION = (
    BASIN
    | _SCORES
    | {
        "parameters": Variable(("basin", "parameter"), "see unit", long_name="best parameters"),
        "unit": Variable(("parameter",), ""),
        "low": Variable(("parameter",), "see unit", may_miss=False),
        "high": Variable(("parameter",), "see unit", may_miss=False),
        "restarts": Variable(
            ("basin", "restart", "parameter"), "see unit", long_name="optimum of each restart"
        ),
        "restart_score": Variable(
            ("basin", "restart"), "1", -np.inf, 1, True, "score of the calibration months"
        ),
        "evaluations": Variable(("basin", "restart"), "1", 0, long_name="model runs used"),
        "q_simulated": Variable(MONTHLY, "mm/month", 0, 20000, True, "simulated runoff"),
        "split": Variable(
            MONTHLY, "1", 0, 2, False, "0 counts for nothing, 1 calibrates, 2 verifies"
        ),
        "data_reason": Variable(
            ("basin",), "1", 0, 20, False, "reason why the data allow no calibration"
        ),
    }
)
LABELS = BASIN | {
    "model_capacity": Variable(
        ("basin", "model"), "mm", 0, 1001, True, "storage capacity where it passed the mask"
    ),
    "model_reason": Variable(("basin", "model"), "1", 0, 20, False, "reason code by model"),
    "model_kge": Variable(("basin", "model"), "1", -np.inf, 1, True, "calibration KGE"),
    "merged": Variable(("model",), "1", 0, 1, False, "whether the model is merged into capacity"),
    "capacity": Variable(("basin",), "mm", 0, 1001, True, "soil moisture storage capacity"),
    "capacity_spread": Variable(
        ("basin",), "mm", 0, 1001, True, "standard deviation of capacity over models"
    ),
    "capacity_models": Variable(("basin",), "1", 0, 10, False, "models that passed"),
    "reason": Variable(("basin",), "1", 0, 20, False, "reason code of the label"),
}


def write(data: xr.Dataset, kind: dict[str, Variable], path: Path, **attrs: str) -> None:
    """Complete units and names, check the data against their kind and write them in one step."""
    data = data.copy()
    for name, variable in kind.items():
        if name not in data:
            raise InputError(f"{path}: variable {name!r} is missing")
        data[name].attrs |= {"units": variable.units} if variable.units else {}
        if variable.long_name:
            data[name].attrs["long_name"] = variable.long_name
    data.attrs |= {"Conventions": "CF-1.11"} | attrs
    check(data, kind, path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    compress = {
        name: {"zlib": True, "complevel": 4}
        for name, v in data.variables.items()
        if v.dtype.kind in "fiu" and v.ndim
    }
    data.to_netcdf(part, engine="netcdf4", encoding=compress)
    part.replace(path)


def read(kind: dict[str, Variable], path: Path) -> xr.Dataset:
    """Read a file whole and check it; InputError names the variable, the file and the units."""
    try:
        with xr.open_dataset(path, engine="netcdf4") as opened:
            data = opened.load()
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error}): delete it and run again") from error
    check(data, kind, path)
    return data


def check(data: xr.Dataset, kind: dict[str, Variable], path: Path) -> None:
    """Compare data with their kind: variables, dimensions, units, ranges, missing values, time."""
    for name, variable in kind.items():
        if name not in data:
            raise InputError(f"{path}: variable {name!r} is missing")
        _check_variable(name, data[name], variable, path)
    if "time" in data.dims:
        times = data["time"].to_index()
        if not (times.is_monotonic_increasing and times.is_unique):
            raise InputError(f"{path}: the times do not increase")


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
    if not variable.may_miss:
        wrong |= ~np.isfinite(values)
    if wrong.any():
        where = np.unique(np.nonzero(wrong)[0])[:3]
        labels = ", ".join(str(data[data.dims[0]].values[i]) for i in where)
        raise InputError(
            f"{path}: {name} has {int(wrong.sum())} values that are missing or outside "
            f"{variable.low:g} to {variable.high:g} {variable.units} (first found "
            f"{values[wrong][0]:g}), at {data.dims[0]} {labels}"
        )
