"""Map how many estimates of storage capacity agree in each cell, and their median."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from vadose import contracts, kinds, maps
from vadose.agreement import agreeing, median_of
from vadose.agreement_charts import count_scale
from vadose.estimates import of_cells
from vadose.job import log


def draw(compared: Path, labels: Path, land: Path | None, *, others: list[str]) -> Figure:
    """Draw both for the calibrated capacities of all models, the map and the estimates named."""
    cells = contracts.read(kinds.LABELS, labels)
    with contracts.opened(compared) as data:
        estimates = np.stack(list(of_cells(cells, data[["capacity", *others]].load()).values()))
    places = maps.Places.of(cells, cells=True)
    count, most = agreeing(estimates), len(estimates)
    agree = count_scale(most)
    middle = median_of(estimates)
    panels = ("agreement", count, agree, ""), ("median", middle, maps.SCALES["capacity"], "mm")
    figure = Figure(figsize=(9, 9.6), layout="constrained")
    outline = maps.read_land(land)
    for k, (name, values, scale, unit) in enumerate(panels, 1):
        axis = maps.map_axes(figure, (2, 1, k), places, outline)
        maps.draw_values(axis, places, values, scale)
        maps.title(axis, name, values, unit)
        maps.colour_bar(figure, [axis], scale)
    log.info("%d estimates; on average %.1f agree", most, np.nanmean(count))
    return figure
