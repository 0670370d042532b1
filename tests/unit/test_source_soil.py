"""Soil: shares and layers weigh as they should; units come out as hydrologists use them."""

import sqlite3
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio
from rasterio import Affine

from vadose.errors import InputError
from vadose.grid import Grid
from vadose.sources.soil import read_hwsd, read_soilgrids, saturated_conductivity, unit_means

KEYS = ["HWSD2_SMU_ID", "SEQUENCE", "SHARE", "LAYER", "TOPDEP", "BOTDEP"]
COLUMNS = [*KEYS, "SAND", "SILT", "CLAY", "AWC"]
HOMOLOSINE = "+proj=igh +lat_0=0 +lon_0=0 +datum=WGS84 +units=m +no_defs"
# Unit 7 has a loam of 60 % and a sand of 40 %; unit 9 is water; unit 11 half rock, half clay.
ROWS = [
    *[(7, 1, 60, f"D{i}", 20 * i - 20, 20 * i, 40, 40, 20, 150) for i in (1, 2, 3, 4)],
    *[(7, 2, 40, f"D{i}", 20 * i - 20, 20 * i, 90, 5, 5, 50) for i in (1, 2, 3, 4)],
    *[(9, 1, 100, f"D{i}", 20 * i - 20, 20 * i, -7, -7, -7, -7) for i in (1, 2, 3)],
    *[(11, 1, 50, f"D{i}", 20 * i - 20, 20 * i, -2, -2, -2, -2) for i in (1, 2, 3)],
    (11, 2, 50, "D1", 0, 20, 20, 20, 60, 100),
    (11, 2, 50, "D2", 20, 40, 10, 20, 70, 100),
    (11, 2, 50, "D3", 40, 60, 0, 20, 80, 100),
]


def from_origin(west: float, north: float, step: float) -> Affine:
    """Transform of a raster whose north-western corner is given."""
    return Affine(step, 0, west, 0, -step, north)


def write_hwsd(folder: Path, columns=COLUMNS, rows=ROWS) -> list[Path]:
    """The provider's two files: numbers of units in a band raster, and a database of soils."""
    raster, database = folder / "HWSD2.bil", folder / "HWSD2.sqlite"
    units = np.array([[7, 7, 9, 11], [7, 7, 65535, 11]], np.uint16)
    profile = {"driver": "EHdr", "height": 2, "width": 4, "count": 1, "dtype": "uint16"}
    with rasterio.open(raster, "w", transform=from_origin(0, 2, 1), **profile) as file:
        file.write(units, 1)
    table = pd.DataFrame(rows, columns=columns)
    connection = sqlite3.connect(database)
    table.to_sql("HWSD2_LAYERS", connection, index=False)
    connection.close()
    return [raster, raster.with_suffix(".hdr"), database]


def test_soils_count_by_share_and_layers_by_thickness() -> None:
    table = pd.DataFrame(ROWS, columns=COLUMNS)
    means = unit_means(table[table["LAYER"] != "D4"])
    np.testing.assert_allclose(means.loc[7], [60, 26, 14, 110])
    assert means.loc[9].isna().all()
    np.testing.assert_allclose(means.loc[11], [10, 20, 70, 100])


def test_hwsd_becomes_maps_and_water_does_not_count(tmp_path: Path) -> None:
    """Also with a blank at the end of a column's name, as the provider's AWC has."""
    columns = [*COLUMNS[:-1], "AWC "]
    grid = Grid(1, 1, 2, 2, 1, 2)
    data = read_hwsd(write_hwsd(tmp_path, columns), grid)
    np.testing.assert_allclose(data["sand"], [[60, 10]], rtol=1e-6)
    np.testing.assert_allclose(data["available_water_capacity"], [[110, 100]], rtol=1e-6)
    assert {name: data[name].attrs["units"] for name in data} == {
        "sand": "%",
        "silt": "%",
        "clay": "%",
        "available_water_capacity": "mm",
        "saturated_conductivity": "mm/day",
    }


