"""Draw what the calibrations of basins or cells come to."""

from collections.abc import Mapping
from pathlib import Path

from vadose.figures.calibration import capacity, equifinality, scores, skill
from vadose.figures.drawing import Drawings, draw_all
from vadose.job import figures_of, files_of, job, one_of_each


def main(
    files: Mapping[str, list[Path]], wanted: Mapping[str, Path], *, cells: bool, within_kge: float
) -> None:
    """Draw maps and distributions; fits within `within_kge` of the best count as equally good."""
    one = one_of_each(files)
    drawings: Drawings = {
        "skill": lambda: skill.draw(files["calibrations"], one.get("land"), cells=cells),
        "scores": lambda: scores.draw(one["metrics"]),
        "capacity": lambda: capacity.draw(one["labels"], one.get("land"), cells=cells),
        "equifinality": lambda: equifinality.draw(
            files["calibrations"],
            one["labels"],
            one.get("land"),
            cells=cells,
            within_kge=within_kge,
        ),
    }
    draw_all(drawings, wanted)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            files_of(snakemake.input),
            figures_of(snakemake.output),
            cells=snakemake.wildcards.units == "cells",
            **snakemake.params.settings,
        )
