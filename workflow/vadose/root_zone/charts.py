"""Figures of root-zone storage: seasons, and colours of parameters, series and experiments.

Functions take data and an axis and give the axis back; colours stand here.
"""

from collections.abc import Sequence

import cmcrameri.cm as cmc
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.ticker import MaxNLocator

from vadose.maps import Scale

COLOURS = {
    "q": "#1f5a8c",
    "et": "#3b8a4c",
    "swe": "#5b8fb9",
    "twsa": "#8a4f9e",
    "storage": "#c2571a",
}
MONTHS = "JFMAMJJASOND"
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


def experiment_colours(experiments: Sequence[str]) -> dict[str, str]:
    """Give each experiment its colour, from the one that learns from least on."""
    shades = cmc.batlow(np.linspace(0.05, 0.85, len(experiments)))
    return {name: to_hex(shade) for name, shade in zip(experiments, shades, strict=True)}
