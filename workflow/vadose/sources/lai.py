"""Leaf area index: MODIS (MOD15A2H, MCD15A2H and their kin) and NOAA's climate data record.

MODIS gives a byte a pixel, 0-100 in tenths, 249-255 where there is no vegetation to measure, and a
quality byte whose bits 5-7 name the algorithm. NOAA gives a global field of 0.05 degrees a day.
Filling gaps and joining the sensors is not done here.
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
    check_times,
    describe,
    open_source,
    read_in_order,
    require,
    to_canonical_grid,
    to_days,
)

UNITS, LONG_NAME = "m2 m-2", "leaf area index"
HIGHEST_COUNT = 100
SPHERE_RADIUS = 6371007.181  # m, of the MODIS sinusoidal grid


def decode_modis(counts: np.ndarray, quality: np.ndarray | None = None) -> np.ndarray:
    """Turn MODIS counts into leaf area index (m2 m-2), NaN for fills and for poor retrievals.

    counts are bytes, 0-100 in tenths; quality, of the same shape, is FparLai_QC. Retrievals of the
    main algorithm count, saturated or not ((quality >> 5) <= 1); the empirical back-up does not.
    """
    good = counts <= HIGHEST_COUNT
    if quality is not None:
        good &= main_algorithm(quality)
    return np.where(good, counts * np.float32(0.1), np.float32(np.nan)).astype(np.float32)


def main_algorithm(quality: np.ndarray) -> np.ndarray:
    """Tell where FparLai_QC names the main algorithm: bits 5-7 are 0 or 1."""
    return (quality.astype(np.uint8) >> 5) <= 1


def read_modis(paths: Sequence[Path], extent: Extent | None = None) -> xr.Dataset:
    """Read years of a MODIS window: lai (time, lat, lon), or (time, y, x) on the sinusoidal grid.

    A file has `Lai_500m` as bytes and, where it was asked for, `FparLai_QC`, which then decides
    (attribute quality: "FparLai_QC" or "none"). On the sinusoidal grid lat (y) and lon (y, x)
    are computed from its metres. Times are the first day of each composite; `extent` cuts windows
    with axes in degrees.
    """
    return read_in_order(paths, lambda path: _read_window(path, extent))


def _read_window(path: Path, extent: Extent | None) -> xr.Dataset:
    with open_source(path, mask_and_scale=False) as raw:
        require(raw, ("Lai_500m", "time"), path, "MODIS leaf area index")
        if raw["Lai_500m"].dtype != np.uint8:
            raise InputError(
                f"{path}: Lai_500m is {raw['Lai_500m'].dtype}, expected bytes as MODIS writes them"
            )
        names = [name for name in ("Lai_500m", "FparLai_QC") if name in raw]
        data = _geographic(to_days(raw[names], path), path, extent)
        quality = data["FparLai_QC"].values if "FparLai_QC" in data else None
        values = decode_modis(data["Lai_500m"].values, quality)
        lai = describe(data["Lai_500m"].copy(data=values), UNITS, LONG_NAME)
        note = "none" if quality is None else "FparLai_QC"
        return xr.Dataset({"lai": lai}, attrs={"source": "MODIS", "quality": note}).load()


def _geographic(data: xr.Dataset, path: Path, extent: Extent | None) -> xr.Dataset:
    if "y" not in data["Lai_500m"].dims:
        return to_canonical_grid(data, extent)
    require(data, ("y", "x"), path, "the MODIS sinusoidal grid")
    lat = data["y"].values / SPHERE_RADIUS
    lon = data["x"].values / (SPHERE_RADIUS * np.cos(lat)[:, None])
    return data.assign_coords(
        lat=("y", np.rad2deg(lat), {"units": "degrees_north"}),
        lon=(("y", "x"), np.rad2deg(lon), {"units": "degrees_east"}),
    )


def read_appeears(path: Path) -> xr.Dataset:
    """Read a point sample of AppEEARS: lai (site, time), with lat and lon of the sites.

    The table (CSV, also compressed) has columns `<product>_Lai_500m`, scaled already, and
    `<product>_FparLai_QC`; fills and retrievals of the back-up algorithm become missing. Sites
    without a row on a day are missing on it.
    """
    try:
        table = pd.read_csv(path, dtype={"ID": str}, parse_dates=["Date"])
        value = _column(table, r"_Lai_500m$")
        quality = _column(table, r"_FparLai_QC$")
        place = table.groupby("ID", sort=False)[["Latitude", "Longitude"]].first()
    except (OSError, ValueError, KeyError) as error:
        raise InputError(
            f"{path} cannot be read as a point sample of AppEEARS with Lai_500m and FparLai_QC: "
            f"{error}"
        ) from error
    if table.duplicated(["ID", "Date"]).any():
        raise InputError(f"{path} has a site twice on a day: take one product a file")
    known = quality.notna() & value.notna()
    good = known & main_algorithm(quality.fillna(255).to_numpy())
    # Values scaled twice or fills stay above the valid range of 0 to 10.
    lai = value.where(good & value.between(0, HIGHEST_COUNT / 10))
    wide = table.assign(lai=lai).pivot(index="ID", columns="Date", values="lai").loc[place.index]
    times = pd.DatetimeIndex(wide.columns).as_unit("ns")
    check_times(times, path)
    array = xr.DataArray(wide.to_numpy(), dims=("site", "time"))
    return xr.Dataset(
        {"lai": describe(array, UNITS, LONG_NAME)},
        coords={
            "site": list(place.index),
            "time": ("time", times),
            "lat": ("site", place["Latitude"].to_numpy(), {"units": "degrees_north"}),
            "lon": ("site", place["Longitude"].to_numpy(), {"units": "degrees_east"}),
        },
        attrs={"source": "MODIS", "quality": "FparLai_QC"},
    )


def _column(table: pd.DataFrame, pattern: str) -> pd.Series:
    names = [str(name) for name in table if re.search(pattern, str(name))]
    if len(names) != 1:
        raise KeyError(f"{len(names)} columns match {pattern}")
    return table[names[0]].astype(np.float64)


def read_noaa(paths: Sequence[Path], extent: Extent | None = None) -> xr.Dataset:
    """Read days of NOAA's climate data record (AVHRR to 2013, VIIRS since): lai (time, lat, lon).

    Both sensors' files have the same variables and flags. Packing and fill value are those that
    the file declares; days of cloud, invalid input or output out of range (bits 0-1 of QA) are
    missing. The provider knows its cell centres to be off by less than 0.02 degrees; they are
    kept. Files may be in any order; a day given twice or a file without declared packing raises
    InputError.
    """
    return read_in_order(paths, lambda path: _read_noaa_day(path, extent))


def _read_noaa_day(path: Path, extent: Extent | None) -> xr.Dataset:
    with open_source(path) as raw:
        require(raw, ("LAI", "QA", "time"), path, "NOAA's leaf area index")
        packing = raw["LAI"].encoding
        if not {"scale_factor", "_FillValue"} <= {k for k, v in packing.items() if v is not None}:
            raise InputError(
                f"{path}: LAI declares no scale_factor or no _FillValue, so that its numbers have "
                "no meaning; look into the file before using it"
            )
        data = to_canonical_grid(to_days(raw[["LAI", "QA"]], path), extent)
        flags = data["QA"].fillna(3).astype(np.int32)
        lai = data["LAI"].where(((flags & 3) == 0) & (data["LAI"] >= 0))
        out = {"lai": describe(lai, UNITS, LONG_NAME)}
        return xr.Dataset(out, attrs={"source": "NOAA CDR", "quality": "QA"}).load()
