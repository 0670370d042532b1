"""Draw how the networks of the water balance learnt, a panel an experiment."""

from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from vadose import charts, maps
from vadose.job import job


def main(histories: list[Path], png: Path, pdf: Path) -> None:
    """Draw loss and validation loss, means over folds and seeds, against the epoch."""
    history = pd.concat([pd.read_csv(path) for path in histories], ignore_index=True)
    names = list(history["experiment"].unique())
    figure = Figure(figsize=(3.6 * len(names) + 0.6, 3.9), layout="constrained")
    axes = figure.subplots(1, len(names), squeeze=False)[0]
    for axis, name in zip(axes, names, strict=True):
        part = history[history["experiment"] == name]
        charts.draw_learning(axis, part)
        speed = f"{part['samples_per_s'].median():.0f} basins/s"
        axis.set_title(f"{name}: {part['members'].iloc[0]} networks together, {speed}", fontsize=9)
    axes[0].set_ylabel("loss: training thin, validation thick, best dot")
    maps.save(figure, png, pdf)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            [Path(p) for p in snakemake.input.histories],
            *(Path(snakemake.output[name]) for name in ("png", "pdf")),
        )
