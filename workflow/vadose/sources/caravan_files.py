"""A basin's file of Caravan: daily series in netCDF or CSV, under the names of any release.

Names of the potential evapotranspiration changed with version 1.5. Days are those of the gauge's
local standard time. Columns that are not Caravan's are passed over.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import netCDF4
import numpy as np
import pandas as pd
import xarray as xr

from vadose.errors import InputError

FAO_PET = "potential_evaporation_sum_FAO_PENMAN_MONTEITH"
REANALYSIS_PET = ("potential_evaporation_sum_ERA5_LAND", "potential_evaporation_sum")


SOIL_LAYERS = tuple(f"soil water, {d} cm" for d in ("0-7", "7-28", "28-100", "100-289"))


class Variable(NamedTuple):
    """A daily variable: its names in the releases, units, plausible range and what it is."""

    names: tuple[str, ...]
    units: str
    low: float
    high: float
    long_name: str


# The state variables, of which there are a mean, a minimum and a maximum of each day's hours.
_STATES = {
    "t": ("temperature_2m", "degC", -95, 65, "air temperature at 2 m"),
    "dewpoint": ("dewpoint_temperature_2m", "degC", -100, 45, "dewpoint at 2 m"),
    "swe": ("snow_depth_water_equivalent", "mm", -0.01, 1e5, "snow water equivalent"),
    "srad": ("surface_net_solar_radiation", "W/m2", -100, 1500, "net shortwave radiation"),
    "lrad": ("surface_net_thermal_radiation", "W/m2", -600, 400, "net longwave radiation"),
    "pressure": ("surface_pressure", "kPa", 40, 110, "air pressure at the surface"),
    "u": ("u_component_of_wind_10m", "m/s", -100, 100, "wind towards the east at 10 m"),
    "v": ("v_component_of_wind_10m", "m/s", -100, 100, "wind towards the north at 10 m"),
} | {
    f"soil_water_{i}": (
        f"volumetric_soil_water_layer_{i}",
        "m3/m3",
        -0.01,
        1,
        depth,
    )
    for i, depth in enumerate(SOIL_LAYERS, 1)
}
DAILY = {
    "p": Variable(("total_precipitation_sum",), "mm/day", 0, 2000, "precipitation"),
    "pet": Variable((FAO_PET,), "mm/day", -10, 100, "potential evapotranspiration"),
    "pet_reanalysis": Variable(
        REANALYSIS_PET, "mm/day", -50, 300, "potential evaporation of the reanalysis"
    ),
    "q": Variable(("streamflow",), "mm/day", -np.inf, 1e4, "observed streamflow"),
} | {
    name + ("" if kind == "mean" else f"_{kind}"): Variable(
        (f"{long}_{kind}",), units, low, high, f"{kind} {text}"
    )
    for name, (long, units, low, high, text) in _STATES.items()
    for kind in ("mean", "min", "max")
}


class Series(NamedTuple):
    """The first day of a basin's record and its variables [day], one value a day."""

    first: pd.Timestamp
    values: dict[str, np.ndarray]

    def put(self, name: str, days: pd.DatetimeIndex, row: np.ndarray) -> None:
        """Write a variable into a row [day] of other days, leaving those outside the record."""
        values, offset = self.values[name], (self.first - days[0]).days
        start, stop = max(offset, 0), min(offset + len(values), len(days))
        if stop > start:
            row[start:stop] = values[start - offset : stop - offset]


def read_series(path: Path, variables: Sequence[str]) -> Series:
    """Read those of the variables that a basin's file has, checked and in canonical units.

    Demand is not below zero; negative streamflow is missing. Raises InputError for a file that is
    truncated, has no dates or a gap in them, or values that are not plausible in its units.
    """
    wanted = {name: DAILY[name].names for name in variables}
    read = _read_csv if path.suffix == ".csv" else _read_netcdf
    try:
        days, values = read(path, wanted)
    except (OSError, RuntimeError, ValueError, IndexError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"{path} cannot be read ({error}): it is missing or truncated; delete its folder "
            "under resources/downloads and run again"
        ) from error
    _check_days(path, days)
    for name, series in values.items():
        _check_range(path, days, name, series)
    for name in ("pet", "swe"):
        if name in values:  # small negative demand (dew) occurs; a store cannot gain by it
            values[name] = np.maximum(values[name], 0)
    if "q" in values:
        values["q"] = np.where(values["q"] < 0, np.nan, values["q"])
    return Series(days[0], values)


Read = tuple[pd.DatetimeIndex, dict[str, np.ndarray]]


def _read_netcdf(path: Path, wanted: Mapping[str, tuple[str, ...]]) -> Read:
    with netCDF4.Dataset(path) as file:
        file.set_auto_mask(False)
        if "date" not in file.variables:
            raise InputError(f"{path} lacks date: is it a Caravan file?")
        date = xr.Variable("date", file["date"][:], file["date"].__dict__)
        days = pd.DatetimeIndex(xr.coders.CFDatetimeCoder().decode(date).values).normalize()
        found = _found(wanted, file.variables)
        return days, {name: file[long][:].astype(np.float32) for name, long in found.items()}


def _read_csv(path: Path, wanted: Mapping[str, tuple[str, ...]]) -> Read:
    columns = pd.read_csv(path, nrows=0).columns
    if "date" not in columns:
        raise InputError(f"{path} lacks date: is it a Caravan file?")
    found = _found(wanted, columns)
    types = dict.fromkeys(found.values(), np.float32)
    table = pd.read_csv(path, usecols=["date", *found.values()], dtype=types, parse_dates=["date"])
    values = {name: table[long].to_numpy() for name, long in found.items()}
    return pd.DatetimeIndex(table["date"]).normalize(), values


def _found(wanted: Mapping[str, tuple[str, ...]], there: Iterable[str]) -> dict[str, str]:
    """Give the first of each variable's names that the file has."""
    names = {name: [n for n in long if n in set(there)] for name, long in wanted.items()}
    return {name: found[0] for name, found in names.items() if found}


def _check_days(path: Path, days: pd.DatetimeIndex) -> None:
    if not len(days):
        raise InputError(f"{path} has no day: it is truncated; delete it and run again")
    jumps = np.flatnonzero(np.diff(days.to_numpy()) != np.timedelta64(1, "D"))
    if len(jumps):
        raise InputError(
            f"{path}: the dates have {len(jumps)} gaps, the first after "
            f"{days[jumps[0]]:%Y-%m-%d}; expected one value a day (missing values are allowed, "
            "missing days are not)"
        )


def _check_range(path: Path, days: pd.DatetimeIndex, name: str, values: np.ndarray) -> None:
    kind = DAILY[name]
    wrong = np.flatnonzero((values < kind.low) | (values > kind.high))
    if len(wrong):
        raise InputError(
            f"{path}: {kind.long_name} is not within {kind.low:g} to {kind.high:g} {kind.units} on "
            f"{len(wrong)} days, first {values[wrong[0]]:g} on {days[wrong[0]]:%Y-%m-%d}: is it in "
            "other units?"
        )
