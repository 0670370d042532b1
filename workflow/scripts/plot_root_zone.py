"""Draw what the water balance is worth and how much storage vegetation uses."""

from collections.abc import Mapping
from pathlib import Path

from vadose.figures import training
from vadose.figures.drawing import Drawings, draw_all
from vadose.figures.root_zone import capacity, parameters, scores, seasons, series, truth
from vadose.job import figures_of, files_of, job, one_of_each


def main(
    files: Mapping[str, list[Path]], wanted: Mapping[str, Path], *, baseline: list[str]
) -> None:
    """Draw scores, series, capacity, parameters, seasons, the learning, and the planet's truth."""
    one = one_of_each(files)
    drawings: Drawings = {
        "scores": lambda: scores.draw(one["table"]),
        "series": lambda: series.draw(one["series"], one["simulated"], baseline=baseline),
        "capacity": lambda: capacity.draw(one["series"], one["basins"], one.get("land")),
        "parameters": lambda: parameters.draw(one["series"], one["simulated"], one.get("land")),
        "seasons": lambda: seasons.draw(one["series"], one["storage"], one["basins"]),
        "training": lambda: training.draw(
            files["histories"], "experiment", "samples", same_scale=False
        ),
        "truth": lambda: truth.draw(one["planet"] / "truth" / "basins.nc", one["basins"]),
    }
    draw_all(drawings, wanted)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            files_of(snakemake.input),
            figures_of(snakemake.output),
            **snakemake.params.settings,
        )
