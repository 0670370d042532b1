"""Draw where and how well water storage was reconstructed, and the droughts in it."""

from collections.abc import Mapping
from pathlib import Path

from vadose.figures.drawing import Drawings, draw_all
from vadose.figures.gap_filling import droughts, reliability, rivers, scores, skill, training, truth
from vadose.job import figures_of, files_of, job, one_of_each


def main(files: Mapping[str, list[Path]], wanted: Mapping[str, Path], *, method: str) -> None:
    """Draw the skill of the product's `method`, scores of all, rivers, droughts, and the truth."""
    one = one_of_each(files)
    drawings: Drawings = {
        "skill": lambda: skill.draw(one["skill"], one.get("land"), method=method),
        "scores": lambda: scores.draw(one["table"]),
        "reliability": lambda: reliability.draw(one["reliability"]),
        "rivers": lambda: rivers.draw(one["storage"], one["rivers"]),
        "droughts": lambda: droughts.draw(one["droughts"], one["area"], one.get("land")),
        "training": lambda: training.draw(files["histories"]),
        "truth": lambda: truth.draw(
            one["planet"] / "truth" / "grid.nc", one["storage"], one.get("land")
        ),
    }
    draw_all(drawings, wanted)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            files_of(snakemake.input),
            figures_of(snakemake.output),
            **snakemake.params.settings,
        )
