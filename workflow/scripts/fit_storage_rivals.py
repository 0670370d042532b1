"""Reconstruct the storage of all months by what a network must beat."""

from pathlib import Path

from vadose.gap_filling.files import read_maps, write_reconstruction
from vadose.gap_filling.reconstruction import reconstruction
from vadose.gap_filling.rivals import methods, with_errors
from vadose.job import job, log
from vadose.progress import progress


def main(maps: Path, outputs: list[Path], *, levels: list[float], ridge: float) -> None:
    """Write mean, spread, quantiles and scores of each method; its file bears its name."""
    data, known = read_maps(maps), methods(ridge)
    with progress("rivals", len(outputs), "methods") as done:
        for output in outputs:
            members = with_errors(data, known[output.stem](data))
            found = reconstruction(data, members, levels)
            write_reconstruction(found, data, levels, output, method=output.stem)
            log.info("%s: spread times %.2f suits", output.stem, found.recalibration)
            done(1)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.maps),
            [Path(p) for p in snakemake.output.reconstructed],
            **snakemake.params.settings,
        )
