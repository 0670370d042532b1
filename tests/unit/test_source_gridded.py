"""CRU TS, GPCC, soil and mHM's grids in the providers' layouts."""

from pathlib import Path

import netCDF4
import numpy as np
import pytest

from vadose.errors import InputError
from vadose.extent import Extent
from vadose.sources.gridded import read_cru, read_gpcc, read_mhm_forcing, read_static


def write_monthly(
    path: Path, name: str, units: str, value: float, lat=(60.25, 60.75), lon=(0.25, 359.75)
):
    """Two months, mid-month times in single precision as CRU writes them."""
    with netCDF4.Dataset(path, "w") as file:
        for dim, size in (("time", 2), ("lat", 2), ("lon", 2)):
            file.createDimension(dim, size)
        time = file.createVariable("time", "f4", ("time",))
        time.setncatts({"units": "days since 1900-1-1", "calendar": "gregorian"})
        time[:] = [380, 410]  # 1901-01-16 and 1901-02-15
        file.createVariable("lat", "f4", ("lat",))[:] = lat
        file.createVariable("lon", "f4", ("lon",))[:] = lon
        v = file.createVariable(name, "f4", ("time", "lat", "lon"), fill_value=9.96921e36)
        v.units = units
        v[:] = value
        v[:, 0, 0] = 9.96921e36
    return path


def test_cru_has_months_and_canonical_units(tmp_path: Path) -> None:
    paths = [
        write_monthly(tmp_path / "pre.nc", "pre", "mm/month", 50),
        write_monthly(tmp_path / "tmp.nc", "tmp", "degrees Celsius", -5),
        write_monthly(tmp_path / "pet.nc", "pet", "mm/day", 2),
    ]
    data = read_cru(paths)
    assert {name: data[name].attrs["units"] for name in data} == {
        "p": "mm/month",
        "t": "degC",
        "pet": "mm/month",
    }
    cell = data.sel(lat=60.75, lon=-0.25)
    np.testing.assert_allclose([cell["p"], cell["t"], cell["pet"]], [[50, 50], [-5, -5], [62, 56]])
    assert list(data["time"].dt.strftime("%Y-%m-%d").values) == ["1901-01-01", "1901-02-01"]
    assert np.isnan(data["p"].sel(lat=60.25, lon=0.25)).all()


def test_cru_on_other_grids_or_given_twice_is_refused(tmp_path: Path) -> None:
    pre = write_monthly(tmp_path / "pre.nc", "pre", "mm/month", 50)
    tmp = write_monthly(tmp_path / "tmp.nc", "tmp", "degrees Celsius", 5, lat=(1, 2))
    with pytest.raises(InputError, match="different grids"):
        read_cru([pre, tmp])
    with pytest.raises(InputError, match="in another file too"):
        read_cru([pre, pre])
    with pytest.raises(InputError, match="lacks pre, tmp, pet"):
        read_cru([write_monthly(tmp_path / "w.nc", "wet", "days", 3)])


def test_gpcc_from_north_to_south_ends_ascending(tmp_path: Path) -> None:
    path = write_monthly(tmp_path / "g.nc", "precip", "mm", 30, lat=(60.75, 60.25))
    data = read_gpcc([path], Extent(west=-1, east=0))
    assert dict(data.sizes) == {"time": 2, "lat": 2, "lon": 1}
    assert (data["p"] == 30).all() and data["p"].attrs["units"] == "mm/month"


def test_soil_takes_what_the_file_has(tmp_path: Path) -> None:
    path = tmp_path / "soil.nc"
    with netCDF4.Dataset(path, "w") as file:
        file.createDimension("lat", 1)
        file.createDimension("lon", 2)
        file.createVariable("lat", "f8", ("lat",))[:] = [0.25]
        file.createVariable("lon", "f8", ("lon",))[:] = [0.25, 0.75]
        for name, units, value in (("awc", "mm m-1", 150), ("ksat", "m.s-1", 1e-6)):
            v = file.createVariable(name, "f4", ("lat", "lon"), fill_value=np.float32("nan"))
            v.units = units
            v[:] = [[value, np.nan]]
    data = read_static(path)
    assert set(data.data_vars) == {"awc", "ksat"} and data["ksat"].attrs["units"] == "m s-1"
    np.testing.assert_array_equal(data["awc"], [[150, np.nan]])
    with pytest.raises(InputError, match="lacks awc"):
        read_static(write_monthly(tmp_path / "p.nc", "pre", "mm/month", 1))


def write_mhm(folder: Path, rising: bool, days: int = 2) -> Path:
    """Rows from north to south; latitudes with them, or turned over as in the test basin."""
    for name, units in (("pre", "mm d-1"), ("pet", "mm d-1"), ("tavg", "degC")):
        with netCDF4.Dataset(folder / f"{name}.nc", "w") as file:
            for dim, size in (("time", days), ("yc", 2), ("xc", 2)):
                file.createDimension(dim, size)
            time = file.createVariable("time", "i4", ("time",))
            time.units = "days since 1989-01-01 00:00:00"
            time[:] = np.arange(days)
            file.createVariable("yc", "f4", ("yc",))[:] = [2927847, 2903847]
            file.createVariable("xc", "f4", ("xc",))[:] = [3973369, 3997369]
            lat, lon = [[49.5, 49.5], [49.3, 49.3]], [[5.4, 5.7], [5.5, 5.8]]
            for coordinate, values in (("lat", lat), ("lon", lon)):
                v = file.createVariable(coordinate, "f4", ("yc", "xc"))
                v[:] = values[::-1] if rising else values
            field = file.createVariable(name, "f8", ("time", "yc", "xc"), fill_value=-9999.0)
            field.setncatts({"units": units, "coordinates": "lon lat"})
            field[:] = [[[1, 2], [3, -9999]]] * days
    return folder


@pytest.mark.parametrize("rising", [True, False])
def test_latitudes_of_mhm_run_with_its_rows(tmp_path: Path, rising: bool) -> None:
    data = read_mhm_forcing(write_mhm(tmp_path, rising))
    np.testing.assert_allclose(data["lat"][:, 0], [49.5, 49.3], rtol=1e-6)
    np.testing.assert_allclose(data["lon"][:, 0], [5.4, 5.5], rtol=1e-6)
    np.testing.assert_array_equal(data["p"][0], [[1, 2], [3, np.nan]])
    assert data["t"].attrs["units"] == "degC" and data["pet"].attrs["units"] == "mm/day"


def test_mhm_files_of_other_days_are_refused(tmp_path: Path) -> None:
    write_mhm(tmp_path, False)
    kept = (tmp_path / "pet.nc").read_bytes()
    write_mhm(tmp_path, False, days=3)
    (tmp_path / "pet.nc").write_bytes(kept)
    with pytest.raises(InputError, match="different grids or times"):
        read_mhm_forcing(tmp_path)
