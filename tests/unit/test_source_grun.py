"""GRUN: axes named X and Y, a rate in mm/day, the sea missing."""

from pathlib import Path

import netCDF4
import numpy as np
import pytest

from vadose.errors import InputError
from vadose.extent import Extent
from vadose.sources.grun import read_grun


def write_grun(path: Path, names=("Y", "X"), units: str = "mm/day", rows=(51.25, 50.75)) -> Path:
    with netCDF4.Dataset(path, "w") as file:
        for name, size in (("time", 3), (names[0], 2), (names[1], 2)):
            file.createDimension(name, size)
        time = file.createVariable("time", "f8", ("time",))
        time.setncatts({"units": "days since 1902-01-01", "calendar": "standard"})
        time[:] = [0, 31, 59]
        file.createVariable(names[0], "f8", (names[0],))[:] = rows
        file.createVariable(names[1], "f8", (names[1],))[:] = [-0.25, 0.25]
        runoff = file.createVariable("Runoff", "f4", ("time", *names))
        runoff.units = units
        runoff[:] = [[[1, 2], [-9999, 4]]] * 3
        runoff[:, 0, 1] = np.nan
    return path


def test_a_rate_becomes_the_sum_of_the_month(tmp_path: Path) -> None:
    data = read_grun([write_grun(tmp_path / "g.nc")])
    assert data["q"].dims == ("time", "lat", "lon") and data["q"].attrs["units"] == "mm/month"
    np.testing.assert_allclose(data["q"].sel(lat=51.25, lon=-0.25), [31, 28, 31])
    np.testing.assert_allclose(data["q"].sel(lat=50.75, lon=0.25), [124, 112, 124])


def test_the_sea_is_missing_however_it_is_written(tmp_path: Path) -> None:
    data = read_grun([write_grun(tmp_path / "g.nc")])
    assert np.isnan(data["q"].sel(lat=50.75, lon=-0.25)).all()
    assert np.isnan(data["q"].sel(lat=51.25, lon=0.25)).all()


def test_both_namings_and_both_orders_give_the_same(tmp_path: Path) -> None:
    data = read_grun([write_grun(tmp_path / "g.nc")])
    other = read_grun([write_grun(tmp_path / "h.nc", ("lat", "lon"))])
    assert data.equals(other)
    assert (np.diff(data["lat"]) > 0).all()


def test_a_window_and_a_period_are_cut(tmp_path: Path) -> None:
    window = Extent(south=51, start="1902-02-01", end="1902-02-28")
    data = read_grun([write_grun(tmp_path / "g.nc")], window)
    assert dict(data.sizes) == {"time": 1, "lat": 1, "lon": 2}
    assert data["q"].sel(lon=-0.25).item() == 28


def test_other_units_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'mm/month', expected 'mm/day'"):
        read_grun([write_grun(tmp_path / "g.nc", units="mm/month")])


def test_all_members_of_the_ensemble_are_not_taken_for_its_median(tmp_path: Path) -> None:
    path = write_grun(tmp_path / "g.nc")
    with netCDF4.Dataset(path, "a") as file:
        file.renameVariable("Runoff", "old")
        file.createDimension("member", 2)
        runoff = file.createVariable("Runoff", "f4", ("member", "time", "Y", "X"))
        runoff.units = "mm/day"
        runoff[:] = 1
    with pytest.raises(InputError, match=r"take the median of the ensemble \(MMM\)"):
        read_grun([path])
