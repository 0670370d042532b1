"""Map how far apart capacities lie that fit the record equally well: restarts and models."""

from pathlib import Path

from matplotlib.figure import Figure

from vadose import contracts, kinds, maps
from vadose.labels import restart_spread


def draw(
    calibrations: list[Path],
    labels: Path,
    land: Path | None,
    *,
    cells: bool,
    within_kge: float,
) -> Figure:
    """Draw the spread over the restarts of each model, and over the models that pass."""
    merged = contracts.read(kinds.LABELS, labels)
    places = maps.Places.of(merged, cells)
    outline = maps.read_land(land)
    scale = maps.SCALES["spread"]
    panels = [("Over the models", merged["capacity_spread"].values)]
    for path in calibrations:
        table = contracts.read(kinds.CALIBRATION, path)
        panels.append(
            (f"Restarts of {table.attrs['model'].upper()}", restart_spread(table, within_kge))
        )
    rows = (len(panels) + 1) // 2
    figure = Figure(figsize=(10, 1.6 + 2.7 * rows), layout="constrained")
    axes = []
    for k, (name, values) in enumerate(panels):
        axis = maps.map_axes(figure, (rows, 2, k + 1), places, outline)
        maps.draw_values(axis, places, values, scale)
        axes.append(maps.title(axis, name, values, "mm"))
    maps.colour_bar(figure, axes, scale)
    return figure
