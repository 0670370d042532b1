"""Snow water equivalent of the conterminous United States (NSIDC-0719, University of Arizona).

One file a water year, October to September, named by the year in which it ends: `SWE` (time, lat,
lon) on 1/24 degrees, 16-bit mm, negative where missing (Broxton et al. 2019). The same product is
served by NSIDC (with an account) and by the university (without). Outside the United States there
is none. Thresholds and other non-linear statistics come before any averaging.
"""

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


def read_swe(paths: Sequence[Path], extent: Extent | None = None) -> xr.Dataset:
    """Read water years as one record of swe (time, lat, lon) in mm, daily.

    Files may be given in any order. Raises InputError for another file or units, or where the
    water years do not follow one another day by day.
    """
    out = read_in_order(paths, lambda path: _read_water_year(path, extent))
    days = out["time"].to_index()
    gaps = np.flatnonzero(np.diff(days.to_numpy()) != np.timedelta64(1, "D"))
    if len(gaps):
        raise InputError(
            f"{paths[0].parent}: no snow between {days[gaps[0]]:%Y-%m-%d} and "
            f"{days[gaps[0] + 1]:%Y-%m-%d}: fetch the water years between"
        )
    return out


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


def _read_water_year(path: Path, extent: Extent | None) -> xr.Dataset:
    with open_source(path, mask_and_scale=False) as raw:
        require(raw, ("SWE", "time"), path, "NSIDC-0719")
        check_units(raw["SWE"], path, "mm", "millimeters")
        data = to_canonical_grid(to_days(raw[["SWE"]], path), extent)
        swe = describe(_only_snow(data["SWE"]), "mm", LONG_NAME)
        return xr.Dataset({"swe": swe}, attrs={"source": "NSIDC-0719"}).load()


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
