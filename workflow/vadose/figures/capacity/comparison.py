"""Draw the map of storage capacity against other estimates of it."""

from pathlib import Path

import pandas as pd
import xarray as xr
from matplotlib.figure import Figure

from vadose import charts
from vadose.contracts import opened

AXES = 4  # panels in a row
MOST = 1000.0  # mm, end of the axes


def draw(compared: Path, table: Path) -> Figure:
    """Draw the density of cells, the map across and each estimate upwards, with correlations."""
    with opened(compared) as data:
        fields: xr.Dataset = data.load()
    scores = pd.read_csv(table)
    everywhere = scores[scores["climate"] == "all land"].set_index("estimate")
    names = list(everywhere.index)
    rows = -(-len(names) // AXES)
    figure = Figure(figsize=(3 * AXES, 3.3 * rows), layout="constrained")
    axes = figure.subplots(rows, AXES, squeeze=False).ravel()
    for axis, name in zip(axes, names, strict=False):
        values = fields["capacity"].values, fields[name].values
        charts.draw_density(axis, *values, MOST)
        one = everywhere.loc[name]
        beyond = int((values[1] > MOST).sum())
        more = f", {beyond} beyond" if beyond else ""
        axis.set_title(
            f"{name.replace('_', ' ')}\nn = {one['n']:.0f}{more}, rank correlation "
            f"{one['spearman']:.2f}",
            fontsize=8,
        )
    for axis in axes[len(names) :]:
        axis.remove()
    for axis in axes[: len(names)]:
        axis.set_xlabel("map of capacity (mm)")
    for axis in axes[: len(names) : AXES]:
        axis.set_ylabel("other estimate (mm)")
    return figure
