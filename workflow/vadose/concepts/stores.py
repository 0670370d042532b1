"""The water stores that a cell state may stand for, and how observations give them in mm.

A store is a name in `STORES`: a sum of layers of volumetric soil water (m3/m3) times their depths,
or snow water equivalent.
"""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from vadose.errors import InputError

# Layers of ERA5-Land: 0-7, 7-28, 28-100 and 100-289 cm.
DEPTHS = {
    "soil_water_1": 70.0,
    "soil_water_2": 210.0,
    "soil_water_3": 720.0,
    "soil_water_4": 1890.0,
}
# ASSUME roots take water from the upper metre.
ROOT_ZONE = ("soil_water_1", "soil_water_2", "soil_water_3")
LAYERS = {name: (name,) for name in DEPTHS} | {"root_zone": ROOT_ZONE}
STORES = (*LAYERS, "swe")
LONG_NAMES = {
    "q": "streamflow",
    "soil_water_1": "soil water, 0-7 cm",
    "soil_water_2": "soil water, 7-28 cm",
    "soil_water_3": "soil water, 28-100 cm",
    "soil_water_4": "soil water, 100-289 cm",
    "root_zone": "soil water, 0-100 cm",
    "swe": "snow",
}


def targets_of(
    daily: xr.Dataset, stores: Sequence[str], snow: xr.DataArray | None = None
) -> np.ndarray:
    """Give streamflow (mm/day) and stores (mm) of the daily series, [basin, time, target]."""
    flow = daily["q"].values[..., None]
    return np.concatenate([flow, stores_in_mm(daily, stores, snow)], -1).astype(np.float32)


def stores_in_mm(
    daily: xr.Dataset, names: Sequence[str], snow: xr.DataArray | None = None
) -> np.ndarray:
    """Give stores [basin, time, store] in mm from the daily series of basins.

    `snow` (basin, time), where given, replaces the series' own snow; basins and days that it does
    not have are missing. InputError for a store of which the series have nothing.
    """
    return np.stack([_store(daily, name, snow) for name in names], -1)


def _store(daily: xr.Dataset, name: str, snow: xr.DataArray | None) -> np.ndarray:
    if name == "swe" and snow is not None:
        return snow.reindex(basin=daily["basin"], time=daily["time"]).values
    needed = LAYERS.get(name, (name,))
    lacking = [layer for layer in needed if layer not in daily]
    if lacking:
        raise InputError(
            f"concepts.stores names {name}, but the basins' files have no {', '.join(lacking)}: "
            "leave it out, or take a release of Caravan that has all variables"
        )
    if name == "swe":
        return daily["swe"].values
    return np.sum([daily[layer].values * DEPTHS[layer] for layer in needed], axis=0)
