"""Figures of streamflow by architecture and static vector: tables, distributions, training.

Functions take data and an axis and give the axis back; colours stand here. A kind of vector has
one colour, an architecture one line, in every figure.
"""

from typing import Any

import cmcrameri.cm as cmc
import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, Normalize

from vadose.charts import lay_epochs_out
from vadose.maps import NO_DATA, Scale
from vadose.regionalization.experiment import NONE, PLAIN, years_of

# From light to dark where several widths of a kind stand in one figure.
FAMILIES = {
    "physical": ["#1f5a8c"],
    "gaussian": ["#e0a458", "#c2571a", "#8a3b12"],
    "mixed": ["#8fbf88", "#3b8a4c", "#1f5a2c"],
    "onehot": ["#8a4f9e"],
    "latlon": ["#b8860b"],
    NONE: ["#7a7a7a"],
}
LINES = {"ea": "-", "ct": "--", "sr": ":", "fm": "-.", PLAIN: "-", "climatology": (0, (1, 3))}
WORDS = {"temporal": "gauged, new days", "ungauged": "ungauged basins"}
SKILL = ListedColormap(cmc.lapaz_r(np.linspace(0.05, 0.85, 256)))
DIFFERENCE = Scale(
    (-0.5, -0.3, -0.2, -0.1, -0.05, 0.05, 0.1, 0.2, 0.3, 0.5),
    cmc.vik_r,
    "NSE with a random vector less NSE with descriptors",
    "both",
)


def words(setting: str) -> str:
    """Say what a setting is."""
    years = years_of(setting)
    if years is None:
        return WORDS[setting]
    return f"learnt from {years} year{'s' * (years > 1)}"


def colours(vectors: list[str]) -> dict[str, str]:
    """Give each kind of vector its colour; wider ones of a family are darker."""
    found: dict[str, str] = {}
    for family, shades in FAMILIES.items():
        members = [name for name in vectors if name.split("-")[0] == family]
        members.sort(key=lambda name: int(name.partition("-")[2] or 0))
        last, n = len(shades) - 1, len(members)
        places = np.linspace(0, last, n) if n > 1 else [last / 2]
        found |= {name: shades[round(place)] for name, place in zip(members, places, strict=False)}
    return found


def line(architecture: str, vectors: str, palette: dict[str, str]) -> dict[str, Any]:
    """Give the line of an experiment: colour by vector, dashes by architecture."""
    untold = "no vector" if architecture == PLAIN else architecture
    return {
        "color": palette[vectors],
        "linestyle": LINES[architecture],
        "label": untold if vectors == NONE else f"{architecture.upper()} {vectors}",
        "linewidth": 1.3,
    }


def draw_table(
    axis: Axes, ensemble: pd.DataFrame, single: pd.DataFrame, least: float, most: float
) -> Axes:
    """Draw medians [architecture, vectors] as a heat map of ensembles, single networks in brackets.

    Grey is not run; what cannot be, no vector for an architecture that takes one, stays white.
    """
    values, singles = ensemble.to_numpy(float), single.to_numpy(float)
    norm = Normalize(least, most)
    alone = [
        [(name == PLAIN) != (vectors == NONE) for vectors in ensemble] for name in ensemble.index
    ]
    colours_of = SKILL.with_extremes(bad=NO_DATA)(norm(np.ma.masked_invalid(values)))
    colours_of[np.array(alone)] = 1.0
    axis.imshow(colours_of, aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        if not np.isfinite(value):
            text, size = "" if alone[row][column] else "not run", 6.5
        else:
            text, size = f"{value:.2f}\n({singles[row, column]:.2f})", 8
        dark = np.isfinite(value) and norm(value) > 0.6
        colour = "white" if dark else "black"
        axis.text(column, row, text, ha="center", va="center", color=colour, fontsize=size)
    axis.set_xticks(range(ensemble.shape[1]), ensemble.columns, rotation=30, ha="right")
    axis.set_yticks(range(ensemble.shape[0]), [str(name).upper() for name in ensemble.index])
    axis.tick_params(length=0)
    for side in axis.spines.values():
        side.set_visible(False)
    return axis


def draw_years(axis: Axes, table: pd.DataFrame, palette: dict[str, str]) -> Axes:
    """Draw median skill against the years that were learnt from, a line an experiment.

    Rows have architecture, vectors, years and median.
    """
    for (architecture, vectors), part in table.groupby(["architecture", "vectors"], sort=False):
        ordered = part.sort_values("years")
        look = line(str(architecture), str(vectors), palette)
        axis.plot(ordered["years"], ordered["median"], marker="o", markersize=4, **look)
    years = sorted(table["years"].unique())
    axis.set_xscale("log")
    axis.set_xticks(years, [f"{year:g}" for year in years])
    axis.minorticks_off()
    axis.grid(linewidth=0.3)
    return axis


def draw_answers(
    axis: Axes, table: pd.DataFrame, middle: str, ends: tuple[str, str], colour: str
) -> Axes:
    """Draw how flow answers to attributes as bars from the strongest down, with ranges."""
    at = np.arange(len(table))[::-1]
    axis.barh(at, table[middle], color=colour, height=0.7)
    low, high = (table[name] for name in ends)
    axis.hlines(at, low, high, color="black", linewidth=0.8)
    axis.set_yticks(at, table.index, fontsize=7)
    axis.set_ylim(-0.6, len(table) - 0.4)
    axis.grid(axis="x", linewidth=0.3)
    return axis


def draw_training(axis: Axes, history: pd.DataFrame, palette: dict[str, str]) -> Axes:
    """Draw how networks learnt, a colour a kind of vector: medians and the validation's range."""
    for vectors, part in history.groupby("vectors", sort=False):
        epochs, colour = part.groupby("epoch"), palette[str(vectors)]
        judged = epochs["validation"]
        low, high, middle = judged.min(), judged.max(), judged.median()
        axis.fill_between(low.index, low, high, color=colour, alpha=0.15, linewidth=0)
        axis.plot(middle, color=colour, linewidth=1.5, label=vectors)
        axis.plot(epochs["loss"].median(), color=colour, linewidth=0.7)
    axis.legend(fontsize=7, frameon=False)
    return lay_epochs_out(axis, history)


def mappable(least: float, most: float) -> mpl.cm.ScalarMappable:
    """Give what the colour bar of `draw_table` shows."""
    return mpl.cm.ScalarMappable(norm=Normalize(least, most), cmap=SKILL)
