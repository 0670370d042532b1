"""Map storage capacity: the merged label, its spread over models, and why units carry none."""

from pathlib import Path

from matplotlib.figure import Figure

from vadose import contracts, kinds, maps
from vadose.hatching import hatch_large


def draw(labels: Path, land: Path | None, *, cells: bool) -> Figure:
    """Draw the merged capacity above the capacity of each model."""
    table = contracts.read(kinds.LABELS, labels)
    places = maps.Places.of(table, cells)
    outline = maps.read_land(land)
    scale = maps.SCALES["capacity"]
    models = [str(m) for m in table["model"].values]
    figure = Figure(figsize=(10, 11.2), layout="constrained")
    grid = (3, 2)
    merged = maps.map_axes(figure, (*grid, 1), places, outline)
    spread = maps.map_axes(figure, (*grid, 2), places, outline)
    maps.draw_values(merged, places, table["capacity"].values, scale)
    maps.draw_values(spread, places, table["capacity_spread"].values, maps.SCALES["spread"])
    maps.title(merged, "Merged label", table["capacity"].values, "mm")
    maps.title(spread, "Spread over the models", table["capacity_spread"].values, "mm")
    maps.draw_reasons(merged, places, table["reason"].values)
    hatch_large(merged, places, table["capacity"].values, table["capacity_spread"].values)
    axes = [merged]
    for k, model in enumerate(models[:4]):
        axis = maps.map_axes(figure, (*grid, k + 3), places, outline)
        one = table.sel(model=model)
        values = one["model_capacity"].values
        maps.draw_values(axis, places, values, scale)
        maps.draw_reasons(axis, places, one["model_reason"].values)
        note = "" if one["merged"] else " (not merged)"
        axes.append(maps.title(axis, model.upper() + note, values, "mm"))
    maps.colour_bar(figure, [spread], maps.SCALES["spread"])
    maps.colour_bar(figure, axes, scale)
    maps.reason_legend(figure, axes)
    return figure
