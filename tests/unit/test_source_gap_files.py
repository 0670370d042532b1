"""The authors' files of the GRACE gap: any version of MATLAB, any way that rows and columns run."""

from functools import cache
from pathlib import Path

import h5py
import netCDF4
import numpy as np
import pytest
import scipy.io

from vadose.errors import InputError
from vadose.sources import gap_files
from vadose.sources.gap_files import PREDICTORS, REGION, read_gap_reconstruction, read_gap_training

MONTHS = 2


@cache
def land() -> np.ndarray:
    """Discs of land around the places known as land, on the rows to 90 north [150, 360]."""
    lat, lon = np.arange(-59.5, 90), np.arange(-179.5, 180)
    mask = np.zeros((150, 360))
    for north, east in gap_files.LAND:
        mask[np.hypot(lat[:, None] - north, lon[None] - east) < 8] = 1
    return mask


def storage(months: int) -> np.ndarray:
    """Each cell holds month + latitude/100 on land, NaN on the sea [month, 150, 360]."""
    lat = np.arange(-59.5, 90)[None, :, None]
    values = np.arange(months)[:, None, None] + lat / 100
    return np.where(land() == 1, values, np.nan)


def write_mat(path: Path, arrays: dict[str, np.ndarray], version: str) -> Path:
    """MATLAB 5 through scipy; MATLAB 7.3 is HDF5 with axes reversed behind a block of text."""
    if version == "5":
        scipy.io.savemat(path, arrays)
        return path
    with h5py.File(path, "w", userblock_size=512) as file:
        for name, values in arrays.items():
            file[name] = values.T
    with path.open("r+b") as raw:
        raw.write(b"MATLAB 7.3 MAT-file")
    return path


def write_training(folder: Path, turn=lambda x: x, version: str = "5") -> list[Path]:
    """All four files; `turn` changes how the last two axes run."""
    predictors = {name: turn(storage(MONTHS + 3) + i) for i, name in enumerate(PREDICTORS)}
    files = {
        "predictors_raw.mat": predictors,
        "GRACE_TWSA.mat": {"GRACE_TWSA": turn(storage(MONTHS))},
        "trend.mat": {"trend": turn(storage(MONTHS) / 10)},
        "land_mask.mat": {"land_mask": turn(land())},
    }
    return [write_mat(folder / name, arrays, version) for name, arrays in files.items()]


TURNS = {
    "as_they_are": lambda x: x,
    "from_greenwich": lambda x: np.roll(x, 180, -1),
    "to_84_north_from_north": lambda x: x[..., :144, :][..., ::-1, :],
}


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("version", ["5", "7.3"])
def test_rows_and_columns_are_found_by_where_land_is(tmp_path: Path, turn, version) -> None:
    data = read_gap_training(write_training(tmp_path, TURNS[turn], version))
    assert dict(data.sizes) == {"time": MONTHS + 3, "lat": 144, "lon": 360}
    assert data["lat"].values[[0, -1]].tolist() == [-59.5, 83.5]
    place = data.sel(lat=62.5, lon=100.5)
    np.testing.assert_allclose(place["CWSC"], np.arange(MONTHS + 3) + 1.625, rtol=1e-6)
    np.testing.assert_array_equal(data["land_mask"], land()[:144])
    assert f"{data['time'].values[0]:.7}" == "2002-01"


def test_storage_is_in_millimetres_and_begins_later(tmp_path: Path) -> None:
    data = read_gap_training(write_training(tmp_path))
    place = data.sel(lat=23.5, lon=10.5)
    expected = [*[np.nan] * 3, *(10 * (np.arange(MONTHS) + 0.235))]
    np.testing.assert_allclose(place["twsa"], expected, rtol=1e-6)
    np.testing.assert_allclose(place["twsa_trend"], np.array(expected) / 10, rtol=1e-6)
    assert data["twsa"].attrs["units"] == "mm" and data["P"].attrs["units"] == "as given"


def test_months_in_the_last_axis_are_found(tmp_path: Path) -> None:
    paths = write_training(tmp_path, lambda x: np.moveaxis(x, 0, -1) if x.ndim == 3 else x)
    data = read_gap_training(paths)
    assert float(data["sTWSA"].sel(lat=62.5, lon=100.5)[4]) == pytest.approx(4.625)


