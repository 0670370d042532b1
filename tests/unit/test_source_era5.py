"""Replies of the climate data store: both namings, ZIPs, units and signs."""

import zipfile
from pathlib import Path

import netCDF4
import numpy as np
import pandas as pd
import pytest

from vadose.errors import InputError
from vadose.extent import Extent
from vadose.sources.era5 import read_era5_monthly

LAT, LON = [50.1, 50.0], [0.0, 0.1, 359.9]
CELLS = ("valid_time", "latitude", "longitude")
UNITS = {"t2m": "K", "sd": "m of water equivalent", "swvl1": "m**3 m**-3"}


def write_new(
    path: Path, fields: dict[str, float], hour: int, months=("2000-01", "2000-02")
) -> Path:
    """A reply of today: seconds since 1970, expver along time, number, float32 and NaN."""
    times = [pd.Timestamp(m + "-01") + pd.Timedelta(hours=hour) for m in months]
    with netCDF4.Dataset(path, "w") as file:
        for name, size in (("valid_time", len(times)), ("latitude", 2), ("longitude", 3)):
            file.createDimension(name, size)
        file.createVariable("number", "i8")[:] = 0
        time = file.createVariable("valid_time", "i8", ("valid_time",))
        time.setncatts({"units": "seconds since 1970-01-01", "calendar": "proleptic_gregorian"})
        time[:] = [int(t.timestamp()) for t in times]
        file.createVariable("latitude", "f8", ("latitude",))[:] = LAT
        file.createVariable("longitude", "f8", ("longitude",))[:] = LON
        expver = file.createVariable("expver", str, ("valid_time",))
        for i in range(len(times)):
            expver[i] = "0001"
        for name, value in fields.items():
            v = file.createVariable(name, "f4", CELLS, fill_value=np.float32("nan"))
            v.setncatts({"units": UNITS.get(name, "m"), "coordinates": "number expver"})
            v[:] = value
            v[:, 0, 2] = np.nan
    return path


def write_zip(path: Path, folder: Path) -> Path:
    """What comes when netCDF was asked for: two members whose hours differ."""
    instant = write_new(folder / "a.nc", {"t2m": 283.15, "sd": 0.02, "swvl1": 0.3}, hour=0)
    sums = {"tp": 0.002, "pev": -0.012, "e": -0.001, "ro": 0.0005}
    accumulated = write_new(folder / "b.nc", sums, hour=6)
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(instant, "data_stream-moda_stepType-avgua.nc")
        archive.write(accumulated, "data_stream-moda_stepType-avgad.nc")
    return path


def write_old(path: Path, expver: bool = False) -> Path:
    """A reply of before 2024: hours since 1900, packed integers; expver as a dimension."""
    dims = ("time", "expver", "latitude", "longitude") if expver else ("time", *CELLS[1:])
    with netCDF4.Dataset(path, "w", format="NETCDF3_64BIT_OFFSET") as file:
        for name, size in (("time", 2), ("expver", 2), ("latitude", 2), ("longitude", 3)):
            file.createDimension(name, size)
        time = file.createVariable("time", "i4", ("time",))
        time.units = "hours since 1900-01-01 00:00:00.0"
        time[:] = [876576, 877320]  # 2000-01-01 and 2000-02-01
        file.createVariable("latitude", "f4", ("latitude",))[:] = LAT
        file.createVariable("longitude", "f4", ("longitude",))[:] = LON
        tp = file.createVariable("tp", "i2", dims, fill_value=-32767)
        tp.setncatts({"units": "m", "scale_factor": 1e-4, "add_offset": 0.0})
        tp.set_auto_maskandscale(False)
        tp[:] = 20  # 2 mm a day
        if expver:
            file.createVariable("expver", "i4", ("expver",))[:] = [1, 5]
            tp[1, 0] = -32767  # February is preliminary only
            tp[1, 1] = 30
            tp[0, 1] = -32767
    return path


def test_a_zip_reply_is_merged_by_month_in_canonical_units(tmp_path: Path) -> None:
    data = read_era5_monthly([write_zip(tmp_path / "reply.nc", tmp_path)])
    assert list(data["time"].dt.strftime("%Y-%m-%d").values) == ["2000-01-01", "2000-02-01"]
    cell = data.sel(lat=50, lon=0.1)
    expected = {
        "p": ([62, 58], "mm/month"),
        "pet_reanalysis": ([372, 348], "mm/month"),
        "et": ([31, 29], "mm/month"),
        "q": ([15.5, 14.5], "mm/month"),
        "t": ([10, 10], "degC"),
        "swe": ([20, 20], "mm"),
        "swvl1": ([0.3, 0.3], "m3 m-3"),
    }
    assert set(data.data_vars) == set(expected)
    for name, (values, units) in expected.items():
        np.testing.assert_allclose(cell[name], values, rtol=1e-5)
        assert data[name].attrs["units"] == units
    assert "not usable" in data["pet_reanalysis"].attrs["comment"]


