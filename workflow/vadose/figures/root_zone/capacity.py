"""Map the active root-zone storage capacity of basins and how far the networks differ in it."""

from pathlib import Path

from matplotlib.figure import Figure

from vadose import contracts, maps
from vadose.basin_tables import read_basins
from vadose.hatching import hatch_large
from vadose.root_zone.series_file import SERIES_FILE

SHOWN = {
    "capacity_mm": ("capacity", "capacity"),
    "capacity_sd_mm": ("spread", "standard deviation of all networks"),
    "capacity_sd_folds_mm": ("spread", "of folds: other years to learn from"),
    "capacity_sd_seeds_mm": ("spread", "of seeds: other first weights"),
}


def draw(series: Path, basins: Path, land: Path | None) -> Figure:
    """Draw the median and the spread of capacity, in all and of folds and seeds."""
    data = contracts.read(SERIES_FILE, series)
    table = read_basins(basins)
    places = maps.Places(data["lon"].values, data["lat"].values)
    outline = maps.read_land(land)
    figure = Figure(figsize=(10, 6.4), layout="constrained")
    table = table.loc[data["basin"].values.astype(str)]
    axes = []
    for k, (column, (scale, text)) in enumerate(SHOWN.items(), 1):
        axis = maps.map_axes(figure, (2, 2, k), places, outline)
        values = table[column].to_numpy(float)
        maps.draw_values(axis, places, values, maps.SCALES[scale])
        maps.title(axis, text, values, "mm")
        axes.append(axis)
    hatch_large(axes[0], places, *(table[name].to_numpy(float) for name in list(SHOWN)[:2]))
    maps.colour_bar(figure, axes[::2], maps.SCALES["capacity"])
    maps.colour_bar(figure, axes[1::2], maps.SCALES["spread"])
    return figure
