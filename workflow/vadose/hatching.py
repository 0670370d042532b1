"""Hatching of maps where the spread is large: strokes over cells, a stroke through points."""

from typing import Any

import cartopy.crs as ccrs
import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from vadose.maps import Places, hatch_cells

STROKES = "\\\\\\\\\\\\"  # against those of masked cells
HALO, COLOUR = ("#ffffff", 1.1), ("#202020", 0.5)  # seen on light and on dark, points wide
UNSURE = 1.0  # standard deviation of a drought index from which its class is not sure
LARGE = 0.3  # ASSUME a spread above this share of a value makes it uncertain


def is_large(spread: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Tell where the spread of positive values is large against them, [unit]."""
    known = np.isfinite(spread) & np.isfinite(values)
    return known & (np.where(known, spread, 0) > LARGE * np.where(known, values, 0))


def hatch(axis: Axes, places: Places, uncertain: np.ndarray) -> Axes:
    """Hatch uncertain units [unit] True."""
    if not uncertain.any():
        return axis
    for colour, width in (HALO, COLOUR):
        if places.grid:
            hatch_cells(axis, places, places.grid, uncertain, (colour, width), STROKES)
            continue
        axis.scatter(
            places.lon[uncertain],
            places.lat[uncertain],
            s=70,
            c=colour,
            marker=(2, 0, 45),
            linewidths=2.2 * width,
            transform=ccrs.PlateCarree(),
            zorder=3.5,
        )
    return axis


def hatch_large(axis: Axes, places: Places, values: np.ndarray, spread: np.ndarray) -> Axes:
    """Hatch units whose spread is above a share of their value, and say so below the map."""
    uncertain = is_large(spread, values)
    explain(axis, f"spread above {100 * LARGE:.0f} % ({uncertain.sum()})")
    return hatch(axis, places, uncertain)


def explain(axis: Axes, text: str) -> Axes:
    """Say below a map what is hatched in it."""
    place: dict[str, Any] = {"loc": "upper center", "bbox_to_anchor": (0.5, 0.02)}
    axis.legend([key()], [text], fontsize=8, frameon=False, **place)
    return axis


def key() -> Rectangle:
    """Give what stands for hatched units in a legend."""
    colour, width = COLOUR
    with mpl.rc_context({"hatch.linewidth": width, "hatch.color": colour}):
        patch = Rectangle((0, 0), 1, 1, facecolor="white", edgecolor=colour, linewidth=width)
        patch.set_hatch(STROKES)
    return patch
