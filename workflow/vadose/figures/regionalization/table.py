"""Draw the table of median NSE by architecture and static vector, a panel a setting."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from vadose.regionalization.skill import CLIMATOLOGY, ENSEMBLE
from vadose.regionalization_charts import draw_table, mappable, words

ACROSS = 3


def draw(table: Path, *, settings: list[str]) -> Figure:
    """Draw the medians of ensembles, and in brackets of single networks, all on one scale."""
    found = pd.read_csv(table)
    found = found[(found["period"] == "test") & (found["metric"] == "nse")]
    found = found[found["architecture"] != CLIMATOLOGY.split()[0]]
    columns, rows = (list(dict.fromkeys(found[name])) for name in ("vectors", "architecture"))
    known = found.loc[found["kind"] == ENSEMBLE, "median"].clip(lower=0)
    least, most = np.floor(10 * known.min()) / 10, np.ceil(10 * known.max()) / 10
    across = min(ACROSS, len(settings))
    down = -(-len(settings) // across)
    size = (1.6 + across * (0.6 * len(columns) + 0.3), down * (0.9 + 0.48 * len(rows)) + 0.6)
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots(down, across, squeeze=False, sharey=True).ravel()
    for axis, setting in zip(axes, settings, strict=False):
        part = found[found["split"] == setting].set_index("kind")
        ensemble, single = (
            part[part.index == kind]
            .pivot(index="architecture", columns="vectors", values="median")
            .reindex(index=rows, columns=columns)
            for kind in (ENSEMBLE, "single")
        )
        draw_table(axis, ensemble, single, least, most)
        axis.set_title(f"{words(setting)}, n = {part['n'].max():.0f}", fontsize=9)
    for axis in axes[len(settings) :]:
        axis.set_visible(False)
    bar = figure.colorbar(mappable(least, most), ax=list(axes), aspect=30)
    bar.set_label("median NSE of ensembles, test days")
    return figure
