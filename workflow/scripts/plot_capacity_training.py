"""Draw how the networks of storage capacity learnt, a panel a split."""

from pathlib import Path

import pandas as pd

from vadose import charts, maps
from vadose.job import job


def main(histories: list[Path], png: Path, pdf: Path) -> None:
    """Draw loss and validation loss of all folds and seeds against the epoch."""
    history = pd.concat([pd.read_csv(path) for path in histories], ignore_index=True)
    maps.save(charts.learning_figure(history, "split", "samples", same_scale=True), png, pdf)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            [Path(p) for p in snakemake.input.histories],
            *(Path(snakemake.output[name]) for name in ("png", "pdf")),
        )
