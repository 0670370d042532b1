"""Draw the networks' storage capacity against what is true of the miniature planet's basins."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from vadose.basin_tables import read_basins
from vadose.contracts import opened
from vadose.job import log
from vadose.root_zone.analysis import rank_correlation


def draw(truth: Path, basins: Path) -> Figure:
    """Draw basins that nothing spoils, with the spread of all networks as bars."""
    table = read_basins(basins)
    with opened(truth) as file:
        good = file["spoiled"].values.astype(str) == ""
        true = pd.Series(file["capacity"].values[good], file["basin"].values[good].astype(str))
    shared = table.index.intersection(true.index)
    real, found = true[shared].to_numpy(), table.loc[shared, "capacity_mm"].to_numpy()
    rank = rank_correlation(real, found)
    figure = Figure(figsize=(5, 5), layout="constrained")
    axis = figure.subplots()
    spread = table.loc[shared, "capacity_sd_mm"].to_numpy()
    axis.errorbar(real, found, spread, fmt="o", ms=4.5, lw=0.7, color="#1f5a8c")
    most = 1.05 * float(max(real.max(), np.max(found + spread)))
    axis.plot([0, most], [0, most], color="black", linewidth=0.6, linestyle=":")
    axis.set(xlim=(0, most), ylim=(0, most), aspect="equal")
    axis.set(xlabel="true root-zone capacity (mm)", ylabel="active storage capacity (mm)")
    axis.set_title(f"{len(shared)} basins, rank correlation {rank:.2f}", fontsize=9)
    axis.grid(linewidth=0.3)
    log.info("capacity against the truth: rank correlation %.3f", rank)
    return figure
