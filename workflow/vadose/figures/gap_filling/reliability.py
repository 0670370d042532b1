"""Draw how honest the uncertainty of the reconstructions is, as said and recalibrated."""

from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from vadose import charts, storage_charts


def draw(reliability: Path) -> Figure:
    """Draw the share of observations below each quantile, a panel a spread, a line a method."""
    table = pd.read_csv(reliability)
    spreads = list(table["spread"].unique())
    figure = Figure(figsize=(4.3 * len(spreads), 5.2), layout="constrained")
    axes = figure.subplots(1, len(spreads), sharey=True, squeeze=False)[0]
    for axis, spread in zip(axes, spreads, strict=True):
        part = table[table["spread"] == spread]
        for method in (name for name in storage_charts.METHODS if name in set(part["method"])):
            one = part[part["method"] == method]
            level, share = one["level"].to_numpy(), one["share"].to_numpy()
            storage_charts.draw_reliability(axis, level, share, method)
        axis.set_title(f"Spread {spread}", fontsize=9)
    axes[0].set_ylabel("share of observations below, test months")
    charts.legend_below(figure, axes[:1], columns=3)
    return figure