def test_latitudes_ascend_and_cells_keep_their_places(tmp_path: Path) -> None:
    data = read_era5_monthly([write_new(tmp_path / "r.nc", {"t2m": 273.15}, 0)])
    np.testing.assert_array_equal(data["lat"], [50.0, 50.1])
    np.testing.assert_array_equal(data["lon"], [-0.1, 0.0, 0.1])
    missing = np.isnan(data["t"].isel(time=0))
    assert missing.sum() == 1 and missing.sel(lat=50.1, lon=-0.1)


def test_the_old_naming_gives_the_same(tmp_path: Path) -> None:
    data = read_era5_monthly([write_old(tmp_path / "old.nc")])
    np.testing.assert_allclose(data["p"].sel(lat=50, lon=0), [62, 58], rtol=1e-5)
    new = read_era5_monthly([write_new(tmp_path / "new.nc", {"tp": 0.002}, 0)])
    assert data["lat"].equals(new["lat"]) and data["lon"].equals(new["lon"])


def test_preliminary_months_fill_only_what_is_not_final(tmp_path: Path) -> None:
    data = read_era5_monthly([write_old(tmp_path / "old.nc", expver=True)])
    np.testing.assert_allclose(data["p"].sel(lat=50, lon=0), [62, 87], rtol=1e-5)


def test_replies_of_other_months_are_appended(tmp_path: Path) -> None:
    later = write_new(tmp_path / "l.nc", {"tp": 0.001}, 6, ("2000-03",))
    first = write_new(tmp_path / "f.nc", {"tp": 0.002}, 0)
    data = read_era5_monthly([later, first])
    np.testing.assert_allclose(data["p"].sel(lat=50, lon=0), [62, 58, 31], rtol=1e-5)


def test_a_month_given_twice_is_refused(tmp_path: Path) -> None:
    first = write_new(tmp_path / "f.nc", {"tp": 0.002}, 0)
    again = write_new(tmp_path / "a.nc", {"tp": 0.002}, 6, ("2000-02", "2000-03"))
    with pytest.raises(InputError, match="2000-02 is in another reply"):
        read_era5_monthly([first, again])


def test_daily_data_are_not_taken_for_monthly(tmp_path: Path) -> None:
    path = write_new(tmp_path / "r.nc", {"tp": 0.002}, 0, ("2000-01", "2000-01"))
    with pytest.raises(InputError, match="2000-01-01 comes twice"):
        read_era5_monthly([path])


def test_a_window_is_cut_before_conversion(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "reply.nc", tmp_path)
    data = read_era5_monthly([path], Extent(west=0, end="2000-01-31"))
    assert dict(data.sizes) == {"time": 1, "lat": 2, "lon": 2}


def test_other_grids_units_and_pages_are_refused(tmp_path: Path) -> None:
    good = write_new(tmp_path / "g.nc", {"tp": 0.002}, 0)
    moved = write_new(tmp_path / "m.nc", {"t2m": 280.0}, 0)
    with netCDF4.Dataset(moved, "a") as file:
        file["latitude"][:] = [50.25, 50.0]
        file["t2m"].units = "K"
    with pytest.raises(InputError, match="different grids"):
        read_era5_monthly([good, moved])
    with netCDF4.Dataset(moved, "a") as file:
        file["t2m"].units = "degC"
    with pytest.raises(InputError, match="'degC', expected 'K'"):
        read_era5_monthly([moved])
    page = tmp_path / "page.nc"
    page.write_text("<html>403: accept the licence</html>")
    with pytest.raises(InputError, match="web page"):
        read_era5_monthly([page])


def test_a_broken_or_empty_zip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "r.zip"
    path.write_bytes(b"PK\x03\x04 cut short")
    with pytest.raises(InputError, match="cannot be unpacked"):
        read_era5_monthly([path])
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "nothing")
    with pytest.raises(InputError, match="without a netCDF file"):
        read_era5_monthly([path])
    with pytest.raises(InputError, match="has none of tp"):
        read_era5_monthly([write_new(tmp_path / "w.nc", {"u10": 1.0}, 0)])


def test_a_zip_whose_content_is_damaged_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "reply.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.nc", bytes(range(256)) * 40)
        start = len(archive.filelist[0].FileHeader())
    content = bytearray(path.read_bytes())
    content[start : start + 8] = b"\xff" * 8
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"cannot be unpacked .*invalid"):
        read_era5_monthly([path])
