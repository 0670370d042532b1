"""Write the planet's leaf area as MODIS, AVHRR and VIIRS see it, each with its own bias and gaps.

MODIS comes as AppEEARS cuts it: yearly files of 8-day composites, bytes with fills and a quality
byte. NOAA's record comes as single days of packed thousandths with flags; AVHRR ends in 2013 and
VIIRS begins in 2014. Fields are [time, lat, lon], latitudes descending.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vadose.planet.streams import generator
from vadose.planet.sun import extraterrestrial
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
    years_of,
)

EPOCH = "2000-01-01"
MODIS_FIRST_DAY, MODIS_DAYS = "2002-07-04", 8
MODIS_BIAS, MODIS_NOISE, MODIS_CLOUDS = 1.05, 0.05, 0.15
WATER, NO_DATA, HIGHEST_COUNT = 254, 255, 100
# FparLai_QC: bits 5-7 tell the algorithm, bits 3-4 the clouds, bit 0 whether it is poor.
MAIN, SATURATED, BACK_UP, NOT_PRODUCED = 0b000_00_000, 0b001_00_000, 0b010_01_001, 0b100_11_101
# ASSUME the signal saturates from a leaf area index of 6, and clouds take 30 % off the back-up's.
SATURATION_COUNT, BACK_UP_LOSS = 60, 0.7
NOAA_NOISE, NOAA_CLOUDS, NOAA_FILL = 0.08, 0.20, -100
NOAA_DAYS = (5, 15, 25)  # the record is daily; a user samples it
GOOD, CLOUDY, INVALID = 0, 1, 2
# ASSUME where the day's mean sunshine above the air is less (W/m2), no sensor sees leaves.
DARK = 40.0


class Sensor(NamedTuple):
    """A satellite record of NOAA: its bias, and its file names by year."""

    bias: float
    first: str
    last: str


AVHRR = Sensor(1.0, "1981-07", "2013-12")
VIIRS = Sensor(1.12, "2014-01", "2200-12")


def write_modis_lai(folder: Path, world: World, seen: Seen, seed: int) -> None:
    """Write one reply of AppEEARS a year, `MCD15A2H.061_500m_{year}.nc`, from July 2002 on."""
    for year, _ in years_of(world.months):
        days = pd.date_range(f"{year}-01-01", f"{year}-12-31", freq=f"{MODIS_DAYS}D")
        days = days[days >= pd.Timestamp(MODIS_FIRST_DAY)]
        if len(days):
            counts, quality = modis_year(world, seen, seed, days)
            path = folder / f"MCD15A2H.061_500m_{year}.nc"
            _write_modis(path, world, days, {"Lai_500m": counts, "FparLai_QC": quality})


def modis_year(
    world: World, seen: Seen, seed: int, days: pd.DatetimeIndex
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Counts in tenths and quality bytes of the composites that begin on `days`."""
    rng = generator(seed, days[0].year, "modis")
    middles = days + pd.Timedelta(days=MODIS_DAYS // 2)
    lai = true_leaves(world, seen, middles)
    tenths = 10.0 * MODIS_BIAS * lai * np.exp(MODIS_NOISE * rng.standard_normal(lai.shape))
    cloudy = rng.random(lai.shape) < MODIS_CLOUDS
    tenths = np.where(cloudy, BACK_UP_LOSS * tenths, tenths)
    counts = packed(np.minimum(tenths, HIGHEST_COUNT), WATER, np.uint8)
    quality = np.where(counts >= SATURATION_COUNT, SATURATED, MAIN)
    quality[cloudy] = BACK_UP
    night = np.broadcast_to(dark(world.lat, middles)[:, :, None], lai.shape)
    counts[night & world.land] = NO_DATA
    quality[night | ~world.land] = NOT_PRODUCED
    return counts, quality.astype(np.uint8)


def write_noaa_lai(folder: Path, world: World, seen: Seen, seed: int) -> None:
    """Write three days a month of AVHRR, `AVHRR-Land_v005_AVH15C1_NOAA-*`, until 2013."""
    _write_record(folder, world, seen, seed, AVHRR)


def write_viirs_lai(folder: Path, world: World, seen: Seen, seed: int) -> None:
    """Write three days a month of VIIRS, `VIIRS-Land_v001_*`, from 2014 on."""
    _write_record(folder, world, seen, seed, VIIRS)


def true_leaves(world: World, seen: Seen, days: pd.DatetimeIndex) -> Array:
    """Leaf area index on days [day, lat, lon], between the middles of months."""
    middles = days_since(world.months, EPOCH) + world.months.days_in_month.to_numpy() / 2.0
    return at_days(seen.lai, middles, days_since(days, EPOCH))


def dark(lat: Array, days: pd.DatetimeIndex) -> NDArray[np.bool_]:
    """Tell where the polar night hides the ground, [day, lat]."""
    sunshine, _ = extraterrestrial(lat, days.day_of_year.to_numpy().astype(np.float64))
    return np.asarray(sunshine < DARK)


def _write_modis(
    path: Path, world: World, days: pd.DatetimeIndex, fields: dict[str, NDArray[np.uint8]]
) -> None:
    with new_netcdf(path, Conventions="CF-1.6", title="MCD15A2H.061") as file:
        units = f"days since {EPOCH} 00:00:00"
        add_axis(file, "time", days_since(days, EPOCH), "i4", units=units, standard_name="time")
        add_degrees(file, world.lat[::-1], world.lon)
        file.createVariable("crs", "i1", ()).grid_mapping_name = "latitude_longitude"
        for name, values in fields.items():
            fill = np.uint8(NO_DATA)
            variable = add_field(file, name, "u1", ("time", "lat", "lon"), fill, grid_mapping="crs")
            variable[:] = values[:, ::-1]
        scaling = {"scale_factor": 0.1, "add_offset": 0.0}
        valid = {"valid_min": np.uint8(0), "valid_max": np.uint8(HIGHEST_COUNT)}
        file["Lai_500m"].setncatts({"units": "m^2/m^2"} | scaling | valid)


def _write_record(folder: Path, world: World, seen: Seen, seed: int, sensor: Sensor) -> None:
    for year, places in years_of(world.months, sensor.first, sensor.last):
        rng = generator(seed, year, "noaa leaf area")
        months = world.months[places]
        days = pd.DatetimeIndex([m.replace(day=day) for m in months for day in NOAA_DAYS])
        lai = true_leaves(world, seen, days)
        lai *= sensor.bias * np.exp(NOAA_NOISE * rng.standard_normal(lai.shape))
        flags = np.where(rng.random(lai.shape) < NOAA_CLOUDS, CLOUDY, GOOD)
        unseen = dark(world.lat, days)[:, :, None] | ~world.land
        flags[unseen] = INVALID
        lai[unseen] = np.nan
        for i, day in enumerate(days):
            _write_day(folder / day_file(day), world, day, lai[i], flags[i])


def day_file(day: pd.Timestamp) -> str:
    """Give NOAA's name of a day's file: sensor, version, satellite, day, and day of creation."""
    if day.year >= 2014:
        return f"VIIRS-Land_v001_NPP15C1_S-NPP_{day:%Y%m%d}_c20220601000000.nc"
    starts = {1981: 7, 1985: 9, 1989: 11, 1995: 14, 2001: 16, 2006: 18, 2010: 19}
    satellite = starts[max(first for first in starts if first <= day.year)]
    return f"AVHRR-Land_v005_AVH15C1_NOAA-{satellite:02d}_{day:%Y%m%d}_c20180830231613.nc"


def _write_day(
    path: Path, world: World, day: pd.Timestamp, lai: Array, flags: NDArray[np.int64]
) -> None:
    """One day [lat, lon]: leaf area, absorbed radiation and flags, 16 bits each.

    # ASSUME leaves absorb light by Beer's law with an extinction of 0.5.
    """
    cells = ("time", "latitude", "longitude")
    with new_netcdf(path, Conventions="CF-1.6, ACDD-1.3") as file:
        units = "days since 1981-01-01 00:00:00"
        number = days_since(pd.DatetimeIndex([day]), "1981-01-01")
        add_axis(file, "time", number, "f4", units=units, standard_name="time")
        names = ("latitude", "longitude")
        add_degrees(file, world.lat[::-1], world.lon, names, "f4")
        packing = {"scale_factor": np.float32(0.001), "add_offset": np.float32(0.0), "units": "1"}
        for name, values in (("LAI", lai), ("FAPAR", 1.0 - np.exp(-0.5 * lai))):
            variable = add_field(file, name, "i2", cells, np.int16(NOAA_FILL), **packing)
            variable[0] = packed(values[::-1], NOAA_FILL, np.int16, 1000.0)
        file["LAI"].units = "m2 m-2"
        add_field(file, "QA", "i2", cells, long_name="quality flags")[0] = flags[::-1]
