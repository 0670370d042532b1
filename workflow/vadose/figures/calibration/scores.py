"""Draw the distribution of KGE over basins or cells for every model, snow variant and split."""

from pathlib import Path

from matplotlib.figure import Figure

from vadose import charts, maps
from vadose.evaluation import read_table


def draw(metrics: Path) -> Figure:
    """Draw cumulative distributions, calibration beside verification."""
    table = read_table(metrics)
    kge = table[table["metric"] == "kge"]
    figure = Figure(figsize=(10, 4.4), layout="constrained")
    axes = figure.subplots(1, 2, sharey=True)
    for axis, split in zip(axes, ("calibration", "verification"), strict=True):
        part = kge[kge["split"] == split]
        for name, rows in part.groupby("experiment", sort=False):
            charts.draw_distribution(
                axis, rows["value"].to_numpy(), **maps.experiment_line(str(name))
            )
        axis.set(xlim=(-0.5, 1), ylim=(0, 1), xlabel="Kling-Gupta efficiency")
        axis.set_title(f"{split.capitalize()} months, n = {part['unit_id'].nunique()} units")
        axis.grid(linewidth=0.3)
    axes[0].set_ylabel("share of units at or below")
    axes[0].legend(fontsize=8, loc="upper left", frameon=False)
    return figure
