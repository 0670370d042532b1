"""The axes of a field: any provider's names, order and convention brought to one.

Canonical axes are named lat and lon, in degrees, both ascending, longitudes from -180 to below
180; dimensions are (time, ..., lat, lon).
"""

from collections.abc import Callable

import numpy as np
import xarray as xr

from vadose.errors import InputError
from vadose.extent import Extent

AXIS_NAMES = {"lat": ("lat", "latitude", "Latitude", "Y", "y")}
AXIS_NAMES |= {"lon": ("lon", "longitude", "Longitude", "X", "x")}
AXIS_ATTRS = {
    "lat": {"units": "degrees_north", "standard_name": "latitude"},
    "lon": {"units": "degrees_east", "standard_name": "longitude"},
}


def canonical_axes(
    data: xr.Dataset,
    extent: Extent | None = None,
    on_piece: Callable[[xr.Dataset], xr.Dataset] = lambda piece: piece,
) -> xr.Dataset:
    """Name the axes lat and lon, sort both ascending, bring longitudes to -180..180, and cut.

    Latitudes and longitudes become double; those stored in single precision are rounded to 1e-4
    degrees, so that they agree with others of the same grid. Of the fields only what `extent`
    wants is read, in contiguous pieces: a library that is asked for single rows of a compressed
    file unpacks it once a row. `on_piece` is done to each piece where there are several. Bounds
    of the axes are dropped, as they would keep the old order. Raises InputError where the axes
    are no degrees, repeat, or nothing lies in the extent.
    """
    data = _with_canonical_coordinates(data)
    for name, places in _wanted(data, extent or Extent()).items():
        data = _take(data, name, places, on_piece)
    order = [name for name in ("time", ..., "lat", "lon") if name is ... or name in data.dims]
    return data.transpose(*order, missing_dims="ignore")


def _with_canonical_coordinates(data: xr.Dataset) -> xr.Dataset:
    found = {
        new: next((old for old in names if old in data.variables and data[old].dims == (old,)), "")
        for new, names in AXIS_NAMES.items()
    }
    if not all(found.values()):
        raise InputError(
            f"the field has no axis of latitude or longitude (it has "
            f"{', '.join(map(str, data.dims))}), expected names such as lat, latitude or Y"
        )
    bounds = [f"{old}_{end}" for old in found.values() for end in ("bounds", "bnds")]
    data = data.drop_vars(bounds, errors="ignore")
    data = data.rename({old: new for new, old in found.items() if old != new})
    lat, lon = _degrees(data["lat"].values), _degrees(data["lon"].values)
    if not (np.abs(lat).max() <= 90 and lon.min() >= -180 and lon.max() <= 360):
        raise InputError(
            f"latitudes {lat.min():g} to {lat.max():g} and longitudes {lon.min():g} to "
            f"{lon.max():g} are not degrees: bring projected grids to latitude and longitude first"
        )
    lon = np.round((lon + 180) % 360 - 180, 6)
    if len(np.unique(lon)) < len(lon) or len(np.unique(lat)) < len(lat):
        raise InputError("the field has the same latitude or longitude twice")
    return data.assign_coords(
        lat=("lat", lat, AXIS_ATTRS["lat"]), lon=("lon", lon, AXIS_ATTRS["lon"])
    )


def _degrees(axis: np.ndarray) -> np.ndarray:
    return np.round(axis.astype(np.float64), 4 if axis.dtype == np.float32 else 6)


def _wanted(data: xr.Dataset, extent: Extent) -> dict[str, np.ndarray]:
    """Give the places on each axis, in canonical order, that lie in the extent."""
    west, south, east, north, start, end = extent
    lat, lon = data["lat"].values, data["lon"].values
    columns = (west <= lon) & (lon <= east) if west <= east else (lon >= west) | (lon <= east)
    rows = (south <= lat) & (lat <= north)
    places = {}
    if "time" in data.dims and (start or end):
        index = data["time"].to_index()
        places["time"] = np.arange(len(index))[index.slice_indexer(start, end)]
    places["lat"] = np.argsort(lat)[rows[np.argsort(lat)]]
    places["lon"] = np.argsort(lon)[columns[np.argsort(lon)]]
    for name, chosen in places.items():
        if not len(chosen):
            first, last = data[name].values[[0, -1]]
            raise InputError(
                f"nothing of {extent} lies in the field: its {name} is {first}..{last}"
            )
    return places


def _take(
    data: xr.Dataset,
    name: str,
    places: np.ndarray,
    on_piece: Callable[[xr.Dataset], xr.Dataset],
) -> xr.Dataset:
    """Take places of an axis by slices, one for each run of neighbours."""
    steps = np.diff(places)
    step = -1 if len(steps) and (steps == -1).sum() > (steps == 1).sum() else 1
    runs = np.split(places, np.flatnonzero(steps != step) + 1)
    parts = [data.isel({name: slice(run.min(), run.max() + 1)}) for run in runs]
    if step < 0:
        parts = [part.isel({name: slice(None, None, -1)}) for part in parts]
    if len(parts) == 1:
        return parts[0]
    return xr.concat(
        [on_piece(part) for part in parts],
        name,
        data_vars="minimal",
        coords="minimal",
        compat="override",
        join="override",
    )
