"""Draw the map of storage capacity and what it is worth."""

from collections.abc import Mapping
from pathlib import Path

from vadose.figures import training
from vadose.figures.capacity import comparison, reconstruction, scores, truth
from vadose.figures.drawing import Drawings, draw_all
from vadose.job import figures_of, files_of, job, one_of_each


def main(files: Mapping[str, list[Path]], wanted: Mapping[str, Path]) -> None:
    """Draw maps, scores, other estimates, training curves and the planet's truth."""
    one = one_of_each(files)
    drawings: Drawings = {
        "reconstruction": lambda: reconstruction.draw(one["capacity"], one.get("land")),
        "reconstruction_scores": lambda: scores.draw(one["table"]),
        "comparison": lambda: comparison.draw(one["compared"], one["correlations"]),
        "training": lambda: training.draw(files["histories"], "split", "samples", same_scale=True),
        "truth": lambda: truth.draw(one["planet"] / "truth" / "grid.nc", one["capacity"]),
    }
    draw_all(drawings, wanted)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            files_of(snakemake.input),
            figures_of(snakemake.output),
        )
