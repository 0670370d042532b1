"""Draw how far all systems agree about the same water."""

from collections.abc import Mapping
from pathlib import Path

from vadose.figures.drawing import Drawings, draw_all
from vadose.figures.storage import agreement, capacity, dynamics
from vadose.job import figures_of, files_of, job, one_of_each


def main(files: Mapping[str, list[Path]], wanted: Mapping[str, Path], *, others: list[str]) -> None:
    """Draw estimates of capacity in basins and cells, and how monthly storage goes together."""
    one = one_of_each(files)
    drawings: Drawings = {
        "capacity": lambda: capacity.draw(one["table"], one["pairs"]),
        "agreement": lambda: agreement.draw(
            one["compared"], one["labels"], one.get("land"), others=others
        ),
        "dynamics": lambda: dynamics.draw(one["series"], one["monthly"], one["together"]),
    }
    draw_all(drawings, wanted)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            files_of(snakemake.input),
            figures_of(snakemake.output),
            **snakemake.params.settings,
        )
