"""Maps and figures: one place for projections, colours and scales.

A variable has one colour scale in every figure. Grey is no data; units without a label are drawn
small in the colour of the reason. Functions take data and an axis and give the axis back.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import cartopy.crs as ccrs
import cmcrameri.cm as cmc
import matplotlib as mpl
import numpy as np
import shapely
import shapely.geometry
import xarray as xr
from cartopy.mpl.geoaxes import GeoAxes
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import BoundaryNorm, Colormap, ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from shapely import Polygon

from vadose.grid import Grid
from vadose.outlines import area_path, cell_corners, graticule, land_path, unwrapped
from vadose.reasons import TEXT, Reason

mpl.use("agg")
mpl.rcParams.update(
    {"font.size": 9, "axes.titlesize": 10, "figure.dpi": 100, "svg.fonttype": "none"}
)

HATCH = "////"  # of masked cells
LAND, OUTLINE, NO_DATA = "#f3f1ec", "#9a968e", "#b9b9b9"
MODEL_COLOURS = {"dwbm": "#1f5a8c", "swbm": "#c2571a", "tvgm": "#3b8a4c", "abcd": "#8a4f9e"}
REASON_COLOURS = {
    Reason.NO_RUNOFF: "#b9b9b9",
    Reason.FORCING_INCOMPLETE: "#8d8d8d",
    Reason.RECORD_TOO_SHORT: "#5c5c5c",
    Reason.RUNOFF_CONSTANT: "#000000",
    Reason.RUNOFF_RATIO: "#d95f02",
    Reason.KGE_TOO_LOW: "#e7298a",
    Reason.CAPACITY_AT_BOUND: "#e6ab02",
    Reason.NOT_CONVERGED: "#7570b3",
    Reason.NO_MODEL_PASSED: "#a6761d",
}


class Scale(NamedTuple):
    """Colours of a variable: the edges of its classes and its label with the unit."""

    edges: tuple[float, ...]
    cmap: Colormap
    label: str
    extend: Literal["neither", "min", "max", "both"]
    ticks: tuple[float, ...] = ()  # on the colour bar, at the edges where not given

    @property
    def norm(self) -> BoundaryNorm:
        """Map values to the classes."""
        return BoundaryNorm(self.edges, self.cmap.N, extend=self.extend)

    def colours(self, values: np.ndarray) -> np.ndarray:
        """Give the colours of values [unit] as [unit, 4], grey where one is missing."""
        return self.cmap.with_extremes(bad=NO_DATA)(self.norm(np.ma.masked_invalid(values)))


class Cells(NamedTuple):
    """Cells on a map; one that the edge of the map cuts has two polygons."""

    polygons: PolyCollection
    cell: np.ndarray  # [polygon], which cell each is of

    def colour(self, colours: np.ndarray) -> None:
        """Give every cell another colour, [cell, 4]."""
        self.polygons.set_facecolor(colours[self.cell])


SCALES = {
    "capacity": Scale(
        (0, 50, 100, 150, 200, 300, 400, 500, 600, 800, 1000),
        ListedColormap(cmc.lapaz_r(np.linspace(0.12, 1, 256))),
        "storage capacity (mm)",
        "neither",
    ),
    "spread": Scale(
        (0, 10, 25, 50, 75, 100, 150, 200, 300, 400, 500),
        ListedColormap(cmc.lajolla_r(np.linspace(0.05, 0.95, 256))),
        "spread of storage capacity (mm)",
        "neither",
    ),
    "departure": Scale(
        (-500, -300, -200, -100, -50, -25, 25, 50, 100, 200, 300, 500),
        cmc.vik,
        "reconstructed less calibrated storage capacity (mm)",
        "both",
    ),
    "imbalance": Scale(
        (-100, -60, -40, -25, -15, -5, 5, 15, 25, 40, 60, 100),
        cmc.vik,
        "P - ET - Q - change of storage (% of P)",
        "both",
    ),
    "kge": Scale(
        tuple(np.round(np.arange(-0.4, 1.01, 0.1), 1)), cmc.roma, "Kling-Gupta efficiency", "min"
    ),
}


@cache
def read_land(path: Path | None) -> list[Polygon]:
    """Read land polygons from a GeoJSON file, whole across the date line; none without a file."""
    if path is None:
        return []
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in features]
    return [unwrapped(area) for area in shapely.get_parts(shapes)]


class Places(NamedTuple):
    """Where units are: points, or the centres of cells of a grid."""

    lon: np.ndarray
    lat: np.ndarray
    grid: Grid | None = None

    @classmethod
    def of(cls, table: xr.Dataset, cells: bool) -> "Places":
        """Read them from a table of basins or of cells."""
        lon, lat = table["lon"].values, table["lat"].values
        return cls(lon, lat, Grid.of_cells(lat, lon) if cells else None)


def projection(lon: np.ndarray, lat: np.ndarray) -> tuple[ccrs.CRS, tuple[float, ...] | None]:
    """Choose a projection and an extent: Robinson for a global set, an equal-area cone else."""
    if np.ptp(lon) > 120:
        return ccrs.Robinson(), None
    west, east, south, north = lon.min() - 3, lon.max() + 3, lat.min() - 2, lat.max() + 2
    centre = (float(west + east) / 2, float(south + north) / 2)
    parallels = (south + (north - south) / 6, north - (north - south) / 6)
    crs = ccrs.AlbersEqualArea(*centre, standard_parallels=parallels)
    return crs, (float(west), float(east), float(south), float(north))


def map_axes(
    figure: Figure, position: tuple[int, int, int], places: Places, land: list[Polygon]
) -> Axes:
    """Add a map with land, outline and graticule to a figure."""
    crs, extent = projection(places.lon, places.lat)
    axis = figure.add_subplot(*position, projection=crs)
    if extent is None:
        axis.set_global()
    else:
        axis.set_extent(extent, crs=ccrs.PlateCarree())
    outline = land_path(land, crs, extent)
    if outline:
        axis.add_artist(
            PathPatch(outline, facecolor=LAND, edgecolor=OUTLINE, linewidth=0.5, zorder=0)
        )
    lines = LineCollection(graticule(crs, extent), linewidths=0.3, colors="#d8d8d8", zorder=0.5)
    axis.add_collection(lines, autolim=False)
    axis.spines["geo"].set_linewidth(0.5)
    return axis


def draw_values(axis: Axes, places: Places, values: np.ndarray, scale: Scale) -> Axes:
    """Draw units in the colours of their values, those without a value in grey."""
    if places.grid:
        draw_cells(axis, places).colour(scale.colours(values))
        return axis
    missing = ~np.isfinite(values)
    lon, lat = places.lon, places.lat
    size = float(np.clip(4000 / max(len(lon), 1), 9, 45))
    at = {"transform": ccrs.PlateCarree(), "linewidths": 0.25, "edgecolors": "#30303080"}
    axis.scatter(lon[missing], lat[missing], s=size / 2, c=NO_DATA, zorder=2, **at)
    axis.scatter(
        lon[~missing],
        lat[~missing],
        s=size,
        c=values[~missing],
        cmap=scale.cmap,
        norm=scale.norm,
        zorder=3,
        **at,
    )
    return axis


def draw_cells(axis: GeoAxes, places: Places, colour: str = NO_DATA) -> Cells:
    """Fill all cells in one colour; ValueError where units are points."""
    if places.grid is None:
        raise ValueError("units are points and have no cells")
    corners, cell = cell_corners(places.lat, places.lon, places.grid, axis.projection)
    polygons = PolyCollection(
        list(corners), facecolors=colour, linewidths=0, antialiaseds=False, zorder=1
    )
    axis.add_collection(polygons, autolim=False)
    axis.set_rasterization_zorder(1.5)  # in a PDF, all cells and what is below are one image
    return Cells(polygons, cell)


def draw_reasons(axis: Axes, places: Places, reason: np.ndarray) -> Axes:
    """Mark units without a label in the colours of their reasons: crosses, or hatched cells."""
    for code, colour in REASON_COLOURS.items():
        at = reason == code
        if not at.any():
            continue
        label = f"{TEXT[code]} ({at.sum()})"
        if places.grid:
            draw_cells(axis, Places(places.lon[at], places.lat[at], places.grid), colour)
            axis.add_patch(
                Rectangle(
                    (0, 0), 0, 0, facecolor=colour, edgecolor="white", hatch=HATCH, label=label
                )
            )
        else:
            axis.scatter(
                places.lon[at],
                places.lat[at],
                s=16,
                c=colour,
                marker="x",
                linewidths=1.1,
                transform=ccrs.PlateCarree(),
                zorder=4,
                label=label,
            )
    if places.grid and (reason > 0).any():
        hatch_cells(axis, places, places.grid, reason > 0, ("#ffffff", 0.4), HATCH)
    return axis


def hatch_cells(
    axis: GeoAxes,
    places: Places,
    grid: Grid,
    at: np.ndarray,
    line: tuple[str, float],
    strokes: str,
) -> None:
    """Hatch the cells `at` with strokes of a colour and width."""
    corners, _ = cell_corners(places.lat[at], places.lon[at], grid, axis.projection)
    style = {"facecolor": "none", "linewidth": 0, "hatch": strokes, "zorder": 2}
    with mpl.rc_context({"hatch.color": line[0], "hatch.linewidth": line[1]}):
        axis.add_artist(PathPatch(area_path(list(corners)), **style))


def title(axis: Axes, name: str, values: np.ndarray, unit: str) -> Axes:
    """Head a map with its name, the number of values, their median and unit."""
    axis.set_title(f"{name}\n{summed_up(values, unit)}", fontsize=9)
    return axis


def summed_up(values: np.ndarray, unit: str) -> str:
    """Say how many values are known, and their median."""
    known = values[np.isfinite(values)]
    if not len(known):
        return "n = 0, no values"
    return f"n = {len(known)}, median {np.median(known):.3g} {unit}".rstrip()


def colour_bar(figure: Figure, axes: list[Axes], scale: Scale) -> None:
    """Add the colour bar of a scale below a group of maps."""
    mappable = mpl.cm.ScalarMappable(norm=scale.norm, cmap=scale.cmap)
    bar = figure.colorbar(
        mappable, ax=axes, orientation="horizontal", fraction=0.05, pad=0.04, aspect=45
    )
    bar.set_label(scale.label)
    bar.set_ticks(list(scale.ticks or scale.edges))


def reason_legend(figure: Figure, axes: list[Axes]) -> None:
    """Add one legend below a group of maps for all reasons that occur in any of them."""
    handles = {
        label.rsplit(" (", 1)[0]: handle
        for axis in axes
        for handle, label in zip(*axis.get_legend_handles_labels(), strict=True)
    }
    if handles:
        figure.legend(
            handles.values(),
            handles,
            loc="outside lower center",
            ncols=4,
            frameon=False,
            title="no label because",
        )


def experiment_line(experiment: str) -> dict[str, Any]:
    """Give the line of an experiment "model snow": colour by model, dashes without snow."""
    model, _, snow = experiment.partition(" ")
    style = {"none": "--", "degree_day": "-", "": ":"}[snow]
    label = f"{model.upper()}, snow: {snow.replace('_', ' ')}" if snow else model
    return {"color": MODEL_COLOURS.get(model, "#555555"), "linestyle": style, "label": label}
