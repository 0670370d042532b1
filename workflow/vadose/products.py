"""Maps for other people's programs: Cloud-Optimised GeoTIFF."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import rasterio

from vadose.errors import InputError
from vadose.grid import Grid


def write_geotiff(
    path: Path,
    bands: Mapping[str, np.ndarray],
    grid: Grid,
    *,
    units: Mapping[str, str],
    description: str,
    tags: Mapping[str, str],
) -> None:
    """Write maps [lat, lon] as the bands of a Cloud-Optimised GeoTIFF, in one step.

    Values are stored in single precision with NaN for no data, in degrees (EPSG:4326), north up.
    `bands` and `units` go by the names that the bands carry; `tags` (sources, versions) become
    tags of the file. Overviews hold values of single cells, so that codes stay codes. The same
    data always give the same bytes. Raises InputError for a map that is not on the grid or has no
    units.
    """
    if not bands:
        raise InputError(f"{path}: no map to write, expected one or more")
    for name, values in bands.items():
        if np.shape(values) != grid.shape:
            raise InputError(f"{path}: {name} is {np.shape(values)}, expected {grid.shape}")
        if name not in units:
            raise InputError(f"{path}: {name} has no units (known: {', '.join(units) or 'none'})")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with rasterio.open(
        part,
        "w",
        driver="COG",
        height=grid.n_lat,
        width=grid.n_lon,
        count=len(bands),
        dtype="float32",
        crs="EPSG:4326",
        transform=_north_up(grid),
        nodata=np.nan,
        compress="DEFLATE",
        predictor="YES",
        overview_resampling="NEAREST",
        num_threads="1",
    ) as raster:
        for number, (name, values) in enumerate(bands.items(), 1):
            raster.write(np.asarray(values, np.float32)[::-1], number)
            raster.set_band_description(number, name)
            raster.set_band_unit(number, units[name])
        raster.update_tags(TIFFTAG_IMAGEDESCRIPTION=description, **tags)
    part.replace(path)


def _north_up(grid: Grid) -> rasterio.Affine:
    """Give the transform from columns and rows to degrees, from the north-western corner."""
    north = grid.lat0 + (grid.n_lat - 0.5) * grid.lat_step
    west = grid.lon0 - 0.5 * grid.lon_step
    return rasterio.Affine(grid.lon_step, 0, west, 0, -grid.lat_step, north)