def test_arrays_of_another_shape_or_world_are_refused(tmp_path: Path) -> None:
    paths = write_training(tmp_path, lambda x: x[..., ::2])
    with pytest.raises(InputError, match=r"shape \(150, 180\), expected 144 \(or 150\) rows"):
        read_gap_training(paths)
    with pytest.raises(InputError, match="land is not that of the Earth"):
        read_gap_training(write_training(tmp_path, lambda x: np.roll(x, 90, -1)))
    with pytest.raises(InputError, match=r"trend\.mat, land_mask\.mat are missing"):
        read_gap_training(paths[:2])


def test_what_is_no_matlab_file_is_named(tmp_path: Path) -> None:
    paths = write_training(tmp_path)
    paths[3].write_text("<html>Google Drive</html>" * 20, encoding="utf-8")
    with pytest.raises(InputError, match=r"land_mask\.mat cannot be read as a MATLAB file"):
        read_gap_training(paths)
    paths[3].write_bytes(b"")
    with pytest.raises(InputError, match="cannot be read as a MATLAB file"):
        read_gap_training(paths)
    write_mat(paths[3], {"mask": land()}, "5")
    with pytest.raises(InputError, match=r"no array 'land_mask' \(it has mask\)"):
        read_gap_training(paths)
    whole = paths[1].read_bytes()
    write_mat(paths[3], {"land_mask": land()}, "5")
    paths[1].write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r"GRACE_TWSA\.mat cannot be read"):
        read_gap_training(paths)


@pytest.mark.parametrize(("months", "first"), [(11, "2017-07"), (20, "2002-04")])
def test_a_reconstruction_in_matlab_tells_its_months_by_their_number(
    tmp_path: Path, months: int, first: str
) -> None:
    path = write_mat(tmp_path / "r.mat", {"TWSA": storage(months), "n": np.ones(3)}, "5")
    data = read_gap_reconstruction(path)
    assert f"{data['time'].values[0]:.7}" == first and data.sizes["time"] == months
    assert float(data["twsa"].sel(lat=62.5, lon=100.5)[2]) == pytest.approx(26.25)


def write_reconstruction(path: Path, units: str, names=("twsa",)) -> Path:
    with netCDF4.Dataset(path, "w") as file:
        for name, size in (("time", 2), ("lat", 144), ("lon", 360)):
            file.createDimension(name, size)
        time = file.createVariable("time", "f8", ("time",))
        time.units = "days since 2017-07-01"
        time[:] = [14, 45]
        file.createVariable("lat", "f8", ("lat",))[:] = REGION.lat[::-1]
        file.createVariable("lon", "f8", ("lon",))[:] = REGION.lon
        for name in names:
            field = file.createVariable(name, "f4", ("time", "lat", "lon"))
            field.units = units
            field[:] = storage(2)[:, 143::-1]
    return path


def test_a_reconstruction_in_netcdf_has_its_own_axes(tmp_path: Path) -> None:
    for units, factor in (("cm", 10), ("mm", 1)):
        data = read_gap_reconstruction(write_reconstruction(tmp_path / f"{units}.nc", units))
        cell = data["twsa"].sel(lat=62.5, lon=100.5)
        np.testing.assert_allclose(cell, [0.625 * factor, 1.625 * factor], rtol=1e-6)
        assert [f"{t:.7}" for t in data["time"].values] == ["2017-07", "2017-08"]
    names = ("TWSA_mean", "sd")
    both = write_reconstruction(tmp_path / "sd.nc", "cm", names)
    assert read_gap_reconstruction(both)["twsa"].attrs["units"] == "mm"


def test_a_reconstruction_without_one_record_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is in 'm', expected 'cm' or 'mm'"):
        read_gap_reconstruction(write_reconstruction(tmp_path / "m.nc", "m"))
    with pytest.raises(InputError, match=r"2 records in time and space \(a, b\)"):
        read_gap_reconstruction(write_reconstruction(tmp_path / "ab.nc", "cm", ("a", "b")))
    empty = write_mat(tmp_path / "e.mat", {"n": np.ones(3)}, "7.3")
    with pytest.raises(InputError, match="0 records"):
        read_gap_reconstruction(empty)
