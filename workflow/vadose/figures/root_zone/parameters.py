"""Map the parameters of the water balance, the median of all networks."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from vadose import contracts, maps
from vadose.root_zone.charts import parameter_scale
from vadose.root_zone.series_file import SERIES_FILE
from vadose.root_zone.simulated import SIMULATED

COLUMNS = 4


def draw(series: Path, simulated: Path, land: Path | None) -> Figure:
    """Draw a map a parameter, in colours over the values that it takes."""
    data = contracts.read(SERIES_FILE, series)
    found = contracts.read(SIMULATED, simulated)
    places = maps.Places(data["lon"].values, data["lat"].values)
    outline = maps.read_land(land)
    names = found["parameter"].values.astype(str)
    rows = -(-len(names) // COLUMNS)
    figure = Figure(figsize=(4 * COLUMNS, 3.1 * rows), layout="constrained")
    for k, name in enumerate(names):
        unit = str(found["unit"].values[k])
        values = np.median(found["parameters"].values[k], 0)
        scale = parameter_scale(name, values, unit)
        axis = maps.map_axes(figure, (rows, COLUMNS, k + 1), places, outline)
        maps.draw_values(axis, places, values, scale)
        maps.title(axis, name, values, "" if unit == "1" else unit)
        maps.colour_bar(figure, [axis], scale)
    return figure
