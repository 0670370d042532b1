"""Map the skill of every model in the verification months."""

from pathlib import Path

from matplotlib.figure import Figure

from vadose import contracts, kinds, maps


def draw(calibrations: list[Path], land: Path | None, *, cells: bool) -> Figure:
    """Draw one map of KGE a model."""
    scale = maps.SCALES["kge"]
    outline = maps.read_land(land)
    figure = Figure(figsize=(10, 2.1 + 2.6 * ((len(calibrations) + 1) // 2)), layout="constrained")
    axes = []
    for k, path in enumerate(calibrations):
        table = contracts.read(kinds.CALIBRATION, path)
        places = maps.Places.of(table, cells)
        kge = table["kge_verification"].values
        rows = (len(calibrations) + 1) // 2
        axis = maps.map_axes(figure, (rows, 2, k + 1), places, outline)
        maps.draw_values(axis, places, kge, scale)
        name = table.attrs["model"].upper()
        snow = table.attrs["snow"].replace("_", " ")
        axes.append(maps.title(axis, f"{name}, snow: {snow}", kge, ""))
    maps.colour_bar(figure, axes, scale)
    return figure