def test_conductivity_is_that_of_the_regression() -> None:
    """A sand of 92 % with 3 % clay: 10**(-0.6 + 1.1592 - 0.0192) = 3.467 inches an hour."""
    found = saturated_conductivity(np.array([92.0]), np.array([3.0]))
    assert found[0] == pytest.approx(3.467 * 25.4 * 24, rel=1e-3)
    sand, clay = np.meshgrid(np.arange(0, 101, 10.0), np.arange(0, 101, 10.0))
    conductivity = saturated_conductivity(sand, clay)
    assert (np.diff(conductivity, axis=1) > 0).all() and (np.diff(conductivity, axis=0) < 0).all()


def test_other_databases_are_refused(tmp_path: Path) -> None:
    paths = write_hwsd(tmp_path, [*COLUMNS[:-1], "WATER"])
    with pytest.raises(InputError, match="HWSD2_LAYERS lacks AWC"):
        read_hwsd(paths, Grid.global_(2))
    paths[2].write_text("<html>login</html>", encoding="utf-8")
    with pytest.raises(InputError, match=r"HWSD2\.sqlite cannot be read as a database"):
        read_hwsd(paths, Grid.global_(2))
    paths[2].unlink()
    with pytest.raises(InputError, match="cannot be read as a database"):
        read_hwsd(paths, Grid.global_(2))
    with pytest.raises(InputError, match=r"0 files \*\.sqlite"):
        read_hwsd(paths[:1], Grid.global_(2))


def test_a_database_without_the_layers_is_refused(tmp_path: Path) -> None:
    paths = write_hwsd(tmp_path, rows=[row for row in ROWS if row[3] == "D4"])
    with pytest.raises(InputError, match="no row of the layers D1, D2, D3"):
        read_hwsd(paths, Grid.global_(2))


def write_soilgrids(folder: Path, name: str, depth: str, value: float) -> Path:
    """A raster of 40 km around the equator, whole numbers, -32768 where missing."""
    path = folder / f"{name}_{depth}_mean_5000.tif"
    counts = np.full((60, 60), value, np.int16)
    counts[:, :10] = -32768
    profile = {"driver": "GTiff", "height": 60, "width": 60, "count": 1, "dtype": "int16"}
    profile |= {"crs": HOMOLOSINE, "nodata": -32768}
    with rasterio.open(path, "w", transform=from_origin(-1.2e6, 1.2e6, 40_000), **profile) as file:
        file.write(counts, 1)
    return path


def test_soilgrids_are_weighted_by_depth_and_scaled(tmp_path: Path) -> None:
    values = {
        "sand": (500, 200),
        "silt": (300, 400),
        "clay": (200, 400),
        "wv0033": (300, 360),
        "wv1500": (100, 200),
    }
    paths = [
        write_soilgrids(tmp_path, name, depth, value)
        for name, pair in values.items()
        for depth, value in zip(("0-5cm", "5-15cm"), pair, strict=True)
    ]
    grid = Grid.window(-4, 4, -4, 4, 1)
    data = read_soilgrids(paths, grid)
    expected = {"sand": 30, "silt": 110 / 3, "clay": 100 / 3, "available_water_capacity": 26}
    for name, value in expected.items():
        np.testing.assert_allclose(data[name], value, rtol=1e-5)
    assert "available_water_capacity" not in read_soilgrids(paths[:6], grid)
    east = read_soilgrids(paths, Grid.window(-4, 4, -14, 4, 1))
    assert np.isnan(east["sand"].sel(lon=-9.5)).all(), "missing stays missing"


def test_soilgrids_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    sand, silt, clay = (
        write_soilgrids(tmp_path, name, "0-5cm", 100) for name in ("sand", "silt", "clay")
    )
    grid = Grid.window(-4, 4, -4, 4, 1)
    with pytest.raises(InputError, match="needs sand, silt and clay of the same depths"):
        read_soilgrids([sand, silt], grid)
    with pytest.raises(InputError, match="of the same depths"):
        read_soilgrids([sand, silt, write_soilgrids(tmp_path, "clay", "5-15cm", 100)], grid)
    with pytest.raises(InputError, match="add up to 30 %"):
        read_soilgrids([sand, silt, clay], grid)
    with pytest.raises(InputError, match="not named like"):
        read_soilgrids([tmp_path / "clay.tif"], grid)
