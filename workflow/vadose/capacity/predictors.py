"""What a network is told of a cell: its climate, its plants, its soil and its relief.

Conventions: monthly fields are [time, lat, lon] with times at first days of months, p, pet and q
in mm/month, t in degC, lai in m2 m-2; grounds are [lat, lon]. A cycle [12, lat, lon] is the mean of
each calendar month over the years that have it, so that incomplete years do not lean a mean towards
their season; it is missing in a cell as soon as one calendar month was never observed there.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import xarray as xr

from vadose.capacity.predictor_table import DRIEST, PREDICTORS
from vadose.cells import oudin_of_field
from vadose.errors import InputError
from vadose.grid import check_same_grid
from vadose.seasons import usual_year

# The cycles that each predictor's map is made of: a sum over the year, a mean or a range.
_FROM_CYCLES: dict[str, Callable[[Mapping[str, np.ndarray]], np.ndarray]] = {
    "p_mean": lambda cycle: cycle["p"].sum(0),
    "p_seasonality": lambda cycle: seasonality(cycle["p"]),
    "t_mean": lambda cycle: cycle["t"].mean(0),
    "t_range": lambda cycle: np.ptp(cycle["t"], 0),
    "pet_mean": lambda cycle: cycle["pet"].sum(0),
    "aridity": lambda cycle: aridity(cycle["p"].sum(0), cycle["pet"].sum(0)),
    "frac_snow": lambda cycle: _share(cycle["snow"].sum(0), cycle["p_with_t"].sum(0)),
    "lai_mean": lambda cycle: cycle["lai"].mean(0),
    "lai_range": lambda cycle: np.ptp(cycle["lai"], 0),
    "runoff_mean": lambda cycle: cycle["q"].sum(0),
}


def predictor_maps(
    monthly: Mapping[str, xr.DataArray], static: Mapping[str, xr.DataArray], names: Sequence[str]
) -> xr.Dataset:
    """Compute the named predictors of every land cell, single precision, missing elsewhere.

    `monthly` holds p and t, and those of pet, q and lai that the names need, each with a period of
    its own; without pet the demand is Oudin's from t. `static` holds the grounds by the name of
    their predictor. Land is where p and t exist at any time. InputError where a name is unknown, a
    field is missing, or fields lie on different grids.
    """
    _check(monthly, static, names)
    p, t = (monthly[name].transpose("time", "lat", "lon") for name in ("p", "t"))
    land = np.isfinite(p.values).any(0) & np.isfinite(t.values).any(0)
    cycles = _cycles(monthly, {field for name in names for field in PREDICTORS[name].fields})
    if "frac_snow" in names:
        cycles |= _snow_cycles(p, t)
    maps = {}
    for name in names:
        one = PREDICTORS[name]
        ground = name not in _FROM_CYCLES
        values = (
            static[name].transpose("lat", "lon").values if ground else _FROM_CYCLES[name](cycles)
        )
        attrs = {"units": one.unit, "long_name": one.long_name}
        maps[name] = (("lat", "lon"), np.where(land, values, np.nan).astype(np.float32), attrs)
    return xr.Dataset(maps, {"lat": p["lat"].values, "lon": p["lon"].values})


def annual_cycle(field: xr.DataArray) -> np.ndarray:
    """Average each calendar month over its years: [12, lat, lon], missing where it never is."""
    month = field["time"].dt.month.values
    return usual_year(field.transpose("time", "lat", "lon").values, month, axis=0, dtype=float)


def seasonality(cycle: np.ndarray) -> np.ndarray:
    """Say how unevenly rain falls over the year, from 0 (evenly) to 1.83 (in one month).

    `cycle` [12, ...] in mm/month; missing where no rain falls. The seasonality index of Walsh and
    Lawler (1981), Weather 36, 201-208: the months' departures from their mean over the year's sum.
    """
    total = cycle.sum(0)
    return _share(np.abs(cycle - total / 12).sum(0), total)


def aridity(p: np.ndarray, pet: np.ndarray) -> np.ndarray:
    """Divide the demand by the rain, both means of one unit; at most DRIEST."""
    known = np.isfinite(p) & np.isfinite(pet)
    dry = known & (pet >= DRIEST * p) & (pet > 0)
    return np.where(dry, DRIEST, _share(pet, p))


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(whole > 0, part / whole, np.nan)


def _cycles(monthly: Mapping[str, xr.DataArray], fields: set[str]) -> dict[str, np.ndarray]:
    cycles = {name: annual_cycle(monthly[name]) for name in fields & set(monthly)}
    if "pet" in fields - set(monthly):
        t = monthly["t"].transpose("time", "lat", "lon")
        cycles["pet"] = annual_cycle(oudin_of_field(t))
    return cycles


def _snow_cycles(p: xr.DataArray, t: xr.DataArray) -> dict[str, np.ndarray]:
    """Cycles of snowfall and of precipitation in the months that have both fields.

    # ASSUME precipitation of months below 0 degC is snow, as for the cells that are calibrated.
    """
    times = p["time"].to_index().intersection(t["time"].to_index())
    if not len(times):
        raise InputError("precipitation and temperature share no month: frac_snow needs both")
    p, t = p.sel(time=times), t.sel(time=times)
    known = p.copy(data=np.where(np.isfinite(t.values), p.values, np.nan))
    snow = known.copy(data=np.where(t.values < 0, known.values, 0 * known.values))
    return {"snow": annual_cycle(snow), "p_with_t": annual_cycle(known)}


def _check(
    monthly: Mapping[str, xr.DataArray], static: Mapping[str, xr.DataArray], names: Sequence[str]
) -> None:
    unknown = [name for name in names if name not in PREDICTORS]
    if unknown:
        raise InputError(f"no predictors are {', '.join(unknown)} (known: {', '.join(PREDICTORS)})")
    given = {**monthly, **static}
    for needed in ("p", "t"):
        if needed not in given:
            raise InputError(f"land is where p and t are: name a source in fields.{needed}")
    for name in names:
        lacking = [f for f in PREDICTORS[name].fields if f not in given and f != "pet"]
        if lacking:
            raise InputError(
                f"the predictor {name} needs the field {lacking[0]}: name a source in "
                f"fields.{PREDICTORS[name].source_key}, or leave {name} out"
            )
    for name, field in given.items():
        check_same_grid(field, name, given["p"]["lat"].values, given["p"]["lon"].values, "p")
