"""Figures of how far systems agree: matrices of correlations, distributions, seasons.

Functions take data and an axis and give the axis back; colours stand here.
"""

from typing import Any

import cmcrameri.cm as cmc
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap

from vadose.agreement import TOLERANCE, square
from vadose.maps import MODEL_COLOURS, SCALES, Scale

SYSTEM_COLOURS = MODEL_COLOURS | {
    "GRACE": "#30303090",
    "truth": "#000000",
    "hybrid model": "#e0a800",
    "concept LSTM": "#d6337f",
}


def count_scale(most: int) -> Scale:
    """Give the colours of how many of `most` estimates agree."""
    colours = ListedColormap(SCALES["kge"].cmap(np.linspace(0, 1, most + 1)))
    label = f"estimates within {100 * TOLERANCE:.0f} % of their median, of at most {most}"
    edges = tuple((np.arange(most + 2) - 0.5).tolist())
    return Scale(edges, colours, label, "neither", tuple(range(most + 1)))


def draw_matrix(axis: Axes, pairs: pd.DataFrame, value: str, names: list[str]) -> Axes:
    """Draw a score of all pairs as coloured squares with its number and, small, its count."""
    matrix = square(pairs, value, names).to_numpy()
    count = square(pairs, "n", names).to_numpy()
    shown = np.where(np.tri(len(names), k=-1, dtype=bool), matrix, np.nan)[1:, :-1]
    axis.imshow(shown, cmap=cmc.vik_r, vmin=-1, vmax=1)
    for i, j in zip(*np.nonzero(np.isfinite(shown)), strict=True):
        colour = "white" if abs(shown[i, j]) > 0.45 else "black"
        at: dict[str, Any] = {"ha": "center", "color": colour}
        axis.text(j, i, f"{shown[i, j]:.2f}", va="bottom", fontsize=8, **at)
        axis.text(j, i + 0.05, f"{count[i + 1, j]:.0f}", va="top", fontsize=6, **at)
    axis.set_xticks(range(len(names) - 1), names[:-1], rotation=40, ha="right", fontsize=8)
    axis.set_yticks(range(len(names) - 1), names[1:], fontsize=8)
    axis.spines[["top", "right"]].set_visible(False)
    return axis


def draw_boxes(axis: Axes, values: list[np.ndarray], names: list[str]) -> Axes:
    """Draw 10, 25, 50, 75 and 90 % of each sample as line, bar and notch; the first on top."""
    for k, sample in enumerate(values):
        low, first, middle, third, high = np.quantile(sample, [0.1, 0.25, 0.5, 0.75, 0.9])
        axis.plot([low, high], [k, k], color="#707070", linewidth=1)
        axis.barh(k, third - first, left=first, height=0.5, color="#5b8fb9")
        axis.plot([middle, middle], [k - 0.25, k + 0.25], color="black", linewidth=1.5)
    axis.set_yticks(range(len(names)), names, fontsize=8)
    axis.invert_yaxis()
    axis.grid(axis="x", linewidth=0.3)
    return axis


def draw_seasons(axis: Axes, seasons: dict[str, np.ndarray]) -> Axes:
    """Draw the usual year [12] of storage of each system."""
    for name, values in seasons.items():
        colour, width = SYSTEM_COLOURS.get(name, "#9a9a9a"), 2.5 if name == "GRACE" else 1.2
        axis.plot(np.arange(1, 13), values, linewidth=width, color=colour, label=name)
    axis.axhline(0, color="black", linewidth=0.5)
    axis.set_xticks(range(1, 13), "JFMAMJJASOND")
    axis.grid(linewidth=0.3)
    return axis
