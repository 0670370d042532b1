"""Map how well a reconstruction follows observed storage in months that it never saw."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from vadose import contracts, maps, storage_charts
from vadose.gap_filling.storage import SKILL

PANELS = {
    "r": ("Correlation", storage_charts.R),
    "r_anomaly": ("Correlation without trend and season", storage_charts.R),
    "nse": ("Nash-Sutcliffe efficiency", storage_charts.NSE),
    "nse_anomaly": ("The same without trend and season", storage_charts.NSE),
}


def draw(skill: Path, land: Path | None, *, method: str) -> Figure:
    """Draw correlation and efficiency of the test months, as they are and without the season."""
    data = contracts.read(SKILL, skill).sel({"method": method})
    there = np.isfinite(data["rmse"].values)
    places = storage_charts.places_of(data, there)
    outline = maps.read_land(land)
    figure = Figure(figsize=(11, 6.9), layout="constrained")
    axes = [maps.map_axes(figure, (2, 2, k + 1), places, outline) for k in range(len(PANELS))]
    for axis, (name, (text, scale)) in zip(axes, PANELS.items(), strict=True):
        values = data[name].values[there]
        maps.draw_values(axis, places, values, scale)
        maps.title(axis, text, values, "")
    for pair, scale in ((axes[:2], storage_charts.R), (axes[2:], storage_charts.NSE)):
        maps.colour_bar(figure, pair, scale)
    figure.suptitle(f"{storage_charts.METHODS[method][1]}, test months", fontsize=11)
    return figure
