"""Rasters are averaged over cells by area, strip by strip, whatever their projection."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio import Affine

from vadose.errors import InputError
from vadose.grid import Grid, overlap_weights, regrid
from vadose.sources.rasters import (
    average_any,
    average_raster,
    average_strips,
    read_canopy_height,
    read_topography,
)

HOMOLOSINE = "+proj=igh +lat_0=0 +lon_0=0 +datum=WGS84 +units=m +no_defs"


def from_origin(west: float, north: float, step: float) -> Affine:
    """Transform of a raster whose north-western corner is given."""
    return Affine(step, 0, west, 0, -step, north)


def write_raster(
    path: Path, values: np.ndarray, west=-180.0, north=90.0, step=None, crs="EPSG:4326", **options
) -> Path:
    """A GeoTIFF whose rows run from north to south."""
    rows, columns = values.shape
    profile = {"driver": "GTiff", "height": rows, "width": columns, "count": 1}
    profile |= {"dtype": values.dtype, "crs": crs}
    profile["transform"] = from_origin(west, north, step or 360 / columns)
    with rasterio.open(path, "w", **profile | options) as file:
        file.write(values, 1)
    return path


def random_field(step: float, seed: int = 0) -> tuple[Grid, np.ndarray]:
    grid = Grid.global_(step)
    values = np.random.default_rng(seed).normal(50, 20, grid.shape).astype(np.float32)
    values[values > 80] = np.nan
    return grid, values


@pytest.mark.parametrize("rows", [1, 7, 10_000])
@pytest.mark.parametrize("target", [Grid.global_(4), Grid.window(-20, 31, 100, 177, 0.75)])
def test_strips_of_any_height_give_the_mean_of_the_whole(rows: int, target: Grid) -> None:
    source, values = random_field(2.5)
    expected, expected_share = regrid(overlap_weights(source, target), values)
    found, share = average_strips(source, target, lambda a, b: values[a:b], rows)
    np.testing.assert_allclose(found, expected, rtol=1e-6, equal_nan=True)
    np.testing.assert_allclose(share, expected_share, rtol=1e-6)


def test_only_rows_that_are_wanted_are_read() -> None:
    source, values = random_field(1)
    asked: list[tuple[int, int]] = []

    def read(first: int, last: int) -> np.ndarray:
        asked.append((first, last))
        return values[first:last]

    average_strips(source, Grid.window(40, 44, 0, 4, 1), read, 3)
    assert asked == [(130, 133), (133, 134)]


def test_grids_that_do_not_meet_are_refused() -> None:
    with pytest.raises(InputError, match="do not overlap"):
        average_strips(
            Grid.window(0, 10, 0, 10, 1), Grid.window(40, 50, 0, 10, 1), lambda *_: np.ones(1), 5
        )


def test_packing_and_missing_values_are_those_of_the_file(tmp_path: Path) -> None:
    values = np.array([[10, 20], [30, -999], [0, 5], [7, 9]], np.int16)
    path = write_raster(tmp_path / "r.tif", values, 0, 4, 1, nodata=-999)
    with rasterio.open(path, "r+") as file:
        file.scales, file.offsets = (0.1,), (1.0,)
    cells = Grid.of(np.array([0.5, 1.5, 2.5, 3.5]), np.array([0.5, 1.5]))
    found, share = average_raster(path, cells)
    np.testing.assert_allclose(found[::-1], [[2, 3], [4, np.nan], [1, 1.5], [1.7, 1.9]], rtol=1e-6)
    assert share[2, 1] == 0 and share[2, 0] == pytest.approx(1)
    one, covered = average_raster(path, Grid(2, 1, 4, 2, 1, 1))
    assert one[0, 0] == pytest.approx(np.nanmean(found), rel=1e-2)
    assert covered[0, 0] == pytest.approx(7 / 8, rel=1e-2)


def test_numbers_stand_for_the_columns_of_a_table(tmp_path: Path) -> None:
    units = np.array([[1, 2], [65535, 3]], np.uint16)
    path = write_raster(tmp_path / "r.tif", units, 0, 2, 1)
    table = np.array([[np.nan, 10, 20, 30], [0, 1, np.nan, 3]], np.float32)
    found, _ = average_raster(path, Grid.of(np.array([0.5, 1.5]), np.array([0.5, 1.5])), table)
    np.testing.assert_allclose(found[0], [[np.nan, 30], [10, 20]], rtol=1e-12)
    np.testing.assert_allclose(found[1], [[np.nan, 3], [1, np.nan]], rtol=1e-12)


def test_a_raster_in_homolosine_is_averaged_where_it_lies(tmp_path: Path) -> None:
    """Each pixel holds the sine of its latitude, so that the mean of a cell is known."""
    step, west, north = 20_000, -4e6, 6e6
    y = north - step * (np.arange(450) + 0.5)
    radius = 6378137.0
    # Below 40 degrees the projection is the sinusoidal one, in which y is the meridian's arc.
    lat = np.where(np.abs(y) < 4.4e6, y / radius, np.nan)
    values = np.repeat((10_000 * np.sin(lat))[:, None], 400, 1)
    counts = np.where(np.isfinite(values), np.nan_to_num(values), -32768).astype(np.int16)
    path = write_raster(tmp_path / "h.tif", counts, west, north, step, HOMOLOSINE, nodata=-32768)
    cells = Grid.window(-10, 30, -10, 10, 2)
    found = average_any(path, cells) / 10_000
    low, high = np.deg2rad(cells.lat_edges[:-1]), np.deg2rad(cells.lat_edges[1:])
    expected = (np.sin(low) + np.sin(high)) / 2
    np.testing.assert_allclose(found, np.repeat(expected[:, None], 10, 1), atol=0.006)
    outside = average_any(path, Grid.window(70, 80, 0, 10, 2))
    assert np.isnan(outside).all()


@pytest.mark.parametrize(
    ("west", "north", "step", "crs", "words"),
    [
        (0.0, 90.0, 2.0, "EPSG:4326", "do not run from north to south within -180 to 180"),
        (500_000.0, 6e6, 1000.0, None, "do not run from north to south"),
    ],
)
def test_rasters_that_are_not_in_degrees_are_refused(
    tmp_path: Path, west, north, step, crs, words
) -> None:
    path = write_raster(tmp_path / "r.tif", np.ones((90, 180), np.int16), west, north, step, crs)
    with pytest.raises(InputError, match=words):
        average_raster(path, Grid.global_(10))


def test_what_is_no_raster_is_named(tmp_path: Path) -> None:
    path = tmp_path / "elevation_1.tif"
    path.write_text("<html>login</html>", encoding="utf-8")
    with pytest.raises(InputError, match=r"elevation_1\.tif cannot be read as a raster"):
        average_any(path, Grid.global_(10))
    whole = write_raster(tmp_path / "w.tif", np.ones((180, 360), np.int16))
    whole.write_bytes(whole.read_bytes()[:60_000])
    with pytest.raises(InputError, match="cannot be read as a raster"):
        average_any(whole, Grid.global_(10))


def test_topography_ends_where_its_rasters_end(tmp_path: Path) -> None:
    """As EarthEnv's: rows from 84 north to 56 south."""
    height = np.full((140, 360), 500, np.int16)
    height[:, 180:] = 700
    files = [
        write_raster(tmp_path / "elevation_50KMmn_GMTEDmn.tif", height, north=84, step=1),
        write_raster(
            tmp_path / "slope_50KMmn_GMTEDmd.tif", np.ones((140, 360), np.float32), north=84, step=1
        ),
    ]
    data = read_topography(files, Grid.global_(2))
    assert set(data.data_vars) == {"elevation", "slope"}
    assert data["elevation"].attrs["units"] == "m" and data["slope"].attrs["units"] == "degree"
    np.testing.assert_allclose(data["elevation"].sel(lat=1, lon=[-1, 1]), [500, 700])
    there = np.isfinite(data["slope"].isel(lon=0))
    assert list(data["lat"][there.values][[0, -1]].values) == [-55, 83]
    assert set(read_topography(files[:1], Grid.global_(2)).data_vars) == {"elevation"}


