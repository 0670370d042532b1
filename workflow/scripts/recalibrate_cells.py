"""Calibrate models in a chunk of cells anew, the capacity of the map given, all else free."""

from pathlib import Path

from vadose import contracts, kinds
from vadose.calibration_table import calibrate_table
from vadose.chunks import part_of
from vadose.job import job


def main(
    monthly: Path,
    capacity: Path,
    outputs: list[Path],
    *,
    chunk: str,
    models: list[str],
    snow: str,
    **options,
) -> None:
    """Write a file a model: parameters, scores and runoff of the chunk's cells, in their order."""
    given = contracts.read(kinds.PREDICTED, capacity)["capacity"]
    with contracts.opened(monthly) as opened:
        part = part_of(chunk, opened.sizes["unit"])
        data = opened[list(kinds.UNITS_MONTHLY)].isel(unit=part).load()
    fixed = given.sel(unit=data["unit"]).values
    for model, output in zip(models, outputs, strict=True):
        what = f"{model} {snow} {chunk}, capacity given"
        table = calibrate_table(data, what, model=model, snow=snow, capacity=fixed, **options)
        contracts.write(table, kinds.CALIBRATION, output, **table.attrs, chunk=chunk)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.monthly),
            Path(snakemake.input.capacity),
            [Path(path) for path in snakemake.output.calibrations],
            chunk=snakemake.wildcards.chunk,
            threads=snakemake.threads,
            device=snakemake.resources.device,
            **snakemake.params.settings,
        )
