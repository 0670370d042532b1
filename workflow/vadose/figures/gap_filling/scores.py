"""Draw what every reconstruction of water storage is worth, all methods on the same months."""

from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from vadose import storage_charts
from vadose.gap_filling.skill import RECALIBRATED

PANELS = {
    "r": "Correlation\n(hollow: without trend, season)",
    "nse": "Nash-Sutcliffe efficiency\n(hollow: without trend, season)",
    "rmse": "RMSE (mm)",
    "crps": "CRPS (mm)\n(hollow: recalibrated)",
    "coverage_90": "Share within the 90 % interval\n(hollow: recalibrated)",
}
LEAST = -1.0  # where the axes of scores end


def draw(table: Path) -> Figure:
    """Draw a panel a score, a bar a method; the outlines are a second value of each."""
    found = pd.read_csv(table, index_col="experiment")
    methods = [name for name in storage_charts.METHODS if name in found.index]
    said = found.loc[methods]
    again = found.loc[[f"{name}, {RECALIBRATED}" for name in methods]].set_axis(methods)
    figure = Figure(
        figsize=(2.5 * len(PANELS) + 1.2, 0.3 * len(methods) + 1.3), layout="constrained"
    )
    axes = figure.subplots(1, len(PANELS), sharey=True)
    for axis, (name, text) in zip(axes, PANELS.items(), strict=True):
        hollow = said.get(f"{name}_anomaly", again[name])
        storage_charts.draw_bars(axis, said[name], hollow if hollow.notna().any() else None)
        axis.set_title(text, fontsize=8)
        axis.set_xlim(max(LEAST, min(0, axis.get_xlim()[0])), None)
    for axis in axes[:2]:
        axis.set_xlim(right=1)
    axes[-1].axvline(0.9, color="black", linewidth=0.8, linestyle=":")
    axes[-1].set_xlim(0, 1)
    return figure
