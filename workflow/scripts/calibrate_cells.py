"""Calibrate one monthly water balance model in a chunk of the cells by SCE-UA."""

from pathlib import Path

from vadose import contracts, kinds
from vadose.calibration_table import calibrate_table
from vadose.chunks import part_of
from vadose.job import job


def main(monthly: Path, output: Path, *, chunk: str, model: str, snow: str, **options) -> None:
    """Write parameters, scores and simulated runoff of the chunk's cells, in their order."""
    with contracts.opened(monthly) as opened:
        part = part_of(chunk, opened.sizes["unit"])
        data = opened[list(kinds.UNITS_MONTHLY)].isel(unit=part).load()
    table = calibrate_table(data, f"{model} {snow} {chunk}", model=model, snow=snow, **options)
    contracts.write(table, kinds.CALIBRATION, output, **table.attrs, chunk=chunk)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.monthly),
            Path(snakemake.output.calibration),
            chunk=snakemake.wildcards.chunk,
            model=snakemake.wildcards.model,
            threads=snakemake.threads,
            device=snakemake.resources.device,
            **snakemake.params.settings,
        )
