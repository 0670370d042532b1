"""How far the map agrees with other estimates of storage capacity, over all land and by climate."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr

from vadose.koeppen import NAMES
from vadose.map_scores import scores


def by_climate(
    estimates: Mapping[str, np.ndarray], climate: np.ndarray, area: np.ndarray
) -> pd.DataFrame:
    """Correlate the map, `capacity`, with other estimates, weighted by area.

    All are [lat, lon], estimates in mm; `climate` has codes of koeppen.Climate. Gives a row an
    estimate and climate.
    """
    capacity = estimates["capacity"]
    others = {name: one for name, one in estimates.items() if name != "capacity"}
    land = np.isfinite(capacity)
    where = {"all land": land} | {NAMES[c]: land & (climate == c) for c in NAMES}
    rows = [
        {"estimate": name, "climate": group}
        | scores(capacity[at], other[at], area[at])
        | {"median": np.nanmedian(other[at]) if np.isfinite(other[at]).any() else None}
        for name, other in others.items()
        for group, at in where.items()
    ]
    return pd.DataFrame(rows)


def layout(found: pd.DataFrame) -> pd.DataFrame:
    """Lay out correlations: a row an estimate, a column a kind of correlation and climate."""
    return found.pivot_table(
        index="estimate", columns="climate", values=["spearman", "pearson"], sort=False
    )


def to_dataset(
    estimates: Mapping[str, np.ndarray], climate: np.ndarray, places: xr.Dataset
) -> xr.Dataset:
    """Lay estimates and the climate out with the lat and lon of `places`, as kinds.compared."""
    on_grid = ("lat", "lon")
    data = xr.Dataset({name: (on_grid, field) for name, field in estimates.items()})
    data = data.assign_coords(lat=places["lat"], lon=places["lon"])
    return data.assign(climate=(on_grid, climate.astype(np.int8)))
