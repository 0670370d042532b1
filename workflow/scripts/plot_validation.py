"""Draw what the grid's capacity is worth in gauged catchments, beside their own."""

from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from vadose import maps
from vadose.figures.drawing import save
from vadose.job import job

MARKERS = {"free": "o", "transferred": "D", "reconstructed": "^", "spotpy": "x"}
NAMES = {
    "free": "own capacity",
    "transferred": "calibrated in the cells",
    "reconstructed": "of the map",
    "spotpy": "spotpy, own",
}
HOLLOW = ("transferred", "reconstructed")


def main(table: Path, png: Path, pdf: Path) -> None:
    """Draw KGE of the verification months and capacity, a catchment a row and a model a column."""
    rows = pd.read_csv(table)
    models = list(rows["model"].unique())
    order = rows.query("experiment == 'free'").groupby("unit_id")["kge_verification"].median()
    place = {name: k for k, name in enumerate(order.sort_values().index)}
    figure = Figure(figsize=(10, 2.2 + 0.2 * len(place)), layout="constrained")
    axes = figure.subplots(1, len(models), sharey=True, squeeze=False)[0]
    for axis, model in zip(axes, models, strict=True):
        for name, part in rows[rows["model"] == model].groupby("experiment", sort=False):
            axis.scatter(
                part["kge_verification"].clip(-0.5, 1),
                part["unit_id"].map(place),
                marker=MARKERS[name],
                s=26,
                color=maps.MODEL_COLOURS[model],
                facecolors="none" if name in HOLLOW else None,
                label=f"{NAMES[name]}, median {part['kge_verification'].median():.2f}",
            )
        axis.set(xlim=(-0.55, 1), title=f"{model.upper()}, n = {len(place)}")
        axis.set_xlabel("Kling-Gupta efficiency, verification\n(at the edge: -0.5 or less)")
        axis.grid(linewidth=0.3)
        axis.legend(fontsize=7, loc="upper left", frameon=False, bbox_to_anchor=(0, -0.12))
    axes[0].set_yticks(list(place.values()), list(place), fontsize=7)
    save(figure, png, pdf)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(Path(snakemake.input.table), Path(snakemake.output.png), Path(snakemake.output.pdf))
