"""Monthly storage of basins by different systems in one form.

Conventions: series are [basin, time] in mm, months labelled by their first day; NaN where a system
has none.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr

from vadose.contracts import Kind, Variable
from vadose.water_balance.model import load_model
from vadose.water_balance.simulate import simulate

WARM_UP = 12  # months that fill the stores
DYNAMICS: Kind = {
    "storage": Variable(
        ("system", "basin", "time"), "mm", -2e4, 2e4, 1, "storage above its mean over the record"
    ),
}


def of_model(calibrated: xr.Dataset, monthly: xr.Dataset) -> xr.DataArray:
    """Simulate all stores of a calibrated monthly model, as means of months.

    # ASSUME the mean of a month is that of the stores at its two ends, and that a year fills them.
    """
    model = load_model(calibrated.attrs["model"], calibrated.attrs["snow"])
    theta = calibrated["parameters"].sel(parameter=list(model.parameters)).values
    known = np.isfinite(theta).all(-1)
    out = np.full(monthly["p"].shape, np.nan)
    forcing = (monthly[name].values[known] for name in ("p", "pet", "t"))
    run = simulate(model, theta[known], *forcing)
    ends = run.soil + run.ground + run.pack
    out[known, WARM_UP:] = 0.5 * (ends[:, WARM_UP:] + ends[:, WARM_UP - 1 : -1])
    return xr.DataArray(
        out,
        {"basin": monthly["unit"].values.astype(str), "time": monthly["time"].values},
        ("basin", "time"),
    )


def of_month(daily: xr.DataArray) -> xr.DataArray:
    """Average a daily series over whole months; a month that misses a day is missing."""
    months = pd.DatetimeIndex(daily["time"].values).to_period("M").to_timestamp()
    grouped = daily.assign_coords(time=months).groupby("time")
    mean, count = grouped.mean(skipna=False), grouped.count()
    return mean.where(count == mean["time"].dt.days_in_month)


def anomaly(values: np.ndarray) -> np.ndarray:
    """Take from each series [basin, time] the mean of what is known of it."""
    seen = np.isfinite(values)
    count = seen.sum(1, keepdims=True)
    return values - np.where(seen, values, 0).sum(1, keepdims=True) / np.maximum(count, 1)


def lined_up(
    found: Mapping[str, xr.DataArray], basins: np.ndarray, time: np.ndarray
) -> dict[str, np.ndarray]:
    """Give storage anomalies of all systems that know any of some basins and months, by name.

    `found` has (basin, time) in mm.
    """
    series = {name: one.reindex(basin=basins, time=time).values for name, one in found.items()}
    return {name: anomaly(values) for name, values in series.items() if np.isfinite(values).any()}


def to_dataset(known: Mapping[str, np.ndarray], basins: np.ndarray, time: np.ndarray) -> xr.Dataset:
    """Lay anomalies of all systems out as DYNAMICS."""
    return xr.Dataset(
        {"storage": (("system", "basin", "time"), np.stack(list(known.values())))},
        coords={"system": list(known), "basin": basins, "time": time},
    )
