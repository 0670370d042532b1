"""Write the planet's monthly evaporation, runoff, rain and warmth as four providers do.

FLUXCOM X-BASE (mm per hour, yearly files), GRUN (mm per day, axes X and Y), CRU TS (one variable
a file) and GPCC (longitudes 0-360). Fields are [time, lat, lon]; each provider's record covers
its own years only.
"""

from pathlib import Path

import netCDF4
import numpy as np
import pandas as pd

from vadose.planet.world import Seen, World
from vadose.planet.writers.files import (
    Array,
    add_axis,
    add_degrees,
    add_field,
    days_since,
    new_netcdf,
    years_of,
)

FLUXCOM_YEARS = ("2001-01", "2021-12")
GRUN_LAST, GPCC_LAST = "2014-12", "2016-12"
CRU_FILL = np.float32(9.96921e36)
CRU_STATIONS = 8  # the most that count for a cell


def write_fluxcom(folder: Path, world: World, seen: Seen) -> None:
    """Write evapotranspiration per land area, one file `ET_{year}_050_monthly.nc` a year."""
    for year, places in years_of(world.months, *FLUXCOM_YEARS):
        months = world.months[places]
        hours = 24.0 * months.days_in_month.to_numpy()[:, None, None]
        with new_netcdf(folder / f"ET_{year}_050_monthly.nc", Conventions="CF-1.8") as file:
            units = {"units": f"days since {year}-01-01", "calendar": "proleptic_gregorian"}
            add_axis(file, "time", days_since(months, f"{year}-01-01"), "i8", **units)
            add_degrees(file, world.lat[::-1], world.lon)
            fill = np.float32(-9999.0)
            et = add_field(file, "ET", "f4", ("time", "lat", "lon"), fill, units="mm h-1")
            et.long_name = "evapotranspiration"
            values = (seen.et[places] / hours)[:, ::-1]
            et[:] = np.where(np.isnan(values), fill, values)
            share = add_field(file, "land_fraction", "f4", ("lat", "lon"), fill, units="1")
            share[:] = world.land[::-1]


def write_grun(folder: Path, world: World, seen: Seen) -> None:
    """Write runoff until 2014, one file `GRUN_v1_GSWP3_WGS84_05_<first>_<last>.nc`."""
    months = world.months[world.months <= pd.Timestamp(GRUN_LAST)]
    if not len(months):
        return
    name = f"GRUN_v1_GSWP3_WGS84_05_{months[0].year}_{months[-1].year}.nc"
    with new_netcdf(folder / name, title="GRUN v1 of the miniature planet") as file:
        units = {"units": "days since 1902-01-01 00:00:00", "calendar": "proleptic_gregorian"}
        add_axis(file, "time", days_since(months, "1902-01-01"), "i8", **units)
        add_degrees(file, world.lat, world.lon, names=("Y", "X"))
        runoff = add_field(file, "Runoff", "f4", ("time", "Y", "X"), np.float32(np.nan))
        runoff.setncatts({"units": "mm/day", "long_name": "GRUN_v1_GSWP3 monthly runoff rate"})
        for _, places in years_of(months):
            days = months[places].days_in_month.to_numpy()[:, None, None]
            runoff[places] = seen.q[places] / days


def write_cru(folder: Path, world: World, seen: Seen) -> None:
    """Write rain, temperature and demand, `cru_ts4.09.<first>.<last>.{pre,tmp,pet}.dat.nc`."""
    days = world.months.days_in_month.to_numpy()[:, None, None]
    period = f"{world.months[0].year}.{world.months[-1].year}"
    for name, long_name, units, distance, field in (
        ("pre", "precipitation", "mm/month", 450.0, seen.p),
        ("tmp", "near-surface temperature", "degrees Celsius", 1200.0, seen.t),
        ("pet", "potential evapotranspiration", "mm/day", 0.0, seen.pet / days),
    ):
        path = folder / f"cru_ts4.09.{period}.{name}.dat.nc"
        with new_netcdf(path, Conventions="CF-1.4", title=f"CRU TS4.09 {long_name}") as file:
            add_axis(file, "lon", world.lon, "f4", long_name="longitude", units="degrees_east")
            add_axis(file, "lat", world.lat, "f4", long_name="latitude", units="degrees_north")
            _add_middles(file, world.months)
            cells = ("time", "lat", "lon")
            variable = add_field(file, name, "f4", cells, CRU_FILL)
            variable.setncatts({"long_name": long_name, "units": units})
            _fill_by_year(variable, world.months, field, CRU_FILL)
            if distance:  # the demand is computed, not observed
                variable.correlation_decay_distance = np.float32(distance)
                stations = add_field(file, "stn", "i4", cells)
                stations.description = "number of stations contributing to each datum"
                stations[:] = np.broadcast_to(CRU_STATIONS * world.land, stations.shape)


def write_gpcc(folder: Path, world: World, seen: Seen) -> None:
    """Write gauged precipitation until 2016, one file `precip.mon.total.v2018.nc`."""
    months = world.months[world.months <= pd.Timestamp(GPCC_LAST)]
    if not len(months):
        return
    order = np.argsort(world.lon % 360.0)
    fill = -CRU_FILL
    with new_netcdf(folder / "precip.mon.total.v2018.nc", Conventions="CF-1.0") as file:
        units = "days since 1800-1-1 00:00:00"
        add_axis(file, "time", days_since(months, "1800-01-01"), units=units, axis="T")
        add_degrees(file, world.lat[::-1], (world.lon % 360.0)[order], kind="f4")
        rain = add_field(file, "precip", "f4", ("time", "lat", "lon"), fill, units="mm")
        rain.setncatts({"missing_value": fill, "long_name": "monthly total of precipitation"})
        _fill_by_year(rain, months, seen.p[: len(months), ::-1, order], fill)


def _add_middles(file: netCDF4.Dataset, months: pd.DatetimeIndex) -> None:
    """CRU's time axis: the middle day of each month."""
    middles = days_since(months, "1900-01-01") + months.days_in_month.to_numpy() // 2
    texts = {"units": "days since 1900-01-01", "calendar": "gregorian", "long_name": "time"}
    add_axis(file, "time", middles, "f4", **texts)


def _fill_by_year(
    variable: netCDF4.Variable, months: pd.DatetimeIndex, field: Array, fill: np.float32
) -> None:
    """Store a field year by year with the provider's number where it is missing."""
    for _, places in years_of(months):
        values = field[places].astype(np.float32)
        variable[places] = np.where(np.isnan(values), fill, values)
