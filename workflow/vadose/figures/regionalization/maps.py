"""Map where random vectors serve a basin better or worse than its descriptors."""

from pathlib import Path

from matplotlib.figure import Figure

from vadose import contracts, maps
from vadose.evaluation import read_table
from vadose.regionalization.files import SERIES
from vadose.regionalization.skill import ENSEMBLE, labelled
from vadose.regionalization_charts import DIFFERENCE, words

ACROSS = 3
DESCRIPTORS = "physical"


def draw(series: Path, metrics: Path, land: Path | None, *, settings: list[str]) -> Figure:
    """Draw the difference of NSE, random less physical, of ensembles in the test days.

    A map for each setting, architecture and random vector whose twin with descriptors ran.
    """
    basins = contracts.read(SERIES, series)
    names = basins["basin"].values.astype(str)
    places = maps.Places(basins["lon"].values, basins["lat"].values)
    table = labelled(read_table(metrics))
    chosen = (table["metric"] == "nse") & (table["period"] == "test") & (table["run"] == ENSEMBLE)
    keys = ["split", "architecture", "vectors"]
    values = table[chosen].set_index([*keys, "unit_id"])["value"].unstack()
    random = values.index.get_level_values("vectors").str.startswith("gaussian")
    pairs = [
        key
        for setting in settings
        for key in values.index[random]
        if key[0] == setting and (*key[:2], DESCRIPTORS) in values.index
    ]
    rows = -(-len(pairs) // ACROSS)
    figure = Figure(figsize=(4 * ACROSS, 2.5 * rows + 0.6), layout="constrained")
    outline = maps.read_land(land)
    for k, (setting, architecture, vectors) in enumerate(pairs):
        both = values.loc[(setting, architecture)]
        lost = (both.loc[vectors] - both.loc[DESCRIPTORS]).reindex(names).to_numpy(float)
        axis = maps.map_axes(figure, (rows, ACROSS, k + 1), places, outline)
        maps.draw_values(axis, places, lost, DIFFERENCE)
        maps.title(axis, f"{architecture.upper()}, {vectors}, {words(setting)}", lost, "")
    maps.colour_bar(figure, list(figure.axes), DIFFERENCE)
    return figure
