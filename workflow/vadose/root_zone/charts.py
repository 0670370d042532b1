"""Figures of root-zone storage: seasons, series beside observations, scores of experiments.

Functions take data and an axis and give the axis back; colours stand here.
"""

from collections.abc import Sequence

import cmcrameri.cm as cmc
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from vadose.maps import Scale

COLOURS = {
    "q": "#1f5a8c",
    "et": "#3b8a4c",
    "swe": "#5b8fb9",
    "twsa": "#8a4f9e",
    "storage": "#c2571a",
}
OBSERVED = "#30303090"
MONTHS = "JFMAMJJASOND"
MOST_MARKED = 120  # observations of a series
SOUTH = 6  # months by which the seasons of the south are shifted


def parameter_scale(name: str, values: np.ndarray, unit: str) -> Scale:
    """Make the classes of a parameter's colours over the values that it takes."""
    known = values[np.isfinite(values)]
    edges = MaxNLocator(8, steps=[1, 2, 2.5, 5, 10]).tick_values(known.min(), known.max())
    label = name if unit == "1" else f"{name} ({unit})"
    return Scale(tuple(np.round(edges, 9)), cmc.batlow, label, "neither")


def draw_seasons(axis: Axes, season: np.ndarray, lat: np.ndarray, colour: str, label: str) -> Axes:
    """Draw the usual seasons of basins [basin, 12] and their median, the south by half a year."""
    turned = np.where((lat < 0)[:, None], np.roll(season, SOUTH, -1), season)
    months = np.arange(1, 13)
    axis.plot(months, turned.T, color=colour, linewidth=0.4, alpha=0.35)
    axis.plot(months, np.median(turned, 0), color=colour, linewidth=2, label=label)
    axis.set_xticks(months, MONTHS)
    axis.grid(linewidth=0.3)
    return axis


def draw_series(
    axis: Axes, times: pd.DatetimeIndex, observed: np.ndarray, lines: np.ndarray, colour: str
) -> Axes:
    """Draw observations [time] and the median and range of members [member, time]."""
    axis.fill_between(times, lines.min(0), lines.max(0), color=colour, alpha=0.25, linewidth=0)
    axis.plot(times, np.median(lines, 0), color=colour, linewidth=0.9)
    marker = "." if len(times) <= MOST_MARKED else None  # months beside a gap would be lost
    axis.plot(times, observed, color=OBSERVED, linewidth=1.0, marker=marker, markersize=2.5)
    axis.margins(x=0)
    axis.grid(linewidth=0.3)
    return axis


def draw_bars(
    axis: Axes, table: pd.DataFrame, experiments: Sequence[str], targets: Sequence[str]
) -> Axes:
    """Draw a score as bars, targets side by side, a colour an experiment."""
    colours = cmc.batlow(np.linspace(0.05, 0.85, len(experiments)))
    width = 0.85 / len(experiments)
    for k, (name, colour) in enumerate(zip(experiments, colours, strict=True)):
        one = table[table["what"] == name].set_index("variable")["value"].reindex(list(targets))
        at = np.arange(len(targets)) + (k - (len(experiments) - 1) / 2) * width
        axis.bar(at, one, width, color=colour, label=name.replace("_", " + "))
    axis.axhline(0, color="black", linewidth=0.6)
    axis.grid(axis="y", linewidth=0.3)
    return axis
