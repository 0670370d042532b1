"""A portrait of the miniature planet: its continents, climate and truth on one sheet."""

import matplotlib as mpl
import numpy as np
import xarray as xr
from cmcrameri import cm
from matplotlib.axes import Axes
from matplotlib.collections import Collection
from matplotlib.colors import BoundaryNorm, Colormap, ListedColormap
from matplotlib.dates import DateFormatter, YearLocator, date2num
from matplotlib.figure import Figure
from numpy.typing import NDArray

from vadose.maps import SCALES

Array = NDArray[np.float64]

SEA, INK = "#dfe8ee", "#333333"
LAND_COLOURS = ListedColormap(cm.bukavu(np.linspace(0.54, 1.0, 256)))
# What is drawn: name, title with unit, colours, edges of the classes.
MAPS: tuple[tuple[str, str, Colormap, tuple[float, ...]], ...] = (
    (
        "elevation",
        "height above the sea (m)",
        LAND_COLOURS,
        (0, 100, 200, 300, 500, 750, 1000, 1500, 2000, 3000, 4000),
    ),
    ("t_mean", "mean temperature (°C)", cm.vik, tuple(range(-30, 31, 5))),
    (
        "aridity",
        "aridity, PET / P (-)",
        cm.roma_r,
        (0.25, 0.35, 0.5, 0.7, 1, 1.4, 2, 2.8, 4, 6, 12),
    ),
    ("capacity", "true storage capacity (mm)", SCALES["capacity"].cmap, SCALES["capacity"].edges),
)
FLUXES = {"p": ("precipitation", "#5b8fc7"), "q": ("runoff", "#123a63")}
STORES = {"soil": ("root-zone water", "#3b8a4c"), "swe": ("snow", "#7a6aa8")}
YEARS_SHOWN = 4


def draw_portrait(truth_grid: xr.Dataset, truth_basins: xr.Dataset) -> Figure:
    """Draw the planet's height, temperature, aridity and capacity, its basins and some years.

    The arguments are the datasets of `truth/grid.nc` and `truth/basins.nc`. Basins are circles, on
    the map of capacity in the colour of their own; the years are those of the basin in the far
    north, the first of the table.
    """
    with mpl.rc_context({"font.size": 9, "axes.titlesize": 10, "axes.edgecolor": INK}):
        figure = Figure(figsize=(12.5, 8.8), layout="constrained")
        grid = figure.add_gridspec(3, 2, height_ratios=(1.0, 1.0, 0.72))
        for place, (name, title, colours, edges) in enumerate(MAPS):
            axis = figure.add_subplot(grid[place // 2, place % 2])
            _draw_map(axis, truth_grid, name, colours, BoundaryNorm(edges, colours.N))
            axis.set_title(title, loc="left")
            bar = figure.colorbar(axis.collections[0], ax=axis, shrink=0.82, aspect=22, pad=0.015)
            bar.set_ticks(list(edges), labels=[f"{edge:g}" for edge in edges])
            own = truth_basins[name].values if name in truth_basins else None
            _draw_basins(axis, truth_basins, own, axis.collections[0])
        last = truth_basins["time"].values[-12 * YEARS_SHOWN :]
        basin = truth_basins.isel(basin=0).sel(time=last)
        lat, lon = (float(basin[name]) for name in ("lat", "lon"))
        where = f"the basin at {_degrees(lat, 'NS')}, {_degrees(lon, 'EW')}"
        _draw_fluxes(figure.add_subplot(grid[2, 0]), basin).set_title(
            f"water in and out of {where} (mm a month)", loc="left"
        )
        _draw_stores(figure.add_subplot(grid[2, 1]), basin).set_title(
            f"water kept by {where} (mm)", loc="left"
        )
    return figure


def _draw_map(
    axis: Axes, grid: xr.Dataset, name: str, colours: Colormap, norm: BoundaryNorm
) -> Axes:
    """A field over the sea, every map in the same frame of longitudes and latitudes."""
    axis.set_facecolor(SEA)
    axis.pcolormesh(grid["lon"], grid["lat"], grid[name], cmap=colours, norm=norm)
    axis.set(xlim=(-180, 180), ylim=(-60, 84), aspect=1.15)
    axis.set_xticks(range(-180, 181, 60), [_degrees(x, "EW") for x in range(-180, 181, 60)])
    axis.set_yticks(range(-60, 61, 30), [_degrees(y, "NS") for y in range(-60, 61, 30)])
    axis.grid(color=INK, alpha=0.15, linewidth=0.5)
    axis.tick_params(length=2)
    return axis


def _draw_basins(axis: Axes, basins: xr.Dataset, own: Array | None, field: Collection) -> Axes:
    """The gauged basins as circles, filled with their own value where they have one."""
    circles = axis.scatter(basins["lon"], basins["lat"], s=24, linewidths=0.9, edgecolors="black")
    if own is None:
        circles.set_facecolor("none")
    else:
        circles.set(array=own, cmap=field.get_cmap(), norm=field.norm)
    return axis


def _draw_fluxes(axis: Axes, basin: xr.Dataset) -> Axes:
    """Monthly rain as bars and runoff as a line."""
    (rain, colour), (runoff, dark) = FLUXES["p"], FLUXES["q"]
    axis.bar(date2num(basin["time"].values), basin["p"], width=26, color=colour, label=rain)
    axis.plot(basin["time"].values, basin["q"], color=dark, label=runoff, linewidth=1.6)
    return _finish(axis)


def _draw_stores(axis: Axes, basin: xr.Dataset) -> Axes:
    """Water in the root zone and in the snow at the ends of the months, and the capacity."""
    for name, (label, colour) in STORES.items():
        axis.plot(basin["time"].values, basin[name], color=colour, label=label, linewidth=1.6)
    label = "capacity of the root zone"
    axis.axhline(float(basin["capacity"]), color=INK, linestyle="--", linewidth=1, label=label)
    return _finish(axis)


def _finish(axis: Axes) -> Axes:
    axis.xaxis.set_major_locator(YearLocator())
    axis.xaxis.set_major_formatter(DateFormatter("%Y"))
    axis.set_ylim(0, axis.get_ylim()[1] * 1.18)
    axis.legend(frameon=False, ncols=3, loc="upper left")
    axis.spines[["top", "right"]].set_visible(False)
    return axis


def _degrees(value: float, sides: str) -> str:
    """An angle with its side of the equator or of the zero meridian."""
    side = "" if value in (-180, 0, 180) else sides[0] if value > 0 else sides[1]
    return f"{abs(value):.0f}°{side}"
