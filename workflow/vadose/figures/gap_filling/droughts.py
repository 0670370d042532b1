"""Map the drought index in the months of the gap, and draw how much land is in drought."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from vadose import contracts, maps, storage_charts
from vadose.gap_filling.skill import LAND
from vadose.gap_filling.storage import DROUGHT
from vadose.hatching import UNSURE, hatch, key

COLUMNS = 4
NOTE = f"standard deviation of the index above {UNSURE:g}: the class of drought is not sure"


def draw(droughts: Path, area: Path, land: Path | None) -> Figure:
    """Draw a map a month of the gap, on one scale, over the share of land by month."""
    data = contracts.read(DROUGHT, droughts)
    months, gap = pd.DatetimeIndex(data["time"].values), data["in_gap"].values == 1
    index = data["wsdi"].values
    there = np.isfinite(index).any(0)
    places = storage_charts.places_of(data, there)
    outline = maps.read_land(land)
    rows = -(-int(gap.sum()) // COLUMNS)
    figure = Figure(figsize=(3.2 * COLUMNS, 1.95 * rows + 3.2), layout="constrained")
    top, bottom = figure.subfigures(2, 1, height_ratios=(1.95 * rows + 0.8, 2.2), squeeze=False)[
        :, 0
    ]
    for k, month in enumerate(np.flatnonzero(gap).tolist()):
        axis = maps.map_axes(top, (rows, COLUMNS, k + 1), places, outline)
        maps.draw_values(axis, places, index[month][there], storage_charts.WSDI)
        hatch(axis, places, data["wsdi_std"].values[month][there] > UNSURE)
        axis.set_title(f"{months[month]:%B %Y}", fontsize=9)
    if gap.any():
        maps.colour_bar(top, list(top.axes), storage_charts.WSDI)
        top.legend([key()], [NOTE], loc="outside lower center", fontsize=8, frameon=False)
    table = pd.read_csv(area)
    axis = storage_charts.shade(bottom.subplots(), months, gap)
    storage_charts.draw_shares(axis, months, table[table["basin"] == LAND])
    axis.set_title("Land in drought, index below -1, -2 and -3; the gap is shaded", fontsize=9)
    axis.legend(fontsize=8, frameon=False, ncols=4, loc="upper left")
    return figure
