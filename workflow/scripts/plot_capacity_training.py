"""Draw how the networks of storage capacity learnt, a panel a split."""

from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from vadose import charts, maps
from vadose.job import job


def main(histories: list[Path], png: Path, pdf: Path) -> None:
    """Draw loss and validation loss of all folds and seeds against the epoch."""
    history = pd.concat([pd.read_csv(path) for path in histories], ignore_index=True)
    splits = history["split"].unique()
    figure = Figure(figsize=(3.6 * len(splits) + 0.6, 3.9), layout="constrained")
    axes = figure.subplots(1, len(splits), sharey=True, squeeze=False)[0]
    for axis, split in zip(axes, splits, strict=True):
        part = history[history["split"] == split]
        charts.draw_learning(axis, part)
        speed = part["samples_per_s"].median()
        axis.set_title(
            f"{split}: {part['seed'].nunique()} seeds, {speed:.0f} samples/s", fontsize=9
        )
        if part["fold"].nunique() > 1:
            axis.legend(fontsize=7, frameon=False, title="left out", title_fontsize=7)
    axes[0].set_ylabel("loss: training thin, validation thick, best dot")
    maps.save(figure, png, pdf)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            [Path(p) for p in snakemake.input.histories],
            Path(snakemake.output.png),
            Path(snakemake.output.pdf),
        )
