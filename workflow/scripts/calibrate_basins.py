"""Calibrate one monthly water balance model in all basins by SCE-UA, with each snow variant."""

from collections.abc import Mapping
from pathlib import Path

from vadose import contracts, kinds
from vadose.calibration_table import calibrate_table
from vadose.job import job
from vadose.reasons import require_some
from vadose.water_balance.model import Snow


def main(monthly: Path, outputs: Mapping[Snow, Path], *, model: str, **options) -> None:
    """Write parameters, scores and simulated runoff of the basins; `outputs` are by variant."""
    data = contracts.read(kinds.UNITS_MONTHLY, monthly)
    for snow, output in outputs.items():
        table = calibrate_table(data, f"{model} {snow}", model=model, snow=snow, **options)
        require_some(table["data_reason"].values)
        contracts.write(table, kinds.CALIBRATION, output, **table.attrs)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.monthly),
            {snow: Path(path) for snow, path in snakemake.output.items()},
            model=snakemake.wildcards.model,
            threads=snakemake.threads,
            device=snakemake.resources.device,
            **snakemake.params.settings,
        )
