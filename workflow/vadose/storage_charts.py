"""Figures of water storage: maps, series of river basins, droughts, honesty of uncertainty, scores.

Functions take data and an axis and give the axis back; colours and scales stand here.
"""

import cmcrameri.cm as cmc
import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.dates import date2num

from vadose.drought import CLASSES
from vadose.maps import Places, Scale

OBSERVED, GAP, RECORD, DROUGHT = "#202020", "#e8e2d0", "#1f5a8c", "#c2571a"
TWSA = Scale(
    (-400, -300, -200, -150, -100, -50, -25, 25, 50, 100, 150, 200, 300, 400),
    cmc.vik_r,
    "water storage anomaly (mm)",
    "both",
)
STD = Scale(
    (0, 10, 20, 30, 40, 50, 60, 80, 100, 150),
    ListedColormap(cmc.lajolla_r(np.linspace(0.05, 0.95, 256))),
    "standard deviation (mm)",
    "neither",
)
WSDI = Scale(
    (-3, -2, -1, 0, 1, 2, 3), cmc.vik_r, "water storage deficit index (standard deviations)", "both"
)
R = Scale(tuple(np.round(np.arange(0, 1.01, 0.1), 1)), cmc.roma, "correlation", "min")
NSE = Scale(
    tuple(np.round(np.arange(-0.4, 1.01, 0.2), 1)), cmc.roma, "Nash-Sutcliffe efficiency", "min"
)
RMSE = Scale(STD.edges, STD.cmap, "root mean square error (mm)", "neither")
# Of every method that may be compared.
METHODS = {
    "bayesian_cbam": ("#1f5a8c", "Bayesian CBAM"),
    "bayesian_rrdb": ("#5b8fb9", "Bayesian RRDB"),
    "ensemble": ("#3b8a4c", "deep ensemble"),
    "dropout": ("#8fbf88", "Monte Carlo dropout"),
    "deterministic": ("#8a4f9e", "one network"),
    "regression": ("#c2571a", "regression by cell"),
    "simulated": ("#b8860b", "simulated storage"),
    "climatology": ("#9a9a9a", "climatology and trend"),
}


def places_of(data: xr.Dataset, land: np.ndarray) -> Places:
    """Give the cells of a grid that are land, [lat, lon] True."""
    i, j = np.nonzero(land)
    cells = data[["lat", "lon"]].isel(
        lat=xr.DataArray(i, dims="unit"), lon=xr.DataArray(j, dims="unit")
    )
    return Places.of(cells, cells=True)


def shade(axis: Axes, months: pd.DatetimeIndex, chosen: np.ndarray) -> Axes:
    """Shade runs of chosen months, such as the gap."""
    edges = np.flatnonzero(np.diff(np.r_[0, chosen.astype(int), 0]))
    days = date2num(np.r_[months.to_numpy(), months[-1:] + pd.offsets.MonthBegin(1)])
    for first, last in edges.reshape(-1, 2).tolist():
        axis.axvspan(days[first], days[last], color=GAP, linewidth=0, zorder=0)
    return axis


def draw_series(
    axis: Axes, months: pd.DatetimeIndex, observed: np.ndarray, mean: np.ndarray, std: np.ndarray
) -> Axes:
    """Draw observed points and the reconstruction with its band of 90 %, all [time] in mm."""
    wide = 1.645 * std  # of a Gaussian
    axis.fill_between(months, mean - wide, mean + wide, color=RECORD, alpha=0.25, linewidth=0)
    axis.plot(months, mean, color=RECORD, linewidth=0.9, label="reconstruction, 90 % band")
    axis.plot(months, observed, "o", color=OBSERVED, markersize=1.6, label="observed")
    axis.axhline(0, color="black", linewidth=0.4)
    axis.margins(x=0)
    axis.grid(linewidth=0.3)
    return axis


def draw_reliability(axis: Axes, level: np.ndarray, share: np.ndarray, method: str) -> Axes:
    """Draw which share of observations lay below each quantile; an honest one is the diagonal."""
    colour, label = METHODS[method]
    axis.plot(np.r_[0, level, 1], np.r_[0, share, 1], "-", color=colour, linewidth=1, label=label)
    axis.plot(level, share, "o", color=colour, markersize=3)
    axis.plot([0, 1], [0, 1], color="black", linewidth=0.6, linestyle=":")
    axis.set(xlim=(0, 1), ylim=(0, 1), aspect="equal", xlabel="level of the quantile")
    axis.grid(linewidth=0.3)
    return axis


def draw_bars(axis: Axes, values: pd.Series, hollow: pd.Series | None = None) -> Axes:
    """Draw a score of methods as bars from the top; `hollow` outlines a second value of each."""
    at, names = np.arange(len(values)), list(values.index)
    colours = [METHODS[name][0] for name in names]
    axis.barh(at, values, 0.72, color=colours)
    if hollow is not None:
        axis.barh(at, hollow.reindex(names), 0.72, fill=False, edgecolor="black", linewidth=0.8)
    axis.set_yticks(at, [METHODS[name][1] for name in names])
    axis.invert_yaxis()
    axis.axvline(0, color="black", linewidth=0.6)
    axis.grid(axis="x", linewidth=0.3)
    return axis


def draw_shares(axis: Axes, months: pd.DatetimeIndex, table: pd.DataFrame) -> Axes:
    """Draw the share of land in drought by class, and what its uncertainty lets expect."""
    colours = cmc.vik_r(np.array([0.3, 0.15, 0.02]))
    for name, colour in zip(CLASSES[2:], colours, strict=True):
        axis.fill_between(months, 100 * table[name], color=colour, linewidth=0, label=name)
    expected = 100 * table["expected"]
    axis.plot(months, expected, color="black", linewidth=0.7, label="expected, with uncertainty")
    axis.set(ylabel="% of land", ylim=(0, None))
    axis.margins(x=0)
    axis.grid(linewidth=0.3)
    return axis
