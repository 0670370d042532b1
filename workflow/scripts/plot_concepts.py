"""Draw streamflow and stores of basins, and what the networks' state tells of them."""

from collections.abc import Mapping
from pathlib import Path

from vadose.figures import training
from vadose.figures.concepts import cells, maps, scores, series, truth
from vadose.figures.drawing import Drawings, draw_all
from vadose.job import figures_of, files_of, job, one_of_each


def main(
    files: Mapping[str, list[Path]],
    wanted: Mapping[str, Path],
    *,
    test: tuple[str | None, str | None],
) -> None:
    """Draw scores, series, maps, cells, training curves and the planet's truth."""
    one = one_of_each(files)
    drawings: Drawings = {
        "scores": lambda: scores.draw(one["table"]),
        "series": lambda: series.draw(one["series"], one["predicted"], test=test),
        "maps": lambda: maps.draw(one["series"], one["metrics"], one.get("land")),
        "cells": lambda: cells.draw(one["states"]),
        "training": lambda: training.draw(
            files["histories"], "variant", "windows", same_scale=False
        ),
        "truth": lambda: truth.draw(one["planet"] / "truth" / "basins.nc", one["predicted"]),
    }
    draw_all(drawings, wanted)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            files_of(snakemake.input),
            figures_of(snakemake.output),
            **snakemake.params.settings,
        )
