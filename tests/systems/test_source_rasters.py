"""Memory while a raster is averaged does not grow with the raster."""

import tracemalloc
from pathlib import Path

import numpy as np
import rasterio
from tests.unit.test_source_rasters import from_origin

from vadose.grid import Grid
from vadose.sources import rasters
from vadose.sources.rasters import average_raster


def test_a_large_raster_never_lies_in_memory_as_a_whole(tmp_path: Path, monkeypatch) -> None:
    """36 million values (144 MB as single precision) pass through some 10 MB."""
    rows, columns = 4320, 8640
    path = tmp_path / "large.tif"
    profile = {"driver": "GTiff", "height": rows, "width": columns, "count": 1, "dtype": "uint8"}
    profile |= {"compress": "deflate", "crs": "EPSG:4326", "nodata": 255}
    with rasterio.open(
        path, "w", transform=from_origin(-180, 90, 360 / columns), **profile
    ) as file:
        strip = np.full((270, columns), 7, np.uint8)
        for first in range(0, rows, 270):
            file.write(strip, 1, window=rasterio.windows.Window(0, first, columns, 270))
    monkeypatch.setattr(rasters, "VALUES_PER_STRIP", 100_000)
    tracemalloc.start()
    try:
        found, share = average_raster(path, Grid.global_(2))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    np.testing.assert_allclose(found, 7)
    np.testing.assert_allclose(share, 1)
    assert peak < 12e6
