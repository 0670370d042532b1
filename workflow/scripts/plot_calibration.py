"""Draw what the calibrations of basins and cells come to."""

from collections.abc import Mapping
from pathlib import Path

from vadose.figures.calibration import capacity, equifinality, scores, skill
from vadose.figures.drawing import Drawings, draw_all
from vadose.job import file_of, job


def main(
    calibrations: list[Path],
    metrics: Path,
    labels: Path,
    land: Path | None,
    wanted: Mapping[str, Path],
    *,
    cells: bool,
    within_kge: float,
) -> None:
    """Draw maps and distributions; fits within `within_kge` of the best count as equally good."""
    drawings: Drawings = {
        "skill": lambda: skill.draw(calibrations, land, cells=cells),
        "scores": lambda: scores.draw(metrics),
        "capacity": lambda: capacity.draw(labels, land, cells=cells),
        "equifinality": lambda: equifinality.draw(
            calibrations, labels, land, cells=cells, within_kge=within_kge
        ),
    }
    draw_all(drawings, wanted)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        given, made = snakemake.input, snakemake.output
        settings = snakemake.params.settings
        for k, units in enumerate(settings["units"]):
            main(
                [Path(path) for path in given[units]],
                Path(given.metrics[k]),
                Path(given.labels[k]),
                file_of(given, "land"),
                {name: Path(f[k]) for name, f in made.items() if f[k].endswith(".png")},
                cells=units == "cells",
                within_kge=settings["within_kge"],
            )
