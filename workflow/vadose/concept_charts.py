"""Figures of the networks of concepts: cells and their stores, and colours of both.

Functions take data and an axis and give the axis back; colours stand here.
"""

import cmcrameri.cm as cmc
import numpy as np
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


def draw_shares(axis: Axes, shares: np.ndarray, names: list[str]) -> Axes:
    """Draw which share of each store each cell carries, [store, cell], like cells side by side."""
    leading = np.lexsort((-shares.max(0), shares.argmax(0)))
    axis.imshow(shares[:, leading], aspect="auto", cmap=SHARES, vmin=0, vmax=max(shares.max(), 0.2))
    axis.set_yticks(np.arange(len(names)), names)
    axis.set_xticks(np.arange(len(leading)), leading + 1, fontsize=6)
    axis.set_xlabel("cell, ordered by the store that it carries most")
    return axis
