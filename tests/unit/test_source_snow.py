"""Snow water equivalent: water years make calendar years, negative counts are missing."""

from pathlib import Path

import netCDF4
import numpy as np
import pandas as pd
import pytest

from vadose.errors import InputError
from vadose.extent import Extent
from vadose.sources.snow import read_basin_swe, read_calendar_year, read_mask, read_swe

LAT, LON = [24.0833, 24.125, 24.1667], [-125.0, -124.9583]


def write_water_year(
    folder: Path, year: int, units: str = "mm", drop: int = 0, dated: bool = True, dtype="i2"
) -> Path:
    """As NSIDC serves it: mm, -999, days since 1900; a cell holds the year's last digits."""
    path = folder / f"4km_SWE_Depth_WY{year}_v01.nc"
    days = pd.date_range(f"{year - 1}-10-01", f"{year}-09-30", freq="D")[drop:]
    with netCDF4.Dataset(path, "w") as file:
        for name, size in (("time", len(days)), ("lat", 3), ("lon", 2)):
            file.createDimension(name, size)
        time = file.createVariable("time", "i4" if dated else "f4", ("time",))
        if dated:
            time.units = "days since 1900-01-01 00:00:00"
        time[:] = (days - pd.Timestamp("1900-01-01")).days
        file.createVariable("lat", "f8", ("lat",))[:] = LAT
        file.createVariable("lon", "f8", ("lon",))[:] = LON
        for name in ("SWE", "DEPTH"):
            v = file.createVariable(name, dtype, ("time", "lat", "lon"), fill_value=-999, zlib=True)
            v.units = units
            v[:] = year % 100
        file["SWE"][:, 0, 0] = -999
        file["SWE"][:, 1, 0] = -1
    return path


def test_two_water_years_make_a_calendar_year(tmp_path: Path) -> None:
    paths = [write_water_year(tmp_path, year) for year in (2001, 2000)]
    data = read_calendar_year(paths, 2000)
    assert data.sizes["time"] == 366
    cell = data["swe"].sel(lat=24.125, lon=-124.9583)
    assert cell.sel(time="2000-09-30") == 0 and cell.sel(time="2000-10-01") == 1
    assert data["swe"].attrs["units"] == "mm" and data["swe"].dims == ("time", "lat", "lon")


def test_negative_counts_are_missing(tmp_path: Path) -> None:
    data = read_swe([write_water_year(tmp_path, 2010)])
    assert np.isnan(data["swe"].sel(lon=-125.0).isel(lat=[0, 1])).all()
    assert (data["swe"].isel(lat=2) == 10).all()


def test_a_missing_water_year_is_named(tmp_path: Path) -> None:
    first, last = write_water_year(tmp_path, 2000), write_water_year(tmp_path, 2002)
    with pytest.raises(InputError, match="between 2000-09-30 and 2001-10-01"):
        read_swe([last, first])
    with pytest.raises(InputError, match="274 of the 366 days of 2000"):
        read_calendar_year([first], 2000)


def test_a_water_year_given_twice_is_refused(tmp_path: Path) -> None:
    path = write_water_year(tmp_path, 2000)
    with pytest.raises(InputError, match="1999-10-01 comes after 2000-09-30"):
        read_swe([path, path])


def test_a_window_is_cut(tmp_path: Path) -> None:
    window = Extent(south=24.1, end="1999-10-31")
    data = read_swe([write_water_year(tmp_path, 2000)], window)
    assert dict(data.sizes) == {"time": 31, "lat": 2, "lon": 2}


def test_other_units_and_login_pages_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'m', expected 'mm'"):
        read_swe([write_water_year(tmp_path, 2000, units="m")])
    page = tmp_path / "4km_SWE_Depth_WY2001_v01.nc"
    page.write_text("<!DOCTYPE html><html>Earthdata Login</html>")
    with pytest.raises(InputError, match="web page"):
        read_swe([page])
    with pytest.raises(InputError, match="no file"):
        read_swe([])


