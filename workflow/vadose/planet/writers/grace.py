"""Write the planet's storage anomalies as GRCTellus (JPL) and CSR serve their mascons.

Both give cm against 2004-2009 on longitudes 0-360, times in the middle of each solution, no file
entry for months without one. A few solutions span the halves of two months, so that two middles
fall into the same month. Fields are [time, lat, lon].
"""

from pathlib import Path
from typing import NamedTuple

import netCDF4
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vadose.planet.streams import generator
from vadose.planet.world import Seen, World
from vadose.planet.writers.files import Array, add_axis, add_field, days_since, new_netcdf

EPOCH = "2002-01-01"
FIRST_MONTH = "2002-04"
MISSING_MONTHS = (
    *("2002-06", "2002-07", "2003-06", "2011-01", "2011-06", "2012-05", "2012-10", "2013-03"),
    *("2013-08", "2013-09", "2014-02", "2014-07", "2014-12", "2015-06", "2015-10", "2015-11"),
    *("2016-04", "2016-09", "2016-10", "2017-02", "2018-08", "2018-09"),
)
GAP = ("2017-07", "2018-05")  # between the two missions
LATE_MAY = {"2015-05": ("2015-04-12", "2015-05-13")}
JPL_SPANS = {"2011-12": ("2011-12-16", "2012-01-17")} | LATE_MAY
CSR_SPANS = {"2011-11": ("2011-10-16", "2011-11-16")} | LATE_MAY
FILL = -99999.0
MASCON_DEGREES = 3.0
# ASSUME the provider knows its error: with R 0.7 to the truth it is 0.7 of the anomalies' spread.
ERROR_SHARE = 0.7
# ASSUME the sea only has the yearly cycle of its mass, 1 cm, highest in October.
SEA_CYCLE, SEA_ERROR = 1.0, 1.0  # cm
MID_OCTOBER = 287.0  # days from the epoch, and in every later year
CSR_FILE = "CSR_GRACE_GRACE-FO_RL0603_Mascons_all-corrections.nc"
CSR_MASK_FILE = "CSR_GRACE_GRACE-FO_RL06_Mascons_v02_LandMask.nc"


class Solutions(NamedTuple):
    """First day, and the day after the last, of each solution."""

    start: pd.DatetimeIndex
    end: pd.DatetimeIndex

    @property
    def bounds(self) -> Array:
        """Days since the epoch, [solution, 2]."""
        return np.stack([days_since(self.start, EPOCH), days_since(self.end, EPOCH)], axis=1)


def solutions(months: pd.DatetimeIndex, spans: dict[str, tuple[str, str]]) -> Solutions:
    """Give the solutions that exist in these months; `spans` names those of unusual days."""
    named = months.strftime("%Y-%m")
    there = (named >= FIRST_MONTH) & ~named.isin(MISSING_MONTHS)
    there &= (named < GAP[0]) | (named > GAP[1])
    usual = [(m, m + pd.DateOffset(months=1)) for m in months[there]]
    days = [spans.get(f"{first:%Y-%m}", (first, after)) for first, after in usual]
    first_days, days_after = ([pair[side] for pair in days] for side in (0, 1))
    return Solutions(pd.DatetimeIndex(first_days), pd.DatetimeIndex(days_after))


def solution_mean(field: Array, months: pd.DatetimeIndex, start: float, end: float) -> Array:
    """Mean of a monthly field [month, lat, lon] over the days of one solution [lat, lon].

    `start` and `end` count days from the epoch; the mean is over the days that `months` has.
    """
    first = days_since(months, EPOCH)
    after = first + months.days_in_month.to_numpy()
    days = np.maximum(np.minimum(end, after) - np.maximum(start, first), 0.0)
    (used,) = np.nonzero(days)
    return np.asarray(np.tensordot(days[used] / days.sum(), field[used], axes=1))


def write_grace_jpl(folder: Path, world: World, seen: Seen, seed: int) -> None:
    """Write JPL's one file, `GRCTellus.JPL.<first>_<last>.GLO.RL06.3M.MSCNv04CRI.nc`.

    Nothing is written where no solution lies in the planet's months.
    """
    found = solutions(world.months, JPL_SPANS)
    if not len(found.start):
        return
    period = f"{found.start[0]:%Y%m}_{found.start[-1]:%Y%m}"
    path = folder / f"GRCTellus.JPL.{period}.GLO.RL06.3M.MSCNv04CRI.nc"
    order = np.argsort(world.lon % 360.0)
    with new_netcdf(path, Conventions="CF-1.6, ACDD-1.3", time_epoch=f"{EPOCH}T00:00:00Z") as file:
        _add_jpl_axes(file, world, found)
        _add_jpl_ground(file, world, order, seed)
        cells = ("time", "lat", "lon")
        texts = {"units": "cm", "grid_mapping": "WGS84", "coordinates": "time lat lon"}
        lwe = add_field(file, "lwe_thickness", "f8", cells, fill=FILL, **texts)
        lwe.long_name = lwe.standard_name = "Liquid_Water_Equivalent_Thickness"
        error = add_field(file, "uncertainty", "f8", cells, fill=FILL, **texts)
        error.long_name = "standard error, one value a mascon of 3 degrees"
        spread = uncertainty(world, seen)[:, order]
        for i, (start, end) in enumerate(found.bounds):
            lwe[i] = _in_cm(world, seen, start, end)[:, order]
            error[i] = spread


