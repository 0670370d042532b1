"""What all networks say of each basin's root zone: a file, and a table of one row a basin."""

import numpy as np
import pandas as pd
import xarray as xr

from vadose.contracts import Kind, Variable
from vadose.root_zone.analysis import (
    active_storage,
    capacity,
    interannual_range,
    seasonal_cycle,
    spread_of,
)
from vadose.root_zone.record import month_of_day

MEMBERS = ("member", "basin")
STORAGE: Kind = {
    "capacity": Variable(MEMBERS, "mm", 0, 1e5, 0, "active root-zone storage capacity"),
    "storage": Variable(
        (*MEMBERS, "month"), "mm", 0, 1e5, 0, "active root-zone storage, mean of the month"
    ),
    "season": Variable((*MEMBERS, "calendar_month"), "mm", 0, 1e5, 0, "usual active storage"),
    "seasonal_range": Variable(MEMBERS, "mm", 0, 1e5, 0, "greatest less least month of a year"),
    "interannual_range": Variable(MEMBERS, "mm", 0, 1e5, 0, "wettest less driest year's mean"),
    "fold": Variable(("member",), "1", 0, 1000, 0, "fold that the member is tested in"),
}
PROPERTIES = ("capacity", "seasonal_range", "interannual_range")
MONTHLY = ("basin", "time")
# What is published: medians of the members and standard deviations over them.
PUBLISHED: Kind = {
    name: Variable(("basin",), "mm", 0, 1e5, 0, STORAGE[name].long_name) for name in PROPERTIES
} | {
    f"{name}_spread": Variable(("basin",), "mm", 0, 1e5, 0, f"standard deviation of {name}")
    for name in PROPERTIES
}
PUBLISHED |= {
    "storage": STORAGE["storage"]._replace(dims=MONTHLY, cell_methods="time: mean"),
    "storage_spread": Variable(MONTHLY, "mm", 0, 1e5, 0, "standard deviation of storage"),
}


def summarise(simulated: xr.Dataset, first_day: int) -> xr.Dataset:
    """Derive active storage of all members from their simulation, without its spin-up days."""
    data = simulated.isel(time=slice(first_day, None))
    days = pd.DatetimeIndex(data["time"].values)
    avai = data["avai"].values.astype(np.float64)
    active = active_storage(avai)
    place, months = month_of_day(days), pd.DatetimeIndex(days.to_period("M").unique().start_time)
    starts = np.flatnonzero(np.diff(place, prepend=-1))
    monthly = np.add.reduceat(active, starts, -1) / np.bincount(place)
    season = seasonal_cycle(active, days)
    return xr.Dataset(
        {
            "capacity": (MEMBERS, capacity(avai)),
            "storage": ((*MEMBERS, "month"), monthly.astype(np.float32)),
            "season": ((*MEMBERS, "calendar_month"), season),
            "seasonal_range": (MEMBERS, np.ptp(season, -1)),
            "interannual_range": (MEMBERS, interannual_range(active, days)),
            "fold": ("member", data["fold"].values),
        },
        coords={
            "member": data["member"],
            "basin": data["basin"],
            "month": months,
            "calendar_month": np.arange(1, 13),
        },
    )


def published(storage: xr.Dataset, lat: np.ndarray, lon: np.ndarray) -> xr.Dataset:
    """Reduce what members say [member, basin, ...] to medians and spread; gauges at lat, lon."""
    found = storage[[*PROPERTIES, "storage"]].rename(month="time")
    middle, spread = found.median("member"), found.std("member")
    spread = spread.rename({name: f"{name}_spread" for name in spread})
    places = {"lat": ("basin", lat), "lon": ("basin", lon)}
    return xr.merge([middle, spread]).drop_vars("calendar_month", errors="ignore").assign(places)


def basin_table(storage: xr.Dataset, simulated: xr.Dataset) -> pd.DataFrame:
    """Give a row a basin: medians of properties and parameters, and the parts of their spread.

    Where one fold alone is tested, nothing is known of how folds differ: their part is missing.
    """
    fold = storage["fold"].values
    several, unknown = len(np.unique(fold)) > 1, np.full(storage.sizes["basin"], np.nan)
    columns: dict[str, np.ndarray] = {}
    for name in PROPERTIES:
        spread = spread_of(storage[name].values, fold)
        columns |= {
            f"{name}_mm": spread.median,
            f"{name}_sd_mm": spread.total,
            f"{name}_sd_folds_mm": spread.folds if several else unknown,
            f"{name}_sd_seeds_mm": spread.seeds,
        }
    columns["fullest_month"] = np.median(storage["season"].values, 0).argmax(-1) + 1
    for name in simulated["parameter"].values.astype(str):
        columns[name] = np.median(simulated["parameters"].sel(parameter=name).values, 0)
    index = pd.Index(storage["basin"].values.astype(str), name="gauge_id")
    return pd.DataFrame(columns, index)
