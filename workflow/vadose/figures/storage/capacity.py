"""Draw how far the estimates of storage capacity agree: in the basins, and on the map."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from vadose import agreement_charts
from vadose.basin_tables import read_basins

COUNT = "agreeing"


def draw(table: Path, pairs: Path) -> Figure:
    """Draw rank correlations of all pairs beside the spread of each estimate over the basins."""
    found = read_basins(table).drop(columns=COUNT)
    names = [str(name) for name in found]
    figure = Figure(figsize=(11, 0.45 * len(names) + 2.4), layout="constrained")
    matrix, boxes = figure.subplots(1, 2, width_ratios=[1.1, 1])
    agreement_charts.draw_matrix(matrix, pd.read_csv(pairs), "spearman", names)
    matrix.set_title("rank correlation (number of basins)", fontsize=9)
    values = [found[name].dropna().to_numpy() for name in names]
    agreement_charts.draw_boxes(boxes, values, names)
    boxes.set_xlabel("storage capacity (mm)")
    boxes.set_title("10, 25, 50, 75 and 90 % of the basins", fontsize=9)
    boxes.set_xlim(0, np.ceil(max(np.quantile(v, 0.9) for v in values) / 100) * 100)
    return figure
