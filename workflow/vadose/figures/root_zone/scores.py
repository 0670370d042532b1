"""Draw what each target adds, and what controls lose or gain: scores of all experiments."""

from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from vadose import charts
from vadose.root_zone.charts import experiment_colours
from vadose.root_zone.record import LONG_NAMES, TARGETS

RIVALS = {"lstm": "q, an LSTM"}
SCORES = {"nse": "NSE", "kge": "KGE", "r2": "R2 (squared correlation)"}


def draw(table: Path) -> Figure:
    """Draw a panel a score: medians over basins, then over networks, of the years held out."""
    found = pd.read_csv(table)
    labels = {name: RIVALS.get(name, name.replace("_", " + ")) for name in found["what"].unique()}
    targets = [name for name in TARGETS if (found["variable"] == name).any()]
    counts = found[found["metric"] == "nse"].groupby("variable")["n"].max()
    figure = Figure(figsize=(4.2 * len(SCORES), 4.2), layout="constrained")
    for axis, (score, text) in zip(figure.subplots(1, len(SCORES)), SCORES.items(), strict=True):
        part = found[found["metric"] == score]
        wide = part.pivot(index="variable", columns="what", values="value")
        wide = wide.reindex(targets, columns=list(labels)).rename(columns=labels)
        charts.draw_bars(axis, wide, experiment_colours(list(labels.values())))
        names = [f"{LONG_NAMES[t]}\nn = {counts[t]:.0f}" for t in targets]
        axis.set_xticks(range(len(targets)), names, fontsize=8)
        # KGE of an anomaly, whose mean is near 0, tells nothing and falls out of the panel.
        axis.set_ylim(max(-0.5, min(0, *axis.get_ylim())), 1)
        axis.set_title(f"{text}, years held out", fontsize=9)
    handles = figure.axes[0].get_legend_handles_labels()
    figure.legend(*handles, loc="outside lower center", ncols=4, frameon=False, title="learnt from")
    return figure
