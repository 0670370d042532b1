"""Write the miniature planet in the providers' own file formats."""

from pathlib import Path

from vadose.job import job
from vadose.planet.build import build_planet


def main(folder: Path, *, seed: int, step: float, basins: int, start: str, end: str) -> None:
    """Build the planet's providers' trees and its truth under a folder."""
    build_planet(folder, seed, step, basins, start, end)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(Path(snakemake.output.mirror), **snakemake.params.settings)
