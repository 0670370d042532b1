"""Draw what networks are worth that learnt from a few years alone."""

from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from vadose import charts
from vadose.regionalization.experiment import NONE, years_of
from vadose.regionalization.skill import ENSEMBLE
from vadose.regionalization_charts import colours, draw_years


def draw(table: Path, *, settings: list[str], years: float) -> Figure:
    """Draw the median NSE of ensembles against years of training, of which `years` are all."""
    found = pd.read_csv(table)
    found = found[(found["period"] == "test") & (found["kind"] == ENSEMBLE)]
    found = found[(found["metric"] == "nse") & found["split"].isin(settings)]
    known = found.assign(years=[years_of(setting) or years for setting in found["split"]])
    palette = colours(list(known["vectors"].unique()))
    told = known[known["vectors"] != NONE]
    panels = list((told if len(told) else known)["architecture"].unique())
    figure = Figure(figsize=(3.8 * len(panels) + 0.4, 4.2), layout="constrained")
    axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for axis, architecture in zip(axes, panels, strict=True):
        mine = (known["architecture"] == architecture) | (known["vectors"] == NONE)
        draw_years(axis, known[mine], palette)
        axis.set_title(architecture.upper(), fontsize=9)
        axis.set_xlabel("years of training")
    axes[0].set_ylabel(f"median NSE of {known['n'].max():.0f} basins, test days")
    charts.legend_below(figure, axes, columns=4)
    return figure
