"""Map the reconstructed capacity, its spread, the labels and where it departs from them."""

from pathlib import Path

from matplotlib.figure import Figure

from vadose import contracts, kinds, maps
from vadose.capacity.tables import labelled
from vadose.hatching import hatch_large

PANELS = {
    "capacity": ("Reconstructed by the residual networks", "capacity"),
    "label": ("Labels: calibrated, merged", "capacity"),
    "capacity_spread": ("Spread of the ensemble", "spread"),
    "departure": ("Reconstruction less label", "departure"),
}


def draw(capacity: Path, land: Path | None) -> Figure:
    """Draw four maps; beside the labels, the reasons for having none."""
    data = contracts.read(kinds.CAPACITY_MAP, capacity)
    data["departure"] = data["capacity"] - data["label"]
    cells = data.stack(unit=("lat", "lon"))
    cells = cells.isel(unit=labelled(cells))
    places = maps.Places.of(cells, cells=True)
    outline = maps.read_land(land)
    figure = Figure(figsize=(11, 8), layout="constrained")
    axes = {}
    for k, (name, (text, scale)) in enumerate(PANELS.items()):
        axis = axes[name] = maps.map_axes(figure, (2, 2, k + 1), places, outline)
        maps.draw_values(axis, places, cells[name].values, maps.SCALES[scale])
        maps.title(axis, text, cells[name].values, "mm")
    mean, spread = (cells[name].values for name in ("capacity", "capacity_spread"))
    hatch_large(axes["capacity"], places, mean, spread)
    maps.draw_reasons(axes["label"], places, cells["reason"].values)
    for scale in dict.fromkeys(scale for _, scale in PANELS.values()):
        mine = [axes[name] for name, (_, one) in PANELS.items() if one == scale]
        maps.colour_bar(figure, mine, maps.SCALES[scale])
    maps.reason_legend(figure, list(axes.values()))
    return figure
