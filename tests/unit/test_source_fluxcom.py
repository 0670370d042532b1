"""FLUXCOM X-BASE: mm per hour to mm/month, the land fraction kept, transpiration refused."""

from pathlib import Path

import netCDF4
import numpy as np
import pytest

from vadose.errors import InputError
from vadose.sources.fluxcom import read_fluxcom


def write_year(
    folder: Path, year: int, name: str = "ET", units: str = "mm h-1", land: float = 0.5
) -> Path:
    path = folder / f"{name}_{year}_050_monthly.nc"
    with netCDF4.Dataset(path, "w") as file:
        for dim, size in (("time", 2), ("lat", 2), ("lon", 2)):
            file.createDimension(dim, size)
        time = file.createVariable("time", "i8", ("time",))
        time.units = f"days since {year}-01-01"
        time[:] = [14, 45]  # the middle of the months
        file.createVariable("lat", "f8", ("lat",))[:] = [0.25, -0.25]
        file.createVariable("lon", "f8", ("lon",))[:] = [-0.25, 0.25]
        et = file.createVariable(name, "f4", ("time", "lat", "lon"), fill_value=np.float32(-9999))
        et.units = units
        et[:] = 0.1
        et[:, 0, 0] = 1e20
        et[:, 0, 1] = -9999
        fraction = file.createVariable("land_fraction", "f4", ("lat", "lon"))
        fraction[:] = [[0, 1], [land, 1]]
    return path


def test_a_rate_by_the_hour_becomes_the_sum_of_the_month(tmp_path: Path) -> None:
    data = read_fluxcom([write_year(tmp_path, 2004), write_year(tmp_path, 2003)])
    assert list(data["time"].dt.strftime("%Y-%m-%d").values) == [
        "2003-01-01",
        "2003-02-01",
        "2004-01-01",
        "2004-02-01",
    ]
    cell = data["et"].sel(lat=-0.25, lon=0.25)
    np.testing.assert_allclose(cell, 0.1 * 24 * np.array([31, 28, 31, 29]), rtol=1e-6)
    assert data["et"].attrs["units"] == "mm/month"


def test_fills_are_missing_and_the_land_fraction_is_kept(tmp_path: Path) -> None:
    data = read_fluxcom([write_year(tmp_path, 2004)])
    assert np.isnan(data["et"].sel(lat=0.25)).all()
    assert data["land_fraction"].dims == ("lat", "lon")
    assert data["land_fraction"].sel(lat=-0.25, lon=-0.25) == 0.5


def test_transpiration_is_not_taken_for_evapotranspiration(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds transpiration"):
        read_fluxcom([write_year(tmp_path, 2004, "ET_T")])


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'mm d-1', expected 'mm h-1'"):
        read_fluxcom([write_year(tmp_path, 2004, units="mm d-1")])
    first, other = write_year(tmp_path, 2003), write_year(tmp_path, 2005, land=0.7)
    with pytest.raises(InputError, match="do not fit together"):
        read_fluxcom([first, other])
    page = tmp_path / "ET_2006_050_monthly.nc"
    page.write_text("<!doctype html><html>licence_accept</html>")
    with pytest.raises(InputError, match="web page"):
        read_fluxcom([page])
