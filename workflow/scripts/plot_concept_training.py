"""Draw how the networks of streamflow and stores learnt, a panel a variant."""

from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from vadose import charts, maps
from vadose.job import job


def main(histories: list[Path], png: Path, pdf: Path) -> None:
    """Draw loss and validation loss of all folds and seeds against the epoch."""
    history = pd.concat([pd.read_csv(path) for path in histories], ignore_index=True)
    variants = history["variant"].unique()
    figure = Figure(figsize=(4.2 * len(variants) + 0.6, 3.9), layout="constrained")
    axes = figure.subplots(1, len(variants), squeeze=False)[0]
    for axis, variant in zip(axes, variants, strict=True):
        part = history[history["variant"] == variant]
        charts.draw_learning(axis, part)
        speed = part["samples_per_s"].median()
        axis.set_title(
            f"{variant}: {part['seed'].nunique()} seeds, {speed:.0f} windows/s", fontsize=9
        )
        if part["fold"].nunique() > 1:
            axis.legend(fontsize=7, frameon=False, title="fold", title_fontsize=7)
    axes[0].set_ylabel("loss: training thin, validation thick, best dot")
    maps.save(figure, png, pdf)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            [Path(p) for p in snakemake.input.histories],
            *(Path(snakemake.output[name]) for name in ("png", "pdf")),
        )
