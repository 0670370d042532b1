"""Draw how flow answers to the descriptors of a basin, the strongest first."""

from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from vadose.regionalization_charts import FAMILIES, draw_answers

MOST = 27  # attributes that are drawn


def draw(table: Path) -> Figure:
    """Draw derivatives on the left and elementary effects on the right, a row an architecture."""
    found = pd.read_csv(table)
    architectures = list(found["architecture"].unique())
    shown = min(MOST, found["attribute"].nunique())
    size = (9.5, len(architectures) * (0.16 * shown + 1.0))
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots(len(architectures), 2, sharex="col", squeeze=False)
    for row, architecture in zip(axes, architectures, strict=True):
        part = found[found["architecture"] == architecture].set_index("attribute").iloc[:MOST]
        part = part.assign(
            least=(part["strength"] - part["spread"]).clip(lower=0),
            most=part["strength"] + part["spread"],
        )
        draw_answers(row[0], part, "gradient", ("low", "high"), FAMILIES["physical"][0])
        draw_answers(row[1], part, "strength", ("least", "most"), FAMILIES["gaussian"][1])
        row[1].set_yticklabels([])
        count = f"{len(part)} of {(found['architecture'] == architecture).sum()} attributes"
        row[0].set_title(f"{architecture.upper()}: where the basins are, {count}", fontsize=9)
        row[1].set_title("over the attribute's whole range", fontsize=9)
    axes[-1, 0].set_xlabel("change of flow for one standard deviation (mm/day)")
    axes[-1, 1].set_xlabel("elementary effect on flow (mm/day)")
    return figure
