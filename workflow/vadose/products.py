"""Products for other people's programs: CF netCDF and Cloud-Optimised GeoTIFF.

What a product holds is a kind (contracts.py). Here it gets what CF asks of a published file beyond
that: the shape of the Earth, the bounds of cells and months, and the places of basins.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import rasterio
import xarray as xr

from vadose import contracts
from vadose.contracts import Kind
from vadose.errors import InputError
from vadose.grid import Grid

# Providers give degrees on the ellipsoid of WGS84.
EARTH = {
    "grid_mapping_name": "latitude_longitude",
    "long_name": "coordinate reference system",
    "semi_major_axis": 6378137.0,
    "inverse_flattening": 298.257223563,
    "longitude_of_prime_meridian": 0.0,
    "crs_wkt": rasterio.crs.CRS.from_epsg(4326).to_wkt(version="WKT2_2019"),
}
ENDS = "bounds"  # dimension of the two ends of a cell or month
# Names along a dimension, which CF wants beside it: a coordinate that it calls by the dimension's
# own name has to be numbers.
NAMES = {
    "basin": ("gauge_id", {"cf_role": "timeseries_id", "long_name": "gauge"}),
    "method": ("method_name", {"long_name": "method of the estimate"}),
}


def write_netcdf(data: xr.Dataset, kind: Kind, path: Path, about: Mapping[str, str]) -> None:
    """Write a product as CF netCDF, in one step.

    Data are maps (lat, lon) or series of basins with lat and lon of the gauges; times are first
    days of months. Names of basins and methods become `gauge_id` (basin) and `method_name`
    (method). `about` are attributes of the file: title and provenance. Raises InputError where the
    data are not of their kind.
    """
    contracts.write(_described(data), kind, path, **about)


def _described(data: xr.Dataset) -> xr.Dataset:
    """Add the reference system of places and the bounds of cells and months."""
    data = data.copy().set_coords(["lat", "lon"])
    for name, (to, attrs) in NAMES.items():
        if name not in data.dims:
            continue
        names = data[name].values.astype(str)
        data = data.drop_vars(name).assign_coords({to: (name, names, attrs)})
    places = {*data["lat"].dims, *data["lon"].dims}
    for variable in data.data_vars.values():
        if places <= set(variable.dims):
            variable.attrs["grid_mapping"] = "crs"
    data["crs"] = ((), np.int32(0), EARTH)
    bounds: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    if "lat" in data.dims:
        grid = Grid.of(data["lat"].values, data["lon"].values)
        edges = {"lat": grid.lat_edges, "lon": grid.lon_edges}
        bounds = {name: (one[:-1], one[1:]) for name, one in edges.items()}
    if "time" in data.dims:
        months = pd.DatetimeIndex(data["time"].values)
        bounds["time"] = months.values, (months + pd.offsets.MonthBegin()).values
    for name, ends in bounds.items():
        data[f"{name}_bnds"] = ((name, ENDS), np.stack(ends, 1))
        data[name].attrs["bounds"] = f"{name}_bnds"
    return data


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


def read_geotiff(path: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Read the bands of a GeoTIFF by name, [lat, lon] from south to north, and its tags."""
    with rasterio.open(path) as raster:
        names = enumerate(raster.descriptions, 1)
        return {name: raster.read(number)[::-1] for number, name in names}, raster.tags()


def _north_up(grid: Grid) -> rasterio.Affine:
    """Give the transform from columns and rows to degrees, from the north-western corner."""
    north = grid.lat0 + (grid.n_lat - 0.5) * grid.lat_step
    west = grid.lon0 - 0.5 * grid.lon_step
    return rasterio.Affine(grid.lon_step, 0, west, 0, -grid.lat_step, north)
