"""GeoTIFFs hold the maps, where they belong, in the layout that can be read over the web."""

from pathlib import Path

import numpy as np
import pytest
import rasterio

from vadose.errors import InputError
from vadose.grid import Grid
from vadose.products import write_geotiff

GRIDS = {
    "small": Grid(-9.75, 20.25, 0.5, 0.5, 40, 120),
    "planet": Grid(-59.75, -179.75, 0.5, 0.5, 288, 720),
}
ABOUT = {
    "units": {"capacity": "mm", "reason": "1"},
    "description": "Soil moisture storage capacity",
    "tags": {"sources": "calibrated water balances", "version": "0.1.0"},
}


def maps(grid: Grid) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    capacity = rng.uniform(0, 1000, grid.shape)
    capacity[rng.random(grid.shape) < 0.3] = np.nan
    return {"capacity": capacity, "reason": rng.integers(0, 10, grid.shape)}


@pytest.mark.parametrize("name", GRIDS)
def test_maps_come_back_where_they_were(name: str, tmp_path: Path) -> None:
    grid, path = GRIDS[name], tmp_path / "new folder" / "capacity.tif"
    bands = maps(grid)
    write_geotiff(path, bands, grid, **ABOUT)
    with rasterio.open(path) as raster:
        for number, (band, values) in enumerate(bands.items(), 1):
            np.testing.assert_array_equal(raster.read(number)[::-1], values.astype(np.float32))
            assert raster.descriptions[number - 1] == band
        assert raster.units == ("mm", "1")
        assert raster.dtypes == ("float32", "float32") and np.isnan(raster.nodata)
        assert raster.crs.to_epsg() == 4326
        assert raster.bounds == pytest.approx(
            (grid.lon_edges[0], grid.lat_edges[0], grid.lon_edges[-1], grid.lat_edges[-1])
        )
        row, column = raster.index(grid.lon[7], grid.lat[3])
        assert (row, column) == (grid.n_lat - 4, 7)
        assert raster.tags()["TIFFTAG_IMAGEDESCRIPTION"] == ABOUT["description"]
        assert raster.tags().items() >= ABOUT["tags"].items()
    assert [p.name for p in path.parent.iterdir()] == ["capacity.tif"]


@pytest.mark.parametrize("name", GRIDS)
def test_the_layout_is_cloud_optimised(name: str, tmp_path: Path) -> None:
    """Tiles and, where the map is larger than one, overviews of the cells' own values."""
    grid, path = GRIDS[name], tmp_path / "capacity.tif"
    write_geotiff(path, maps(grid), grid, **ABOUT)
    with rasterio.open(path) as raster:
        layout = raster.tags(ns="IMAGE_STRUCTURE")
        assert layout["LAYOUT"] == "COG" and layout["COMPRESSION"] == "DEFLATE"
        assert raster.profile["tiled"]
        assert bool(raster.overviews(1)) == (name == "planet")
    if name == "planet":
        with rasterio.open(path, overview_level=0) as overview:
            assert overview.shape == (144, 360)
            codes = overview.read(2)
            assert set(np.unique(codes)) <= set(range(10))


def test_the_same_maps_give_the_same_bytes(tmp_path: Path) -> None:
    grid = GRIDS["planet"]
    paths = [tmp_path / "one.tif", tmp_path / "two.tif"]
    for path in paths:
        write_geotiff(path, maps(grid), grid, **ABOUT)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_a_refused_map_leaves_the_old_file(tmp_path: Path) -> None:
    grid, path = GRIDS["small"], tmp_path / "capacity.tif"
    write_geotiff(path, maps(grid), grid, **ABOUT)
    before = path.read_bytes()
    with pytest.raises(InputError, match=r"capacity is \(288, 720\), expected \(40, 120\)"):
        write_geotiff(path, maps(GRIDS["planet"]), grid, **ABOUT)
    with pytest.raises(InputError, match="reason has no units"):
        write_geotiff(path, maps(grid), grid, **(ABOUT | {"units": {"capacity": "mm"}}))
    with pytest.raises(InputError, match="no map to write"):
        write_geotiff(path, {}, grid, **ABOUT)
    assert path.read_bytes() == before
