"""Draw the seasons of active root-zone storage, and its capacity against climate and cover."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from vadose import contracts
from vadose.basin_tables import read_basins
from vadose.root_zone.analysis import rank_correlation
from vadose.root_zone.attributes import ATTRIBUTES
from vadose.root_zone.charts import draw_seasons
from vadose.root_zone.series_file import SERIES_FILE
from vadose.root_zone.summary import STORAGE

DRY, SNOWY = 1.0, 20.0  # demand over precipitation; snow cover, % of the year
COLOURS = {"humid": "#1f5a8c", "dry": "#c2571a", "snowy": "#5b8fb9"}
AGAINST = {"aridity": "demand over precipitation", "forest": "forest (%)", "snow_cover": "snow (%)"}


def draw(series: Path, storage: Path, basins: Path) -> Figure:
    """Draw seasons of humid, dry and snowy basins above, and what capacity goes with below."""
    data, found = contracts.read(SERIES_FILE, series), contracts.read(STORAGE, storage)
    table = read_basins(basins)
    table = table.loc[data["basin"].values.astype(str)]
    static = dict(zip(ATTRIBUTES, data["static"].values.T, strict=True))
    snowy = static["snow_cover"] >= SNOWY
    dry = ~snowy & (static["aridity"] > DRY)
    groups = {"humid": ~snowy & ~dry, "dry": dry, "snowy": snowy}
    season = np.median(found["season"].values, 0)
    figure = Figure(figsize=(11, 6.6), layout="constrained")
    above, below = figure.subplots(2, 3)
    for axis, (name, part) in zip(above, groups.items(), strict=True):
        axis.set_title(f"{name}, n = {part.sum()}", fontsize=9)
        axis.set_xlabel("month (south of the equator: half a year later)", fontsize=8)
        if part.any():
            draw_seasons(axis, season[part], data["lat"].values[part], COLOURS[name], name)
    for axis in above:
        axis.set_ylim(0, max(one.get_ylim()[1] for one in above))
    for axis, (name, text) in zip(below, AGAINST.items(), strict=True):
        for group, part in groups.items():
            x, y = static[name][part], table["capacity_mm"].to_numpy()[part]
            spread = table["capacity_sd_mm"].to_numpy()[part]
            axis.errorbar(x, y, spread, fmt="o", ms=4, lw=0.6, color=COLOURS[group], label=group)
        rank = rank_correlation(static[name], table["capacity_mm"].to_numpy())
        axis.set_title(f"rank correlation {rank:.2f}, n = {len(table)}", fontsize=9)
        axis.set(xlabel=text, ylim=(0, None))
        axis.grid(linewidth=0.3)
    above[0].set_ylabel("active storage (mm)")
    below[0].set_ylabel("capacity (mm), bars: networks")
    below[0].legend(fontsize=8, frameon=False)
    return figure
