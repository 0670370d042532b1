"""FLUXCOM X-BASE: monthly evapotranspiration learned from flux towers, 2001-2021 (ICOS).

One file a year, `ET_<year>_050_monthly.nc`: `ET` (time, lat, lon) in mm per hour and
`land_fraction`. Values are per area of LAND (Nelson, Walther et al. 2024), and stay so: basins and
cells of a water balance are land.
# ASSUME open water within a basin or cell evaporates as its land does.
"""

from collections.abc import Sequence
from pathlib import Path

import xarray as xr

from vadose.errors import InputError
from vadose.sources.canonical import (
    Extent,
    check_units,
    describe,
    open_source,
    per_month,
    read_in_order,
    require,
    to_canonical_grid,
    to_months,
    without_fills,
)

HOURLY = ("mm h-1", "mm hr-1", "mm/h", "mm/hr", "mm hour-1")
HOURS = 24


def read_fluxcom(paths: Sequence[Path], extent: Extent | None = None) -> xr.Dataset:
    """Read years of evapotranspiration: et (time, lat, lon) in mm/month, land_fraction (lat, lon).

    et is per land area. Files may be in any order; months missing between them stay missing.
    Raises InputError for another variable (transpiration is named ET_T), other units, a land
    fraction that differs between years or months given twice.
    """
    return read_in_order(paths, lambda path: _read_year(path, extent))


def _read_year(path: Path, extent: Extent | None) -> xr.Dataset:
    with open_source(path) as raw:
        if "ET" not in raw and "ET_T" in raw:
            raise InputError(f"{path} holds transpiration (ET_T), not evapotranspiration (ET)")
        require(raw, ("ET", "land_fraction", "time"), path, "FLUXCOM X-BASE")
        check_units(raw["ET"], path, *HOURLY)
        data = to_months(raw[["ET", "land_fraction"]], path)
        data = to_canonical_grid(data, extent)
        land = without_fills(data["land_fraction"])
        if "time" in land.dims:
            land = land.isel(time=0, drop=True)
        et = per_month(without_fills(data["ET"]), HOURS)
        return xr.Dataset(
            {
                "et": describe(et, "mm/month", "evapotranspiration per land area"),
                "land_fraction": describe(land, "1", "land share of the cell"),
            },
            attrs={"source": "FLUXCOM X-BASE"},
        ).load()
