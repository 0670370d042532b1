"""Figures of the networks of concepts: series beside observations, cells and their stores.

Functions take data and an axis and give the axis back; colours stand here.
"""

import cmcrameri.cm as cmc
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from vadose.maps import Scale

COLOURS = {
    "q": "#1f5a8c",
    "soil_water_1": "#e0a458",
    "soil_water_2": "#c2571a",
    "soil_water_3": "#8a3b12",
    "soil_water_4": "#5a2608",
    "root_zone": "#3b8a4c",
    "swe": "#5b8fb9",
}
OBSERVED = "#30303090"
SHARES = LinearSegmentedColormap.from_list("shares", cmc.lapaz_r(np.linspace(0.05, 1, 256)))
SKILL = Scale(
    tuple(np.round(np.arange(0, 1.01, 0.1), 1)),
    cmc.roma,
    "squared correlation, test days",
    "neither",
)
# Of the scores' bars: what learnt, and what was read how.
BARS = {
    "concept": ("learnt with the network", "#1f5a8c"),
    "plain ridge": ("fitted on the plain LSTM, ridge", "#3b8a4c"),
    "plain elastic_net": ("fitted on the plain LSTM, elastic net", "#8fbf88"),
    "concept ridge": ("fitted on the trained network, ridge", "#8a4f9e"),
    "plain ridge shifted": ("control: other years (plain, ridge)", "#b8860b"),
    "plain ridge shuffled": ("control: other basins (plain, ridge)", "#9a9a9a"),
    "plain": ("plain LSTM", "#c2571a"),
}


def draw_series(
    axis: Axes, days: pd.DatetimeIndex, observed: np.ndarray, lines: np.ndarray, colour: str
) -> Axes:
    """Draw an observed series [time] and the median and range of predictions [network, time]."""
    axis.plot(days, observed, color=OBSERVED, linewidth=1.1)
    if len(lines) > 1:
        axis.fill_between(days, lines.min(0), lines.max(0), color=colour, alpha=0.25, linewidth=0)
    axis.plot(days, np.median(lines, 0), color=colour, linewidth=0.9)
    axis.margins(x=0)
    axis.grid(linewidth=0.3)
    return axis


def draw_shares(axis: Axes, shares: np.ndarray, names: list[str]) -> Axes:
    """Draw which share of each store each cell carries, [store, cell], like cells side by side."""
    leading = np.lexsort((-shares.max(0), shares.argmax(0)))
    axis.imshow(shares[:, leading], aspect="auto", cmap=SHARES, vmin=0, vmax=max(shares.max(), 0.2))
    axis.set_yticks(np.arange(len(names)), names)
    axis.set_xticks(np.arange(len(leading)), leading + 1, fontsize=6)
    axis.set_xlabel("cell, ordered by the store that it carries most")
    return axis
