"""Draw what networks and probes are worth, with the controls."""

from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from vadose import charts
from vadose.concept_charts import BARS
from vadose.concepts.record import FLOW
from vadose.concepts.stores import LONG_NAMES

SPLITS = {"time": "basins learnt from, new days", "space": "basins held out"}


def draw(table: Path) -> Figure:
    """Draw medians of streamflow's NSE and of the stores' squared correlation, a row a split."""
    found = pd.read_csv(table)
    stores = [name for name in found["variable"].unique() if name != FLOW]
    panels = [("nse", [FLOW]), ("r2", stores)]
    panels = [(m, names) for m, names in panels if names and (found["metric"] == m).any()]
    figure = Figure(figsize=(11, 5.6), layout="constrained")
    ratios = [1.2 + len(names) for _, names in panels]
    axes = figure.subplots(len(SPLITS), len(panels), width_ratios=ratios, squeeze=False)
    for row, (split, text) in zip(axes, SPLITS.items(), strict=True):
        for axis, (metric, names) in zip(row, panels, strict=True):
            part = found[(found["split"] == split) & (found["metric"] == metric)]
            part = part[part["variable"].isin(names)]
            values = part.pivot(index="variable", columns="what", values="value")
            values = values.reindex(names, columns=[what for what in BARS if what in values])
            labelled = values.rename(columns={what: label for what, (label, _) in BARS.items()})
            charts.draw_bars(axis, labelled, dict(BARS.values()))
            own = part[part["what"] == "concept"].set_index("variable")["n"]
            counts = [f"{LONG_NAMES[name]}\nn = {own.get(name, 0):.0f}" for name in names]
            axis.set_xticks(range(len(names)), counts, fontsize=8)
            axis.set_ylim(min(0, *axis.get_ylim()), 1)
            axis.set_title(f"{'NSE' if metric == 'nse' else 'R2'}, {text}", fontsize=9)
    charts.legend_below(figure, axes.ravel(), columns=3)
    return figure
