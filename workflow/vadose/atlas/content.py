"""What an atlas holds: places, maps of them, usual years and series; and as what a page takes it.

Conventions: values are [unit], lines of charts [unit, month]; NaN is no data. A place is a set of
units: the cells of a grid, or basins at their gauges.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import shapely
from matplotlib.colors import to_hex
from shapely import Polygon

from vadose.atlas.packing import pack
from vadose.grid import Grid
from vadose.maps import LAND, NO_DATA, OUTLINE, Scale
from vadose.outlines import TURNS

Keep = Callable[[str, np.ndarray, float], str]  # an array by its name, with its least step

REGION = 120  # degrees of longitude up to which a map shows a region and not the globe
MARGIN = 4  # degrees around a region
HUNDREDTHS = 100  # of a degree, in which outlines are written


class Place(NamedTuple):
    """Units of one kind; `names` are those of basins."""

    key: str
    noun: str
    lat: np.ndarray
    lon: np.ndarray
    grid: Grid | None = None
    names: Sequence[str] = ()


class Layer(NamedTuple):
    """A map of a place; one without scale and categories is shown as a number only."""

    key: str
    of: str  # key of the place
    group: str
    title: str
    values: np.ndarray
    scale: Scale | None = None
    unit: str = "mm"
    digits: int = 1
    about: str = ""
    categories: Mapping[int, tuple[str, str]] = {}  # code: text and colour


class Line(NamedTuple):
    """A line of a chart [unit, month], its colour, and its dashes and gaps in points."""

    values: np.ndarray
    colour: str
    dash: Sequence[float] = ()


class Chart(NamedTuple):
    """Lines by month of each unit of a place: a usual year, or a series from its first month on."""

    key: str
    of: str
    title: str
    unit: str
    lines: Mapping[str, Line]
    start: str = ""  # such as 2000-01; empty for usual years
    digits: int = 0


class Atlas(NamedTuple):
    """All that a page shows; `absent` and `notes` are sentences."""

    run: str
    places: Sequence[Place]
    layers: Sequence[Layer]
    charts: Sequence[Chart]
    land: Sequence[Polygon] = ()
    absent: Sequence[str] = ()
    notes: Sequence[str] = ()


def describe(atlas: Atlas) -> tuple[dict[str, Any], str]:
    """Give what a page is told of an atlas, and all its numbers as one text."""
    arrays: dict[str, tuple[np.ndarray, float]] = {}

    def kept(name: str, values: np.ndarray, step: float) -> str:
        arrays[name] = values, step
        return name

    places = [_place(place, kept) for place in atlas.places]
    layers = [_layer(layer, kept) for layer in atlas.layers]
    charts = [_chart(chart, kept) for chart in atlas.charts]
    extent = shown(atlas.places)
    colours = {"land": LAND, "outline": OUTLINE, "missing": NO_DATA}
    about, numbers = pack(arrays)
    return {
        "run": atlas.run,
        "places": places,
        "layers": layers,
        "charts": charts,
        "extent": extent,
        "coast": outlines(atlas.land, extent["centre"]),
        "colours": colours,
        "absent": list(atlas.absent),
        "notes": list(atlas.notes),
        "arrays": about,
    }, numbers


def _place(place: Place, kept: Keep) -> dict[str, Any]:
    return {
        "key": place.key,
        "noun": place.noun,
        "names": list(place.names),
        "grid": place.grid._asdict() if place.grid else None,
        "lat": kept(f"{place.key} lat", place.lat, 0.01),
        "lon": kept(f"{place.key} lon", place.lon, 0.01),
    }


def _layer(layer: Layer, kept: Keep) -> dict[str, Any]:
    return layer._asdict() | {
        "values": kept(f"{layer.of} {layer.key}", layer.values, 10.0**-layer.digits),
        "scale": legend(layer.scale) if layer.scale else None,
        "categories": [[code, *shown] for code, shown in layer.categories.items()],
    }


def _chart(chart: Chart, kept: Keep) -> dict[str, Any]:
    lines, step = [], 10.0**-chart.digits
    for name, line in chart.lines.items():
        values = kept(f"{chart.of} {chart.key} {name}", line.values, step)
        lines.append(line._asdict() | {"name": name, "values": values})
    months = next(iter(chart.lines.values())).values.shape[-1]
    return chart._asdict() | {"lines": lines, "months": months}


def legend(scale: Scale) -> dict[str, Any]:
    """Give a scale as its edges and the colour of each class, those beyond the ends included."""
    edges = np.array(scale.edges, float)
    inside = (edges[:-1] + edges[1:]) / 2
    ends = {"below": edges[0] - 1, "above": edges[-1] + 1}
    open_ends = {"neither": (), "min": ("below",), "max": ("above",), "both": ("below", "above")}

    def colours(values: np.ndarray) -> list[str]:
        return [to_hex(colour) for colour in scale.cmap(scale.norm(values))]

    beyond = {name: colours(np.array([ends[name]]))[0] for name in open_ends[scale.extend]}
    return {
        "label": scale.label,
        "edges": edges.tolist(),
        "ticks": [float(tick) for tick in scale.ticks or scale.edges],
        "colours": colours(inside),
        **beyond,
    }


def shown(places: Sequence[Place]) -> dict[str, float]:
    """Give the degrees that a map opens with, and the longitude of its middle."""
    lon = np.concatenate([place.lon for place in places])
    lat = np.concatenate([place.lat for place in places])
    if np.ptp(lon) > REGION:
        return {"west": -180, "east": 180, "south": -90, "north": 90, "centre": 0}
    west, east = float(lon.min()) - MARGIN, float(lon.max()) + MARGIN
    south, north = max(float(lat.min()) - MARGIN, -90), min(float(lat.max()) + MARGIN, 90)
    return {"west": west, "east": east, "south": south, "north": north, "centre": (west + east) / 2}


def outlines(land: Sequence[Polygon], centre: float) -> list[list[int]]:
    """Cut land where a map around `centre` ends; give rings as lon, lat, lon, lat in 1/100 degree.

    Longitudes are degrees east of the centre.
    """
    if not len(land):
        return []
    turned = [shapely.transform(land, partial(np.add, (turn - centre, 0))) for turn in TURNS]
    seen = shapely.get_parts(shapely.clip_by_rect(np.concatenate(turned), -180, -90, 180, 90))
    areas = [area for area in seen if area.geom_type == "Polygon"]
    rings = shapely.get_rings(areas)
    return [
        np.round(HUNDREDTHS * shapely.get_coordinates(ring)).astype(int).ravel().tolist()
        for ring in rings
    ]
