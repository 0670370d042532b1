"""The charts of an atlas: usual years of cells, monthly flow and storage of basins."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr

from vadose.agreement import median_of
from vadose.atlas.content import Chart, Line
from vadose.atlas.layers import BASINS, CELLS
from vadose.atlas.stores import STORAGE
from vadose.dynamics import of_month
from vadose.seasons import usual_year

OBSERVED, MODELS = "observed", "water balance models"
# Colours and dashes: no two lines of a chart go by their colour alone.
LOOKS: dict[str, tuple[str, tuple[float, ...]]] = {
    OBSERVED: ("#303030", ()),
    "GRACE": ("#303030", ()),
    MODELS: ("#1f5a8c", ()),
    "concept LSTM": ("#c2571a", (6, 3)),
    "hybrid model": ("#3b8a4c", (2, 2)),
    "precipitation": ("#1f5a8c", ()),
    "demand": ("#c2571a", (6, 3)),
    "runoff": ("#303030", (2, 2)),
    "storage": ("#1f5a8c", ()),
}
FLUXES = {"p": "precipitation", "pet": "demand", "q": "runoff"}
MOST = 2_000_000  # monthly values of a chart, beyond which a page would be too large


def usual_fluxes(monthly: xr.Dataset) -> Chart:
    """Give the usual year of precipitation, demand and runoff of cells."""
    month = monthly["time"].dt.month.values
    found = {text: usual_year(monthly[name].values, month) for name, text in FLUXES.items()}
    return Chart("fluxes", CELLS, "Usual year of water", "mm/month", _looking(found))


def usual_storage(storage: xr.Dataset, land: np.ndarray) -> Chart:
    """Give the usual year of gap-free storage in the cells of `land` [lat, lon]."""
    month = storage["time"].dt.month.values
    found = usual_year(storage["twsa"].values[:, land], month, axis=0).T
    return Chart("storage", STORAGE, "Usual year of storage", "mm", _looking({"storage": found}))


def flow(
    monthly: xr.Dataset, calibrated: list[np.ndarray], daily: Mapping[str, xr.DataArray]
) -> Chart:
    """Give monthly flow of basins, observed and simulated.

    `calibrated` are the monthly models' [unit, time], of which the median is shown; `daily` are
    series (basin, time) in mm/day by name.
    """
    months = pd.DatetimeIndex(monthly["time"].values)
    found = {OBSERVED: monthly["q"].values}
    if calibrated:
        found[MODELS] = median_of(np.stack(calibrated))
    at = {"basin": monthly["unit"].values.astype(str), "time": months}
    for name, series in daily.items():
        mean = of_month(series).reindex(at).transpose("basin", "time").values
        found[name] = mean * months.days_in_month.to_numpy()
    return series_chart("flow", "Flow", "mm/month", found, months)


def stored(dynamics: xr.Dataset, basins: list[str]) -> Chart:
    """Give monthly storage of basins by all systems, of monthly models the median."""
    data = dynamics["storage"].reindex(basin=basins)
    names = data["system"].values.astype(str)
    alone = [name for name in names if name in LOOKS]
    found = {name: data.sel(system=name).values for name in alone}
    if models := [name for name in names if name not in alone]:
        found[MODELS] = median_of(data.sel(system=models).values)
    months = pd.DatetimeIndex(data["time"].values)
    return series_chart("stored", "Storage above its mean", "mm", found, months)


def series_chart(
    key: str, title: str, unit: str, found: Mapping[str, np.ndarray], months: pd.DatetimeIndex
) -> Chart:
    """Lay out series [unit, month] of basins, or their usual years where they are too many."""
    if sum(values.size for values in found.values()) <= MOST:
        return Chart(key, BASINS, title, unit, _looking(found), f"{months[0]:%Y-%m}", 1)
    month = months.month.to_numpy()
    usual = {name: usual_year(values, month) for name, values in found.items()}
    return Chart(key, BASINS, f"{title}, usual year", unit, _looking(usual), "", 1)


def _looking(found: Mapping[str, np.ndarray]) -> dict[str, Line]:
    return {name: Line(values, *LOOKS[name]) for name, values in found.items()}