def test_topography_of_other_names_or_units_is_refused(tmp_path: Path) -> None:
    other = write_raster(tmp_path / "aspect_1.tif", np.ones((90, 180), np.int16))
    with pytest.raises(InputError, match=r"are not elevation_\*\.tif and slope_\*\.tif"):
        read_topography([other], Grid.global_(10))
    feet = write_raster(tmp_path / "elevation_1.tif", np.full((90, 180), 29_000, np.int16))
    with pytest.raises(InputError, match="runs from 29000 to 29000, expected -500 to 9000 m"):
        read_topography([feet], Grid.global_(10))


def test_ground_without_trees_counts_in_the_height_of_the_canopy(tmp_path: Path) -> None:
    trees = np.zeros((180, 360), np.uint8)
    trees[:, ::2] = 20
    trees[:90] = 255
    path = write_raster(tmp_path / "Simard_Pinto_3DGlobalVeg_JGR.tif", trees)
    data = read_canopy_height([path], Grid.global_(10))
    south, north = data["canopy_height"].sel(lat=-45, lon=5), data["canopy_height"].sel(lat=45)
    assert float(south) == pytest.approx(10) and np.isnan(north).all()
    floats = write_raster(tmp_path / "f.tif", trees.astype(np.float32))
    with pytest.raises(InputError, match="float32, expected metres in bytes"):
        read_canopy_height([floats], Grid.global_(10))
    with pytest.raises(InputError, match="one raster, not 2"):
        read_canopy_height([path, path], Grid.global_(10))


def test_a_map_without_a_value_is_refused(tmp_path: Path) -> None:
    path = write_raster(tmp_path / "c.tif", np.full((180, 360), 255, np.uint8))
    with pytest.raises(InputError, match="canopy_height has no value on 18 x 36 cells"):
        read_canopy_height([path], Grid.global_(10))
