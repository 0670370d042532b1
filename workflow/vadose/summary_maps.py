"""The four maps of the summary figure: capacity, a dry month, the root zone, agreement.

Each takes a figure, a position in it, the files it needs, the land's outlines and the names of
estimates beside the map, and adds one map with its colours below.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from shapely import Polygon

from vadose import contracts, kinds, storage_charts
from vadose.agreement import agreeing
from vadose.agreement_charts import count_scale
from vadose.basin_tables import read_basins
from vadose.capacity.tables import labelled
from vadose.contracts import opened
from vadose.estimates import of_cells
from vadose.gap_filling.skill import LAND
from vadose.hatching import UNSURE, explain, hatch, hatch_large
from vadose.maps import LAND as LAND_COLOUR
from vadose.maps import SCALES, Places, Scale, colour_bar, draw_values, map_axes, summed_up
from vadose.summary_charts import DEFICIT, draw_off

Position = tuple[int, int, int]
Files = dict[str, Path]
GROUND = Scale((-1, 1), ListedColormap([LAND_COLOUR]), "", "neither")
HOLDS = "How much water the soil can hold"
DRY = "How much water lacked in a dry month"
USED = "How much of it plants use"
AGREED = "How far the estimates agree"


def _map(
    figure: Figure,
    at: Position,
    places: Places,
    land: list[Polygon],
    values: np.ndarray,
    scale: Scale,
    *,
    title: str,
    text: str,
    unit: str = "mm",
    behind: Places | None = None,
) -> Axes:
    """Add a map with a head line, a line of text, and its colours; cells `behind` are land."""
    axis = map_axes(figure, at, places, land)
    if behind is not None:
        draw_values(axis, behind, np.zeros(len(behind.lon)), GROUND)
    draw_values(axis, places, values, scale)
    axis.set_title(title, fontsize=11, fontweight="bold", loc="left", pad=17)
    below = f"{text}; {summed_up(values, unit)}"
    axis.text(0, 1.015, below, transform=axis.transAxes, fontsize=8, va="bottom")
    colour_bar(figure, [axis], scale)
    return axis


def draw_capacity(
    figure: Figure, at: Position, files: Files, land: list[Polygon], _: list[str]
) -> Axes:
    """Map the reconstructed capacity, hatched where its spread is large."""
    cells = contracts.read(kinds.CAPACITY_MAP, files["capacity"]).stack(unit=("lat", "lon"))
    cells = cells.isel(unit=labelled(cells))
    places = Places.of(cells, cells=True)
    values, spread = cells["capacity"].values, cells["capacity_spread"].values
    text = "learnt by residual networks"
    axis = _map(figure, at, places, land, values, SCALES["capacity"], title=HOLDS, text=text)
    return hatch_large(axis, places, values, spread)


def draw_dry_month(
    figure: Figure, at: Position, files: Files, land: list[Polygon], _: list[str]
) -> Axes:
    """Map the deficit of storage in the month of the gap with most land in drought, or of all."""
    area = pd.read_csv(files["drought_area"]).query(f"basin == '{LAND}'").set_index("month")
    with opened(files["droughts"]) as data:
        months = data["time"].dt.strftime("%Y-%m").values
        gap = months[data["in_gap"].values == 1]
        driest = str(area.loc[gap if len(gap) else months, "expected"].idxmax())
        there = data[["wsd", "wsdi_std"]].isel(time=int(np.flatnonzero(months == driest)[0])).load()
    known = np.isfinite(there["wsd"].values)
    places = storage_charts.places_of(there, known)
    when = f"{pd.Timestamp(driest):%B %Y}"
    text = f"{when}, when no satellite measured it" if len(gap) else when
    values, unsure = there["wsd"].values[known], there["wsdi_std"].values[known] > UNSURE
    axis = _map(figure, at, places, land, values, DEFICIT, title=DRY, text=text)
    explain(axis, f"uncertain by a class of drought or more ({unsure.sum()})")
    return hatch(axis, places, unsure)


def draw_root_zone(
    figure: Figure, at: Position, files: Files, land: list[Polygon], _: list[str]
) -> Axes:
    """Map the active root-zone storage of basins, struck through where its spread is large."""
    table = read_basins(files["root_zone"])
    labels = contracts.read(kinds.LABELS, files["labels"])
    rows = table.reindex(labels["unit"].values.astype(str))
    values, spread = (rows[name].to_numpy(float) for name in ("capacity_mm", "capacity_sd_mm"))
    places = Places.of(labels, cells=False)
    behind = None
    if "labels_cells" in files and not land:
        behind = Places.of(contracts.read(kinds.LABELS, files["labels_cells"]), cells=True)
    text, scale = "active root-zone storage of basins", SCALES["capacity"]
    axis = _map(figure, at, places, land, values, scale, title=USED, text=text, behind=behind)
    return hatch_large(axis, places, values, spread)


def draw_agreement(
    figure: Figure, at: Position, files: Files, land: list[Polygon], others: list[str]
) -> Axes:
    """Map how many estimates of capacity agree."""
    labels = contracts.read(kinds.LABELS, files["labels_cells"])
    with opened(files["compared"]) as data:
        estimates = of_cells(labels, data[["capacity", *others]].load())
    count = agreeing(np.stack(list(estimates.values())))
    places, scale = Places.of(labels, cells=True), count_scale(len(estimates))
    text, unit = "models, networks and published maps", f"of {len(estimates)}"
    return _map(figure, at, places, land, count, scale, title=AGREED, text=text, unit=unit)


# What each panel needs, the system that makes it, its name, and what draws it.
PANELS = (
    (("capacity",), "capacity", HOLDS, draw_capacity),
    (("droughts", "drought_area"), "gap_filling", DRY, draw_dry_month),
    (("root_zone", "labels"), "root_zone", USED, draw_root_zone),
    (("compared", "labels_cells"), "capacity", AGREED, draw_agreement),
)


def draw_maps(figure: Figure, files: Files, land: list[Polygon], others: list[str]) -> None:
    """Draw the four maps; one whose files are not there says which system makes them."""
    for place, (needs, system, name, draw) in enumerate(PANELS, 1):
        at = (2, 2, place)
        if all(key in files for key in needs):
            draw(figure, at, files, land, others)
        else:
            text = f"not made in this run: needs {system} in systems"
            draw_off(figure.add_subplot(*at), name, text)
