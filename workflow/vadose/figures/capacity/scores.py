"""Draw how well each method predicts the capacity of cells that it never saw."""

from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from vadose import charts
from vadose.splits import ALL

SHOWN = {"r2": "R2", "spearman": "rank correlation", "rmse": "RMSE (mm)"}


def draw(table: Path) -> Figure:
    """Draw R2, rank correlation and error by split, a colour a method."""
    scores = pd.read_csv(table)
    cells = scores[(scores["weighting"] == "cells") & (scores["fold"] == ALL)]
    methods = [name for name in charts.METHOD_COLOURS if name in set(cells["method"])]
    figure = Figure(figsize=(11, 3.9), layout="constrained")
    axes = figure.subplots(1, len(SHOWN))
    for axis, (score, name) in zip(axes, SHOWN.items(), strict=True):
        charts.draw_scores(axis, cells, score, methods)
        axis.set_title(name, fontsize=10)
    axes[0].set_ylim(bottom=max(-1.0, axes[0].get_ylim()[0]))
    counts = cells.groupby("split", sort=False)["n"].max()
    axes[1].set_xlabel("; ".join(f"{s}: n = {n:.0f} cells" for s, n in counts.items()), fontsize=8)
    charts.legend_below(figure, axes[:1], columns=len(methods))
    return figure
