"""Figures that are no maps: how networks learnt, how methods score, estimates against each other.

Functions take data and axes and give the axis back; colours stand here.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure, FigureBase
from matplotlib.ticker import MaxNLocator

METHOD_COLOURS = {
    "residual network": "#1f5a8c",
    "trees": "#3b8a4c",
    "mlp": "#8a4f9e",
    "linear": "#c2571a",
    "nearest": "#b8860b",
    "mean": "#9a9a9a",
}
OBSERVED = "#30303090"
FAR_LEFT = -1e6  # where a score stands that is not defined: beyond any axis
MOST_MARKED = 120  # observations of a series


def learning_figure(history: pd.DataFrame, by: str, sample: str, same_scale: bool) -> Figure:
    """Draw how networks learnt, a panel for each value of the column `by`; `sample` names one.

    The column `members`, where it has a number, says how many networks learn together.
    """
    groups = list(history[by].unique())
    figure = Figure(figsize=(3.8 * len(groups) + 0.6, 3.9), layout="constrained")
    axes = figure.subplots(1, len(groups), sharey=same_scale, squeeze=False)[0]
    for axis, group in zip(axes, groups, strict=True):
        part = history[history[by] == group]
        draw_learning(axis, part)
        speed = f"{part['samples_per_s'].median():.0f} {sample}/s"
        seeds = part["seed"].nunique()
        networks = "1 seed" if seeds == 1 else f"{seeds} seeds"
        if "members" in part and part["members"].notna().all():
            networks = f"{part['members'].iloc[0]:.0f} networks together"
        axis.set_title(f"{group}: {networks}, {speed}", fontsize=9)
        if part["fold"].nunique() > 1:
            axis.legend(fontsize=7, frameon=False, title="held out", title_fontsize=7)
    axes[0].set_ylabel("loss: training thin, validation thick, best dot")
    return figure


def draw_learning(axis: Axes, history: pd.DataFrame) -> Axes:
    """Draw loss (thin) and validation loss (thick) of each network against the epoch."""
    colours = mpl.colormaps["cividis"](np.linspace(0, 0.85, history["fold"].nunique()))
    for colour, (fold, one) in zip(colours, history.groupby("fold", sort=False), strict=True):
        for seed, run in one.groupby("seed"):
            label = str(fold) if seed == one["seed"].min() else None
            axis.plot(run["epoch"], run["loss"], color=colour, linewidth=0.6, alpha=0.7)
            axis.plot(run["epoch"], run["validation"], color=colour, linewidth=1.5, label=label)
            best = run.nsmallest(1, "validation")
            axis.plot(best["epoch"], best["validation"], "o", color=colour, markersize=4)
    return lay_epochs_out(axis, history)


def lay_epochs_out(axis: Axes, history: pd.DataFrame) -> Axes:
    """Count epochs in whole numbers, and show losses by their logarithm where they have one."""
    positive = (history[["loss", "validation"]] > 0).all(axis=None)
    axis.set(yscale="log" if positive else "linear", xlabel="epoch")
    axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    axis.grid(linewidth=0.3)
    return axis


def draw_scores(axis: Axes, table: pd.DataFrame, score: str, methods: list[str]) -> Axes:
    """Draw one score of every method as bars, grouped by split; what is not defined has no bar."""
    wide = table.pivot(index="split", columns="method", values=score)
    return draw_bars(axis, wide.reindex(table["split"].unique(), columns=methods), METHOD_COLOURS)


def draw_bars(axis: Axes, table: pd.DataFrame, colours: Mapping[str, str]) -> Axes:
    """Draw a table as a group of bars a row, in each a bar a column; a value of NaN has no bar.

    The names of the columns are the labels, and have their colours.
    """
    groups, width = np.arange(len(table)), 0.8 / max(table.shape[1], 1)
    for k, name in enumerate(map(str, table)):
        at = groups + (k - (table.shape[1] - 1) / 2) * width
        axis.bar(at, table[name], width, color=colours[name], label=name)
    axis.axhline(0, color="black", linewidth=0.6)
    axis.set_xticks(groups, table.index)
    axis.grid(axis="y", linewidth=0.3)
    return axis


def draw_series(
    axis: Axes, times: pd.DatetimeIndex, observed: np.ndarray, lines: np.ndarray, colour: str
) -> Axes:
    """Draw an observed series [time] and the median and range of networks [network, time]."""
    marker = "." if len(times) <= MOST_MARKED else None  # months beside a gap would be lost
    axis.plot(times, observed, color=OBSERVED, linewidth=1.1, marker=marker, markersize=2.5)
    if len(lines) > 1:
        axis.fill_between(times, lines.min(0), lines.max(0), color=colour, alpha=0.25, linewidth=0)
    axis.plot(times, np.median(lines, 0), color=colour, linewidth=0.9)
    axis.margins(x=0)
    axis.grid(linewidth=0.3)
    return axis


def draw_density(axis: Axes, x: np.ndarray, y: np.ndarray, most: float, least: float = 0.0) -> Axes:
    """Draw where pairs of values lie from `least` to `most`, as their number in a hexagon."""
    both, limits = np.isfinite(x) & np.isfinite(y), (least, most)
    axis.hexbin(
        x[both],
        y[both],
        gridsize=35,
        extent=(*limits, *limits),
        mincnt=1,
        bins="log",
        cmap="cividis_r",
    )
    axis.plot(limits, limits, color="black", linewidth=0.6, linestyle=":")
    axis.set(xlim=limits, ylim=limits, aspect="equal")
    return axis


def draw_distribution(axis: Axes, values: np.ndarray, label: str, **line: Any) -> Axes:
    """Draw the share of units at or below a value; units without a value count as worst."""
    ordered = np.sort(np.where(np.isfinite(values), values, FAR_LEFT))
    axis.step(ordered, np.arange(1, len(ordered) + 1) / len(ordered), label=label, **line)
    return axis


def legend_below(figure: FigureBase, axes: Iterable[Axes], columns: int) -> None:
    """Name below all axes what they show, each thing once."""
    shown: dict[str, Artist] = {}
    for axis in axes:
        handles, labels = axis.get_legend_handles_labels()
        shown |= dict(zip(labels, handles, strict=True))
    figure.legend(
        list(shown.values()),
        list(shown),
        loc="outside lower center",
        ncols=columns,
        frameon=False,
    )
