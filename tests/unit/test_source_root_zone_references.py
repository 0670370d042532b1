"""Published root-zone capacities, whatever the name of their map and the form of their file."""

from pathlib import Path

import netCDF4
import numpy as np
import pytest

from vadose.errors import InputError
from vadose.grid import Grid, overlap_weights, regrid
from vadose.sources.root_zone_references import read_root_zone_capacity

FINE = Grid.global_(2)


def capacity() -> np.ndarray:
    values = np.random.default_rng(0).uniform(20, 900, FINE.shape)
    values[:40] = np.nan
    return values


def write_map(path: Path, name="cwdx80", units: str | None = None, times=0, down=True) -> Path:
    """As Stocker et al. write it; with `times` a dimension of time before, as others do."""
    order = slice(None, None, -1) if down else slice(None)
    with netCDF4.Dataset(path, "w") as file:
        file.createDimension("lon", FINE.n_lon)
        file.createDimension("lat", FINE.n_lat)
        file.createVariable("lon", "f8", ("lon",))[:] = FINE.lon
        file.createVariable("lat", "f8", ("lat",))[:] = FINE.lat[order]
        dims: tuple[str, ...] = ("lat", "lon")
        if times:
            file.createDimension("time", times)
            file.createVariable("time", "f8", ("time",))[:] = np.arange(times)
            dims = ("time", *dims)
        field = file.createVariable(name, "f4", dims, fill_value=np.float32(-9999))
        if units:
            field.units = units
        field[:] = np.nan_to_num(capacity()[order], nan=-9999)
    return path


@pytest.mark.parametrize(
    ("name", "units", "times", "down"),
    [("cwdx80", None, 0, True), ("sr", "mm", 1, False), ("S_CWDX80", "mm", 0, True)],
)
def test_a_map_of_any_name_is_averaged_by_area(tmp_path: Path, name, units, times, down) -> None:
    target = Grid.global_(5)
    path = write_map(tmp_path / "map.nc", name, units, times, down)
    data = read_root_zone_capacity([path], target)
    expected, _ = regrid(overlap_weights(FINE, target), capacity())
    np.testing.assert_allclose(data["root_zone_capacity"], expected, rtol=1e-5, equal_nan=True)
    assert data["root_zone_capacity"].attrs["units"] == "mm"
    assert np.isnan(data["root_zone_capacity"].sel(lat=-62.5)).all()


def test_a_text_raster_is_read_too(tmp_path: Path) -> None:
    rows = "\n".join(" ".join(f"{10 * (i + j)}" for j in range(4)) for i in range(2))
    head = "ncols 4\nnrows 2\nxllcorner -180\nyllcorner -90\ncellsize 90\nNODATA_value -9999\n"
    path = tmp_path / "sr_cru_max.asc"
    path.write_text(head + rows.replace("40", "-9999"), encoding="utf-8")
    data = read_root_zone_capacity([path], Grid.global_(90))
    np.testing.assert_array_equal(
        data["root_zone_capacity"], [[10, 20, 30, np.nan], [0, 10, 20, 30]]
    )


def test_other_units_and_several_maps_are_refused(tmp_path: Path) -> None:
    target = Grid.global_(5)
    with pytest.raises(InputError, match="sr is in 'm', expected 'mm'"):
        read_root_zone_capacity([write_map(tmp_path / "m.nc", "sr", "m")], target)
    path = write_map(tmp_path / "two.nc")
    with netCDF4.Dataset(path, "a") as file:
        file.createVariable("other", "f4", ("lat", "lon"))[:] = 1
    with pytest.raises(InputError, match=r"2 maps on \(lat, lon\), expected one"):
        read_root_zone_capacity([path], target)
    with pytest.raises(InputError, match=r"0 maps on \(lat, lon\)"):
        read_root_zone_capacity([write_map(tmp_path / "t.nc", times=3)], target)
    with pytest.raises(InputError, match="one file, not 2"):
        read_root_zone_capacity([path, path], target)
