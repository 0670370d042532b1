"""Map how well the probes read each store, and the network streamflow, in the basins."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from vadose import contracts, kinds, maps
from vadose.concept_charts import SKILL
from vadose.concepts.stores import LONG_NAMES
from vadose.evaluation import read_table

COLUMNS = 3


def draw(series: Path, metrics: Path, land: Path | None) -> Figure:
    """Draw a map a variable: the median over networks, grey where the store is not there."""
    basins = contracts.read(kinds.CONCEPT_SERIES, series)
    table = read_table(metrics)
    joint = table["experiment"].str.startswith("concept, ") & (table["metric"] == "r2")
    scores = table[joint].groupby(["variable", "unit_id"], sort=False)["value"].median()
    places = maps.Places(basins["lon"].values, basins["lat"].values)
    outline = maps.read_land(land)
    names = list(dict.fromkeys(scores.index.get_level_values("variable")))
    rows = -(-len(names) // COLUMNS)
    figure = Figure(figsize=(4 * COLUMNS, 2.7 * rows + 0.6), layout="constrained")
    for k, name in enumerate(names):
        values = scores[name].reindex(basins["basin"].values.astype(str)).to_numpy(float)
        axis = maps.map_axes(figure, (rows, COLUMNS, k + 1), places, outline)
        maps.draw_values(axis, places, np.asarray(values), SKILL)
        maps.title(axis, LONG_NAMES[name], values, "")
    maps.colour_bar(figure, list(figure.axes), SKILL)
    return figure
