"""Draw how the networks of the water balance learnt, a panel an experiment."""

from pathlib import Path

import pandas as pd

from vadose import charts, maps
from vadose.job import job


def main(histories: list[Path], png: Path, pdf: Path) -> None:
    """Draw loss and validation loss, means over folds and seeds, against the epoch."""
    history = pd.concat([pd.read_csv(path) for path in histories], ignore_index=True)
    maps.save(charts.learning_figure(history, "experiment", "basins", same_scale=False), png, pdf)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            [Path(p) for p in snakemake.input.histories],
            *(Path(snakemake.output[name]) for name in ("png", "pdf")),
        )
