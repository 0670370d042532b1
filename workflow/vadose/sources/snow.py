"""Snow water equivalent of the conterminous United States (NSIDC-0719, University of Arizona).

One file a water year, October to September, named by the year in which it ends: `SWE` (time, lat,
lon) on 1/24 degrees in mm, negative or NaN where missing (Broxton et al. 2019). The same product is
served by NSIDC (with an account) and by the university (without), which also serves single days:
first as early, then provisional, then stable ones. Outside the United States there is none.
Thresholds and other non-linear statistics come before any averaging.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from vadose.errors import InputError
from vadose.sources.canonical import (
    Extent,
    check_units,
    describe,
    open_source,
    read_in_order,
    require,
    to_canonical_grid,
    to_days,
)

LONG_NAME = "snow water equivalent"
EPOCH = "1900-01-01"
STATES = ("early", "provisional", "stable")
DAY_NAME = re.compile(rf"UA_SWE_Depth_4km_v1_(\d{{8}})_({'|'.join(STATES)})\.nc")
LAND_CLASS = 1


def read_swe(paths: Sequence[Path], extent: Extent | None = None) -> xr.Dataset:
    """Read water years and single days as one record of swe (time, lat, lon) in mm, daily.

    Files may be given in any order; of a day given more than once the most final file counts.
    Raises InputError for another file or units, or where days do not follow one another.
    """
    out = read_in_order(_most_final(paths), lambda path: _read_file(path, extent))
    days = out["time"].to_index()
    gaps = np.flatnonzero(np.diff(days.to_numpy()) != np.timedelta64(1, "D"))
    if len(gaps):
        raise InputError(
            f"{paths[0].parent}: no snow between {days[gaps[0]]:%Y-%m-%d} and "
            f"{days[gaps[0] + 1]:%Y-%m-%d}: fetch the files between"
        )
    return out


def _most_final(paths: Sequence[Path]) -> list[Path]:
    """Leave out single days of which there is a more final file."""
    ranked = [(path, DAY_NAME.fullmatch(path.name)) for path in paths]
    days = sorted((STATES.index(name[2]), name[1], path) for path, name in ranked if name)
    final = {day: path for _, day, path in days}
    return [path for path, name in ranked if name is None] + list(final.values())


def read_calendar_year(
    paths: Sequence[Path], year: int, extent: Extent | None = None
) -> xr.Dataset:
    """Read the days of a calendar year, which come from the water years `year` and `year + 1`."""
    window = (extent or Extent())._replace(start=f"{year}-01-01", end=f"{year}-12-31")
    out = read_swe(paths, window)
    expected = pd.date_range(f"{year}-01-01", f"{year}-12-31", freq="D")
    if out.sizes["time"] != len(expected):
        raise InputError(
            f"{', '.join(path.name for path in paths)} hold {out.sizes['time']} of the "
            f"{len(expected)} days of {year}: give the water years {year} and {year + 1}"
        )
    return out


def _read_file(path: Path, extent: Extent | None) -> xr.Dataset:
    with open_source(path, mask_and_scale=False) as raw:
        require(raw, ("SWE",), path, "NSIDC-0719")
        check_units(raw["SWE"], path, "mm", "millimeters", "millimetres")
        data = to_canonical_grid(to_days(_dated(raw, path)[["SWE"]], path), extent)
        swe = describe(_only_snow(data["SWE"]), "mm", LONG_NAME)
        return xr.Dataset({"swe": swe}, attrs={"source": "NSIDC-0719"}).load()


def _dated(raw: xr.Dataset, path: Path) -> xr.Dataset:
    """Give the days that the file does not tell in full: no units of time, or no time at all."""
    day, year = DAY_NAME.fullmatch(path.name), re.search(r"WY(\d{4})", path.name)
    if "time" not in raw["SWE"].dims and day:
        return raw.drop_vars("time", errors="ignore").expand_dims(time=[pd.Timestamp(day[1])])
    require(raw, ("time",), path, "NSIDC-0719")
    if raw["time"].dtype.kind not in "iuf":
        return raw
    # ASSUME days without units count from 1900; the name of the water year must agree.
    times = pd.Timestamp(EPOCH) + pd.to_timedelta(raw["time"].values.astype(np.float64), unit="D")
    if year and not (int(year[1]) - 1 <= times[0].year and times[-1].year <= int(year[1])):
        raise InputError(f"{path}: its times have no units, and are not days since {EPOCH}")
    return raw.assign_coords(time=times.as_unit("ns"))


def read_mask(path: Path, extent: Extent | None = None) -> xr.Dataset:
    """Read where the product is defined: snow_mask (lat, lon), 1 on land of the United States.

    The file has one map of classes, of which 1 is land with data; others are water, ice and the
    neighbouring countries.
    """
    with open_source(path, mask_and_scale=False, decode_times=False) as raw:
        data = to_canonical_grid(raw, extent).squeeze(drop=True)
        maps = [name for name, field in data.data_vars.items() if field.dims == ("lat", "lon")]
        if len(maps) != 1 or not (data[maps[0]] == LAND_CLASS).any():
            raise InputError(
                f"{path} has {len(maps)} maps on (lat, lon), expected one with {LAND_CLASS} on "
                "land: is it SWE_Mask_v01.nc?"
            )
        # ASSUME class 1 is land with data, as in the product's user guide.
        mask = describe(data[maps[0]] == LAND_CLASS, "1", "1 where snow is given")
        return xr.Dataset({"snow_mask": mask}, attrs={"source": "NSIDC-0719"}).load()


def _only_snow(counts: xr.DataArray) -> xr.DataArray:
    """Make negative counts missing, whatever fill value the file declares."""
    return counts.astype(np.float32).where(counts >= 0)


def read_basin_swe(path: Path) -> xr.Dataset:
    """Read daily snow water equivalent averaged over basins: swe (basin, time) in mm.

    The file has `SWE` (gauge_id, time) in 16-bit mm, -999 where missing; ids keep their zeros.
    """
    with open_source(path, mask_and_scale=False) as raw:
        require(raw, ("SWE", "gauge_id", "time"), path, "basin means of NSIDC-0719")
        check_units(raw["SWE"], path, "mm")
        data = to_days(raw[["SWE"]], path).rename(gauge_id="basin").transpose("basin", "time")
        swe = describe(_only_snow(data["SWE"]), "mm", LONG_NAME)
        return xr.Dataset({"swe": swe}, attrs={"source": "NSIDC-0719"}).load()