def write_grace_csr(folder: Path, world: World, seen: Seen) -> None:
    """Write CSR's file, whose times have their units under `Units`, and its land mask apart.

    Nothing is written where no solution lies in the planet's months.
    """
    found = solutions(world.months, CSR_SPANS)
    if not len(found.start):
        return
    order = np.argsort(world.lon % 360.0)
    with new_netcdf(folder / CSR_FILE, time_epoch=f"{EPOCH}T00:00:00Z") as file:
        _add_csr_cells(file, world, order)
        file.createDimension("timebound", 2)
        units = f"days since {EPOCH}T00:00:00Z"
        add_axis(file, "time", found.bounds.mean(axis=1), "f4", Units=units, bounds="time_bounds")
        add_field(file, "time_bounds", "f4", ("time", "timebound"))[:] = found.bounds
        lwe = add_field(file, "lwe_thickness", "f4", ("time", "lat", "lon"), units="cm")
        lwe.setncatts(
            {
                "long_name": "Liquid_Water_Equivalent_Thickness",
                "time_mean_removed": "2004.000 to 2009.999",
            }
        )
        for i, (start, end) in enumerate(found.bounds):
            lwe[i] = _in_cm(world, seen, start, end)[:, order]
    with new_netcdf(folder / CSR_MASK_FILE) as file:
        _add_csr_cells(file, world, order)
        mask = add_field(file, "LO_val", "f4", ("lat", "lon"), long_name="1 on land, 0 on the sea")
        mask[:] = world.land[:, order]


def uncertainty(world: World, seen: Seen) -> Array:
    """Standard error of the anomalies (cm) [lat, lon]: one value a mascon, less on the sea."""
    spread = ERROR_SHARE / 10.0 * seen.twsa.std(axis=0)
    ids = mascons(world.lat, world.lon)
    total = np.bincount(ids.ravel(), np.where(world.land, spread, SEA_ERROR).ravel())
    cells = np.bincount(ids.ravel())
    return np.asarray((total / np.maximum(cells, 1))[ids])


def mascons(lat: Array, lon: Array) -> NDArray[np.int64]:
    """Number the blocks of 3 degrees from the south pole and Greenwich on, from 1, [lat, lon]."""
    rows = ((lat + 90.0) // MASCON_DEGREES).astype(np.int64)
    columns = ((lon % 360.0) // MASCON_DEGREES).astype(np.int64)
    return np.asarray(rows[:, None] * int(360.0 / MASCON_DEGREES) + columns + 1)


def _in_cm(world: World, seen: Seen, start: float, end: float) -> Array:
    """One solution (cm) [lat, lon], with the sea's own signal."""
    days_from_peak = (start + end) / 2.0 - MID_OCTOBER
    sea = SEA_CYCLE * np.cos(2.0 * np.pi * days_from_peak / 365.25)
    storage = solution_mean(seen.twsa, world.months, start, end) / 10.0
    return np.asarray(np.where(world.land, storage, sea))


def _add_jpl_axes(file: netCDF4.Dataset, world: World, found: Solutions) -> None:
    """Times, latitudes and longitudes, each with its bounds."""
    lon = np.sort(world.lon % 360.0)
    file.createDimension("bounds", 2)
    time = {"units": f"days since {EPOCH}T00:00:00Z", "calendar": "gregorian"}
    for name, values, attrs in (
        ("lon", lon, {"units": "degrees_east", "standard_name": "longitude"}),
        ("lat", world.lat, {"units": "degrees_north", "standard_name": "latitude"}),
        ("time", found.bounds.mean(axis=1), time | {"standard_name": "time"}),
    ):
        add_axis(file, name, values, bounds=f"{name}_bounds", **attrs)
    half = np.array([-0.5, 0.5])
    for name, bounds in (
        ("time", found.bounds),
        ("lat", world.lat[:, None] + half * (world.lat[1] - world.lat[0])),
        ("lon", lon[:, None] + half * (lon[1] - lon[0])),
    ):
        add_field(file, f"{name}_bounds", "f8", (name, "bounds"))[:] = bounds


def _add_jpl_ground(
    file: netCDF4.Dataset, world: World, order: NDArray[np.int64], seed: int
) -> None:
    """Land mask, mascon numbers and scale factors [lat, lon].

    # ASSUME scale factors scatter around 1 by 15 %.
    """
    luck = generator(seed, 0, "grace scale factor").standard_normal(world.land.shape)
    scale = np.where(world.land, np.clip(1.0 + 0.15 * luck, 0.5, 2.0), FILL)
    cells = ("lat", "lon")
    file.createVariable("WGS84", "i4", ()).grid_mapping_name = "latitude_longitude"
    add_field(file, "land_mask", "f8", cells)[:] = world.land[:, order]
    add_field(file, "scale_factor", "f8", cells, fill=FILL)[:] = scale[:, order]
    add_field(file, "mascon_ID", "f8", cells)[:] = mascons(world.lat, world.lon)[:, order]


def _add_csr_cells(file: netCDF4.Dataset, world: World, order: NDArray[np.int64]) -> None:
    """Latitudes and longitudes in single precision."""
    add_axis(file, "lat", world.lat, "f4", Units="degrees_north")
    add_axis(file, "lon", (world.lon % 360.0)[order], "f4", Units="degrees_east")
