"""Draw labels and map of storage capacity against what is true of the miniature planet."""

from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from vadose import charts, contracts, kinds
from vadose.contracts import opened
from vadose.job import log
from vadose.map_scores import scores

MOST = 1000.0  # mm, end of the axes
NAMES = {"label": "Labels: calibrated, merged", "capacity": "Map of the residual networks"}


def draw(truth: Path, capacity: Path) -> Figure:
    """Draw the density of cells, the truth across, with the correlations."""
    product = contracts.read(kinds.CAPACITY_MAP, capacity)
    with opened(truth) as data:
        true: xr.DataArray = data["capacity"].load()
    true = true.reindex_like(product["capacity"], method="nearest", tolerance=1e-3)
    unlabelled = np.isnan(product["label"].values)
    shown = {text: product[name].values for name, text in NAMES.items()}
    shown["Map, where there is no label"] = np.where(unlabelled, product["capacity"].values, np.nan)
    figure = Figure(figsize=(3.4 * len(shown), 3.7), layout="constrained")
    for axis, (text, values) in zip(figure.subplots(1, len(shown)), shown.items(), strict=True):
        charts.draw_density(axis, true.values, values, MOST)
        one = scores(values, true.values)
        numbers = f"r = {one['pearson']:.2f}, rank {one['spearman']:.2f}, RMSE {one['rmse']:.0f} mm"
        axis.set_title(f"{text}\nn = {one['n']:.0f}, {numbers}", fontsize=8)
        axis.set_xlabel("true capacity (mm)")
        log.info("%s against the truth: %s", text, one)
    figure.axes[0].set_ylabel("estimate (mm)")
    return figure
