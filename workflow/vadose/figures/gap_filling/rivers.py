"""Draw storage of river basins through the gap, observed and reconstructed."""

from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from vadose import charts, contracts, storage_charts
from vadose.gap_filling.storage import STORAGE, river_series
from vadose.weights import load_weights

SHOWN, COLUMNS = 9, 3


def draw(storage: Path, rivers: Path) -> Figure:
    """Draw the largest basins, a panel each; the gap is shaded."""
    data, basins = contracts.read(STORAGE, storage), load_weights(rivers)
    months, gap = pd.DatetimeIndex(data["time"].values), data["in_gap"].values == 1
    series = river_series(data, basins)
    count = min(SHOWN, len(basins.ids))
    rows = -(-count // COLUMNS)
    figure = Figure(figsize=(4.2 * COLUMNS, 2.1 * rows + 0.5), layout="constrained")
    axes = figure.subplots(rows, COLUMNS, sharex=True, squeeze=False).ravel()
    for axis in axes[count:]:
        axis.set_axis_off()
    for k, axis in enumerate(axes[:count]):
        storage_charts.shade(axis, months, gap)
        values = (part[:, k] for part in (series.observed, series.mean, series.std))
        storage_charts.draw_series(axis, months, *values)
        axis.set_title(f"{basins.ids[k]}: {basins.area[k] / 1e6:.2f} million km2", fontsize=9)
        axis.tick_params(labelsize=8)
    for axis in axes[::COLUMNS]:
        axis.set_ylabel("mm")
    charts.legend_below(figure, axes[:1], columns=2)
    return figure
