"""Write the planet's relief, canopy and a published root-zone map as global rasters.

EarthEnv's elevation and slope and the canopy height of Simard et al. (2011) are geographic
GeoTIFFs; the root-zone storage capacity of Stocker et al. (2023) is netCDF.
"""

from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray

from vadose.planet.streams import generator
from vadose.planet.world import World
from vadose.planet.writers.files import add_degrees, add_field, new_netcdf, raster_edges, whole

NO_DATA = -9999.0
RELIEF = {
    "elevation": "elevation_50KMmn_GMTEDmn.tif",
    "slope": "slope_50KMmn_GMTEDmd.tif",
}
CAPACITY_SCATTER = 0.20


def write_topography(folder: Path, world: World) -> None:
    """Write mean elevation (m) and median slope (degrees), single precision, the sea missing."""
    for name, file_name in RELIEF.items():
        values = np.where(world.land, world.static[name], NO_DATA).astype(np.float32)
        _write_geotiff(folder / file_name, world, values, NO_DATA)


def write_canopy_height(folder: Path, world: World) -> None:
    """Write canopy height as bytes of whole metres; the sea is 0 like bare ground."""
    height = np.where(world.land, world.static["canopy_height"], 0.0)
    _write_geotiff(
        folder / "Simard_Pinto_3DGlobalVeg_JPL.tif", world, np.rint(height).astype(np.uint8), None
    )


def write_root_zone(folder: Path, world: World, seed: int) -> None:
    """Write `cwdx80.nc`, an independent estimate (mm) of capacity: the truth with 20 % scatter."""
    luck = CAPACITY_SCATTER * generator(seed, 0, "root zone").standard_normal(world.land.shape)
    capacity = world.static["capacity"] * np.exp(luck - 0.5 * CAPACITY_SCATTER**2)
    with new_netcdf(folder / "cwdx80.nc", title="Rooting-zone water storage capacity") as file:
        add_degrees(file, world.lat, world.lon)
        fill = np.float32(np.nan)
        variable = add_field(file, "cwdx80", "f4", ("lat", "lon"), fill, units="mm")
        variable[:] = np.where(world.land, capacity, np.nan)


def _write_geotiff(path: Path, world: World, values: NDArray, nodata: float | None) -> None:
    """A field [lat, lon] as a compressed GeoTIFF, from north to south."""
    west, north, width, height = raster_edges(world.lat, world.lon)
    with (
        whole(path) as part,
        rasterio.open(
            part,
            "w",
            driver="GTiff",
            height=values.shape[0],
            width=values.shape[1],
            count=1,
            dtype=values.dtype,
            crs="EPSG:4326",
            transform=rasterio.Affine(width, 0.0, west, 0.0, -height, north),
            nodata=nodata,
            compress="deflate",
        ) as raster,
    ):
        raster.write(values[::-1], 1)
