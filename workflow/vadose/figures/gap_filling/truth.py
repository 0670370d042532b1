"""Draw the gap's reconstruction against the miniature planet's true storage, and its drought."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from vadose import contracts, maps, storage_charts
from vadose.gap_filling.storage import OBSERVED, STORAGE
from vadose.gap_filling.truth import against_truth, read_truth
from vadose.grid import Grid, cell_area
from vadose.job import log
from vadose.uncertainty import average

VERDICT = (
    "{n} months of the gap: R {r:.2f} (median of cells {median_r:.2f}), RMSE {rmse:.0f} mm, "
    "90 % interval holds {coverage_90:.0%}"
)
IN_DROUGHT = 0.5  # share of the great drought from which a cell counts


def draw(truth: Path, storage: Path, land: Path | None) -> Figure:
    """Draw maps of the gap's mean, and the land in the great drought through the gap."""
    data = contracts.read(STORAGE, storage)
    months, gap = pd.DatetimeIndex(data["time"].values), data["in_gap"].values == 1
    true, share = read_truth(truth, data)
    area = cell_area(Grid.of(data["lat"].values, data["lon"].values))
    mean, std, observed = (data[name].values for name in ("twsa_mean", "twsa_std", "twsa"))
    outline = maps.read_land(land)
    figure = Figure(figsize=(10, 6.4), layout="constrained")
    found = against_truth(data.isel(time=gap), true[gap], area)
    log.info("%d months of the gap against the truth: %s", gap.sum(), found)
    figure.suptitle(VERDICT.format(n=gap.sum(), **found), fontsize=10)
    top, bottom = figure.subfigures(2, 1, height_ratios=(3.6, 2.6), squeeze=False)[:, 0]
    there = np.isfinite(mean[gap]).all(0)
    places = storage_charts.places_of(data, there)
    for k, (name, values) in enumerate({"True": true, "Reconstructed": mean}.items()):
        axis = maps.map_axes(top, (1, 2, k + 1), places, outline)
        maps.draw_values(axis, places, values[gap][:, there].mean(0), storage_charts.TWSA)
        axis.set_title(f"{name}, mean of the gap", fontsize=9)
    maps.colour_bar(top, list(top.axes), storage_charts.TWSA)
    dry = np.where(there & (share > IN_DROUGHT), area, 0.0)
    seen = np.where(data["flag"].values == OBSERVED, observed, np.nan)
    series = [over(field, dry) for field in (seen, mean, std)]
    axis = storage_charts.shade(bottom.subplots(), months, gap)
    storage_charts.draw_series(axis, months, *series)
    axis.plot(months, over(true, dry), color=storage_charts.DROUGHT, linewidth=1, label="true")
    axis.set(ylabel="mm", title=f"Mean of {(dry > 0).sum()} cells in the great drought of 2016-18")
    axis.legend(fontsize=8, frameon=False, ncols=3, loc="upper left")
    return figure


def over(field: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Average months [time, lat, lon] over cells by weight; NaN where there is no value."""
    return np.array([average(one, weight) for one in field])
