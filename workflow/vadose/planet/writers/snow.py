"""Write the snow of a window of the planet as NSIDC-0719 does that of the United States.

One file a water year (October to September) of daily `SWE` and `DEPTH`, 16-bit mm, -999 where
missing, latitudes ascending.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from vadose.planet.world import Seen, World
from vadose.planet.writers.files import (
    Array,
    add_axis,
    add_degrees,
    add_field,
    at_days,
    days_since,
    new_netcdf,
    packed,
)

# West, south, east, north: where the planet has the product, as Earth has it for one country.
WINDOW = (-40.0, 36.0, 50.0, 72.0)
EPOCH, FILL = "1900-01-01", -999
# ASSUME fallen snow has this share of the density of water.
DENSITY = 0.3


def write_ua_swe(folder: Path, world: World, seen: Seen) -> None:
    """Write `4km_SWE_Depth_WY{water_year}_v01.nc` and `SWE_Mask_v01.nc` for the window.

    Days lie between the ends of months; those outside the planet's period are missing.
    """
    west, south, east, north = WINDOW
    rows = np.flatnonzero((world.lat > south) & (world.lat < north))
    columns = np.flatnonzero((world.lon > west) & (world.lon < east))
    window = np.ix_(rows, columns)
    lat, lon, land = world.lat[rows], world.lon[columns], world.land[window]
    swe = seen.swe[:, rows[:, None], columns]
    period = world.months[0], world.months[-1] + pd.offsets.MonthEnd()
    ends = days_since(world.months + pd.offsets.MonthEnd(), EPOCH)
    for water_year in range(_water_year(period[0]), _water_year(period[1]) + 1):
        days = pd.date_range(f"{water_year - 1}-10-01", f"{water_year}-09-30", freq="D")
        values = at_days(swe, ends, days_since(days, EPOCH))
        values[(days < period[0]) | (days > period[1])] = np.nan
        _write_water_year(folder / f"4km_SWE_Depth_WY{water_year}_v01.nc", lat, lon, days, values)
    with new_netcdf(folder / "SWE_Mask_v01.nc") as file:
        add_degrees(file, lat, lon)
        mask = add_field(file, "SWE_MASK", "i1", ("lat", "lon"), long_name="1 where there is data")
        mask[:] = land


def _water_year(day: pd.Timestamp) -> int:
    """The year in which a day's water year ends."""
    return day.year + (day.month >= 10)


def _write_water_year(
    path: Path, lat: Array, lon: Array, days: pd.DatetimeIndex, swe: Array
) -> None:
    with new_netcdf(path, title="Daily 4 km gridded SWE and snow depth of a window") as file:
        units = f"days since {EPOCH} 00:00:00"
        add_axis(file, "time", days_since(days, EPOCH), "i4", units=units, standard_name="time")
        add_degrees(file, lat, lon)
        for name, long_name, values in (
            ("SWE", "snow water equivalent", swe),
            ("DEPTH", "snow depth", swe / DENSITY),
        ):
            cells = ("time", "lat", "lon")
            variable = add_field(file, name, "i2", cells, np.int16(FILL), units="mm")
            variable.long_name = long_name
            variable[:] = packed(np.minimum(values, 32767.0), FILL, np.int16)
