"""The summary figure: what each system is worth at one sight, and panels of what was not made.

Functions take data and an axis and give the axis back; colours and words stand here.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from vadose.maps import Scale
from vadose.storage_charts import TWSA
from vadose.summary import Headline

# Of all systems in the order in which they stand.
SYSTEMS = {
    "calibration": ("Water balance models", "#4a4a4a"),
    "capacity": ("Storage capacity", "#1f5a8c"),
    "gap_filling": ("Storage without gaps", "#5b8fb9"),
    "concepts": ("Concept LSTM", "#c2571a"),
    "regionalization": ("Ungauged basins", "#8a4f9e"),
    "root_zone": ("Root-zone storage", "#3b8a4c"),
}
METRICS = {"kge": "KGE", "nse": "NSE", "r2": "R²"}
# Simple methods, where the tables name them otherwise.
WORDS = {
    "climatology": "usual month",
    "regression": "regression by cell",
    "simulated": "simulated storage",
    "mlp": "small network",
    "trees": "regression trees",
    "linear": "linear regression",
    "nearest": "nearest label",
    "plain ridge": "ridge on a plain LSTM",
    "plain elastic_net": "elastic net on a plain LSTM",
    "plain none": "not told of basins",
    "climatology none": "usual day",
    "q": "learnt from streamflow alone",
}
DEFICIT = Scale(
    TWSA.edges,
    TWSA.cmap,
    "water above or below the usual of the month (mm)",
    TWSA.extend,
    (-400, -200, -100, -25, 25, 100, 200, 400),
)
LEAST = -0.1  # left end of the axis: worse scores stand there
OFF, OFF_INK, QUIET = "#ececec", "#a8a8a8", "#6a6a6a"


def draw_headlines(axis: Axes, found: Mapping[str, Headline]) -> Axes:
    """Draw each system's score as a disc and the best simple method's as a ring, a row a system.

    What is not in `found` is switched off and grey.
    """
    axis.axvspan(LEAST, 0, color="#f4f4f4", linewidth=0, zorder=0)
    for row, (system, (title, colour)) in enumerate(SYSTEMS.items()):
        at = found.get(system)
        head: dict[str, Any] = {"color": colour if at else OFF_INK, "fontsize": 10}
        head["fontweight"] = "bold"
        axis.text(LEAST, row - 0.42, title, **head)
        axis.plot([LEAST, 1], [row, row], color="#dcdcdc", linewidth=0.8, zorder=1)
        if at:
            score = f"{at.score:.2f}" if np.isfinite(at.score) else "no score"
            axis.text(1, row - 0.42, f"{METRICS[at.metric]} {score}", ha="right", **head)
            text = f"{at.about} (n = {at.n})"
            axis.text(LEAST, row - 0.2, text, color=QUIET, fontsize=8)
            _draw_headline(axis, row, at, colour)
        else:
            axis.text(LEAST, row - 0.2, "switched off", color=OFF_INK, fontsize=8)
    axis.set(xlim=(LEAST, 1.0), ylim=(len(SYSTEMS) - 0.45, -0.7), yticks=[])
    axis.set_xticks(np.arange(0, 1.01, 0.2))
    axis.tick_params(labelsize=8, length=0)
    axis.spines[["top", "left", "right", "bottom"]].set_visible(False)
    return axis


def _draw_headline(axis: Axes, row: int, at: Headline, colour: str) -> None:
    """Draw a disc, a ring and what the ring is."""
    score, simple = np.clip([at.score, at.simple], LEAST, 1)
    axis.plot([simple, score], [row, row], color=colour, linewidth=2.2, alpha=0.45, zorder=2)
    axis.plot(score, row, "o", color=colour, markersize=10, zorder=4, clip_on=False)
    if not np.isfinite(at.simple):
        return
    ring: dict[str, Any] = {"markerfacecolor": "white", "markeredgewidth": 1.6, "clip_on": False}
    axis.plot(simple, row, "o", color=colour, markersize=8, zorder=5, **ring)
    side = "left" if simple < 0.2 else "right" if simple > 0.75 else "center"
    text = f"{WORDS.get(at.method, at.method)} {at.simple:.2f}"
    axis.text(simple, row + 0.27, text, ha=side, color=QUIET, fontsize=8)


def draw_off(axis: Axes, title: str, text: str) -> Axes:
    """Draw a grey panel in the place of a map that was not made, with the reason."""
    axis.set(xticks=[], yticks=[], facecolor=OFF)
    for spine in axis.spines.values():
        spine.set_visible(False)
    axis.set_title(title, fontsize=11, fontweight="bold", color=OFF_INK, loc="left", pad=17)
    axis.text(0.5, 0.5, text, ha="center", va="center", color=QUIET, transform=axis.transAxes)
    return axis
