"""The miniature planet's truth as files: what its basins and cells really are and do.

No rule reads them; only tests and the panels that show truth beside results may.
"""

from pathlib import Path

import netCDF4  # noqa: F401  the library through which xarray writes
import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from vadose.planet.basins import SPOILED
from vadose.planet.climate import Weather
from vadose.planet.water import Water
from vadose.planet.world import World

Array = NDArray[np.float64]

BASIN_UNITS = {
    "capacity": ("mm", "true root-zone storage capacity"),
    "capacity_explained": ("mm", "capacity without the part that no predictor explains"),
    "spread": ("1", "shape of the distribution of point capacities"),
    "evaporation_shape": ("1", "steepness of evaporation against relative wetness"),
    "degree_day": ("mm degC-1 day-1", "snow melt per degree and day"),
    "drainage": ("mm day-1", "drainage of a full root zone"),
    "fast_share": ("1", "share of the overflow that runs off fast"),
    "fast_days": ("day", "residence time of the fast reservoir"),
    "slow_days": ("day", "residence time of the slow reservoir"),
}
STATIC_UNITS = {
    **{name: BASIN_UNITS[name] for name in ("capacity", "capacity_explained", "degree_day")},
    "w1": ("1", "shape of Fu's curve for the retention of rain"),
    "w2": ("1", "shape of Fu's curve for evaporation"),
    "outflow": ("month-1", "share of the groundwater that leaves in a month"),
    "elevation": ("m", "height above the sea"),
    "slope": ("degree", "slope of the ground"),
    "clay": ("%", "clay in the soil"),
    "sand": ("%", "sand in the soil"),
    "silt": ("%", "silt in the soil"),
    "soil_depth": ("m", "depth of the soil"),
    "canopy_height": ("m", "height of the canopy"),
    "forest": ("1", "share of forest"),
    "aridity": ("1", "potential evaporation over precipitation"),
    "rain_season": ("1", "relative amplitude of the rain's season"),
    "t_mean": ("degC", "mean temperature of a normal year"),
    "p_year": ("mm year-1", "precipitation of a normal year"),
    "pet_year": ("mm year-1", "potential evaporation of a normal year"),
    "drought": ("1", "how fully the cell lies in the great drought"),
}
MONTHLY_UNITS = {
    "p": ("mm", "true precipitation of the month"),
    "t": ("degC", "true mean temperature of the month"),
    "pet": ("mm", "true potential evaporation of the month"),
    "q": ("mm", "true natural runoff of the month"),
    "et": ("mm", "true evaporation of the month"),
    "store": ("mm", "all water in the basin at the end of the month"),
    "soil": ("mm", "root-zone water at the end of the month"),
    "groundwater": ("mm", "groundwater at the end of the month"),
    "swe": ("mm", "snow water equivalent at the end of the month"),
    "lai": ("1", "leaf area over ground area"),
}
SPOILED_MEANING = "why no capacity should be found; empty if nothing is"
DEGREES = {"lat": "degrees_north", "lon": "degrees_east"}


def write_basin_truth(
    path: Path,
    table: pd.DataFrame,
    truth: pd.DataFrame,
    dates: pd.DatetimeIndex,
    weather: Weather,
    water: Water,
) -> None:
    """Write what is true of every basin: parameters, why it is spoiled, and its monthly water.

    Months are labelled by their first day; a month that the period cuts counts its written days
    only.
    """
    sums = {"p": weather.p, "pet": weather.pet, "q": water.q, "et": water.et}
    ends = {"store": water.store, "soil": water.soil, "swe": water.swe}
    months = dates.to_period("M")
    starts = np.flatnonzero(np.r_[True, months[1:] != months[:-1]])
    monthly = {name: np.add.reduceat(daily, starts, axis=0) for name, daily in sums.items()}
    last = np.r_[starts[1:], len(dates)] - 1
    monthly |= {name: daily[last] for name, daily in ends.items()}
    spoiled = table["role"].where(table["role"].isin(SPOILED), "")
    file = xr.Dataset(coords={"basin": ("basin", table["gauge_id"].to_numpy(dtype="U"))})
    file["time"] = ("time", months.unique().to_timestamp().to_numpy())
    file["role"] = ("basin", table["role"].to_numpy(dtype="U"))
    file["spoiled"] = ("basin", spoiled.to_numpy(dtype="U"), {"long_name": SPOILED_MEANING})
    for name, units in DEGREES.items():
        file[name] = ("basin", table[name].to_numpy(), _attrs((units, "centre of the basin")))
    for name, meaning in BASIN_UNITS.items():
        file[name] = ("basin", truth[name].to_numpy(), _attrs(meaning))
    for name, values in monthly.items():
        file[name] = (("basin", "time"), values.T, _attrs(MONTHLY_UNITS[name]))
    text = {name: {"dtype": "S1"} for name in ("basin", "role", "spoiled")}
    _write(path, file, "basins", text)


def write_grid_truth(path: Path, world: World) -> None:
    """Write what is true of every cell: its ground, parameters, spoiling and monthly water.

    Dims are time, lat, lon, both degrees ascending; the sea is NaN. Series are in single precision.
    """
    file = xr.Dataset(coords={"time": world.months.to_numpy(), "lat": world.lat, "lon": world.lon})
    place = ("lat", "lon")
    file["land"] = (place, world.land.astype(np.int8), {"long_name": "1 on land, 0 at sea"})
    file["spoiled"] = (place, world.static["spoiled"], {"long_name": SPOILED_MEANING})
    for name, meaning in STATIC_UNITS.items():
        file[name] = (place, world.static[name], _attrs(meaning))
    series = [name for name in MONTHLY_UNITS if name in World._fields]
    for name in series:
        file[name] = (("time", *place), getattr(world, name), _attrs(MONTHLY_UNITS[name]))
    for name, units in DEGREES.items():
        file[name].attrs = _attrs((units, "centre of the cell"))
    packed = {name: {"dtype": "float32", "zlib": True, "complevel": 1} for name in series}
    _write(path, file, "grid", packed | {"spoiled": {"dtype": "S1"}})


def _attrs(meaning: tuple[str, str]) -> dict[str, str]:
    return dict(zip(("units", "long_name"), meaning, strict=True))


def _write(path: Path, file: xr.Dataset, of: str, encoding: dict[str, dict]) -> None:
    """Write a truth file with whole days for time, through a name that is no result yet."""
    first = pd.Timestamp(file["time"].values[0])
    time = {"units": f"days since {first:%Y}-01-01", "dtype": "int32"}
    encoding = encoding | {"time": time | {"calendar": "proleptic_gregorian"}}
    file.attrs = {"Conventions": "CF-1.8", "title": f"Truth of the miniature planet: {of}"}
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    file.to_netcdf(part, engine="netcdf4", encoding=encoding)
    part.rename(path)
