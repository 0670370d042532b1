"""Draw how the systems' monthly storage goes together, and the usual year of each."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from vadose import agreement_charts, charts, contracts, kinds
from vadose.dynamics import DYNAMICS
from vadose.seasons import usual_year

SNOWY, DRY = 0.2, 1.0  # frac_snow and pet over p above which basins count as such


def draw(series: Path, monthly: Path, pairs: Path) -> Figure:
    """Draw correlations with and without season, and seasons in snowy, wet and dry basins."""
    data, weather = contracts.read(DYNAMICS, series), contracts.read(kinds.UNITS_MONTHLY, monthly)
    names = data["system"].values.astype(str).tolist()
    found = pd.read_csv(pairs)
    figure = Figure(figsize=(12, 8.2), layout="constrained")
    upper, lower = figure.subfigures(2, 1, height_ratios=[1.25, 1], squeeze=False)[:, 0]
    for axis, (kind, part) in zip(upper.subplots(1, 2), found.groupby("of"), strict=True):
        agreement_charts.draw_matrix(axis, part, "r", names)
        axis.set_title(f"correlation {kind}, the median basin (number of basins)", fontsize=9)
    snowy = weather["frac_snow"].values > SNOWY
    dry = weather["pet"].mean("time").values > DRY * weather["p"].mean("time").values
    groups = {"snowy": snowy, "wet, little snow": ~snowy & ~dry, "dry, little snow": ~snowy & dry}
    calendar = data["time"].dt.month.values
    seasons = usual_year(data["storage"].values, calendar)
    whole = np.isfinite(seasons).all((0, 2))  # basins that every system knows
    axes = lower.subplots(1, len(groups), sharey=True)
    for axis, (group, of) in zip(axes, groups.items(), strict=True):
        at = whole & of
        if at.any():
            usual = dict(zip(names, seasons[:, at].mean(1), strict=True))
            agreement_charts.draw_seasons(axis, usual)
        axis.set_title(f"{group} (n = {at.sum()})", fontsize=9)
    axes[0].set_ylabel("storage above its mean (mm)")
    charts.legend_below(lower, axes, columns=8)
    return figure
