"""Draw the distribution of NSE over basins of every ensemble, a panel a setting."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from vadose import charts
from vadose.evaluation import read_table
from vadose.regionalization.skill import ENSEMBLE, labelled
from vadose.regionalization_charts import colours, line, words

ACROSS = 3


def draw(metrics: Path, *, settings: list[str]) -> Figure:
    """Draw the share of basins at or below each NSE of the test days."""
    table = labelled(read_table(metrics))
    chosen = (table["metric"] == "nse") & (table["period"] == "test")
    table = table[chosen & (table["run"] == ENSEMBLE)]
    palette, labels = colours(list(table["vectors"].unique())), {}
    rows = -(-len(settings) // ACROSS)
    across = min(ACROSS, len(settings))
    figure = Figure(figsize=(4 * across, 3.4 * rows + 0.8), layout="constrained")
    axes = figure.subplots(rows, across, squeeze=False, sharex=True, sharey=True).ravel()
    for axis, setting in zip(axes, settings, strict=False):
        part = table[table["split"] == setting]
        for (architecture, vectors), one in part.groupby(["architecture", "vectors"], sort=False):
            look = line(str(architecture), str(vectors), palette)
            charts.draw_distribution(axis, one["value"].to_numpy(), **look)
            labels[look["label"]] = axis.lines[-1]
        axis.set_title(f"{words(setting)}, {part['unit_id'].nunique()} basins", fontsize=9)
        axis.grid(linewidth=0.3)
        axis.axvline(0, color="black", linewidth=0.5)
    for axis in axes[len(settings) :]:
        axis.set_visible(False)
    axes[0].set(xlim=(-0.5, 1), ylim=(0, 1), ylabel="share of basins at or below")
    for axis in axes[max(0, len(settings) - across) : len(settings)]:
        axis.set_xlabel("NSE of the ensemble, test days")
        axis.xaxis.set_tick_params(labelbottom=True)
    axes[0].set_xticks(np.arange(-0.5, 1.01, 0.25))
    figure.legend(labels.values(), labels, loc="outside lower center", ncols=5, frameon=False)
    return figure
