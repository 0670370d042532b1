"""Draw what architectures and static vectors are worth, gauged and ungauged."""

from collections.abc import Mapping
from pathlib import Path

from vadose.figures.drawing import Drawings, draw_all
from vadose.figures.regionalization import cdf, maps, sensitivity, table, training
from vadose.figures.regionalization import years as few_years
from vadose.job import figures_of, files_of, job, one_of_each


def main(
    files: Mapping[str, list[Path]],
    wanted: Mapping[str, Path],
    *,
    settings: list[str],
    mapped: list[str],
    sparse: list[str],
    years: float,
) -> None:
    """Draw the table, its distribution, maps, years of training, sensitivity, and the learning."""
    one = one_of_each(files)
    drawings: Drawings = {
        "table": lambda: table.draw(one["table"], settings=settings),
        "cdf": lambda: cdf.draw(one["metrics"], settings=settings),
        "maps": lambda: maps.draw(one["series"], one["metrics"], one.get("land"), settings=mapped),
        "years": lambda: few_years.draw(one["table"], settings=sparse, years=years),
        "sensitivity": lambda: sensitivity.draw(one["sensitivity"]),
        "training": lambda: training.draw(files["histories"]),
    }
    draw_all(drawings, wanted)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            files_of(snakemake.input),
            figures_of(snakemake.output),
            **snakemake.params.settings,
        )