def test_basin_means_keep_their_ids(tmp_path: Path) -> None:
    path = tmp_path / "basins.nc"
    with netCDF4.Dataset(path, "w") as file:
        file.createDimension("gauge_id", 2)
        file.createDimension("time", 2)
        ids = file.createVariable("gauge_id", str, ("gauge_id",))
        ids[0], ids[1] = "camels_01022500", "camels_14400000"
        time = file.createVariable("time", "i8", ("time",))
        time.units = "days since 1981-10-01 00:00:00"
        time[:] = [0, 1]
        swe = file.createVariable("SWE", "i2", ("gauge_id", "time"), fill_value=-999)
        swe.units = "mm"
        swe[:] = [[5, -999], [0, 7]]
    data = read_basin_swe(path)
    assert list(data["basin"].values) == ["camels_01022500", "camels_14400000"]
    np.testing.assert_array_equal(data["swe"], [[5, np.nan], [0, 7]])


def test_days_that_are_counted_without_units_begin_in_1900(tmp_path: Path) -> None:
    """Also in single precision with fractions, as some of NSIDC's files are."""
    path = write_water_year(tmp_path, 2000, dated=False, dtype="f4")
    data = read_swe([path])
    assert str(data["time"].values[0]).startswith("1999-10-01") and data.sizes["time"] == 366
    assert np.isnan(data["swe"].isel(lat=0, lon=0)).all()
    other = path.rename(tmp_path / "4km_SWE_Depth_WY2010_v01.nc")
    with pytest.raises(InputError, match="not days since 1900"):
        read_swe([other])


def write_day(folder: Path, day: str, state: str, value: int, timed: bool = True) -> Path:
    path = folder / f"UA_SWE_Depth_4km_v1_{day}_{state}.nc"
    dims = ("time", "lat", "lon") if timed else ("lat", "lon")
    with netCDF4.Dataset(path, "w") as file:
        for name, size in (("time", 1), ("lat", 3), ("lon", 2)):
            file.createDimension(name, size)
        if timed:
            time = file.createVariable("time", "f4", ("time",))
            time.units = "days since 1900-01-01"
            time[:] = (pd.Timestamp(day) - pd.Timestamp("1900-01-01")).days
        file.createVariable("lat", "f8", ("lat",))[:] = LAT
        file.createVariable("lon", "f8", ("lon",))[:] = LON
        swe = file.createVariable("SWE", "i2", dims, fill_value=-999)
        swe.units = "mm"
        swe[:] = value
    return path


@pytest.mark.parametrize("timed", [True, False])
def test_of_a_day_the_most_final_file_counts(tmp_path: Path, timed: bool) -> None:
    states = {"20001001": ("early", "stable", "provisional"), "20001002": ("provisional", "early")}
    paths = [write_water_year(tmp_path, 2000)] + [
        write_day(tmp_path, day, state, i, timed)
        for day, names in states.items()
        for i, state in enumerate(names)
    ]
    data = read_swe(paths)
    assert data.sizes["time"] == 366 + 2
    np.testing.assert_array_equal(data["swe"].isel(lat=2, lon=1)[-3:], [0, 1, 0])


def test_the_mask_tells_where_snow_is_given(tmp_path: Path) -> None:
    path = tmp_path / "SWE_Mask_v01.nc"
    with netCDF4.Dataset(path, "w") as file:
        file.createDimension("lat", 3)
        file.createDimension("lon", 2)
        file.createVariable("lat", "f8", ("lat",))[:] = LAT
        file.createVariable("lon", "f8", ("lon",))[:] = LON
        file.createVariable("Mask", "i2", ("lat", "lon"))[:] = [[1, 0], [2, 1], [1, 1]]
    mask = read_mask(path)["snow_mask"]
    np.testing.assert_array_equal(mask, [[1, 0], [0, 1], [1, 1]])
    with netCDF4.Dataset(path, "a") as file:
        file["Mask"][:] = 0
    with pytest.raises(InputError, match="expected one with 1 on land"):
        read_mask(path)
