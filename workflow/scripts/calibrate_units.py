"""Calibrate one monthly water balance model in a chunk of the basins or cells by SCE-UA."""

from pathlib import Path

import numpy as np

from vadose import contracts, kinds
from vadose.calibrate import Forcing, calibrate, no_calibration, results, split_periods
from vadose.chunks import part_of
from vadose.job import job, log
from vadose.progress import progress
from vadose.reasons import BLOCKING, count_reasons, data_reason
from vadose.search import Settings
from vadose.water_balance.model import load_model


def main(
    monthly: Path,
    output: Path,
    *,
    chunk: str,
    model: str,
    snow: str,
    calibration_share: float,
    least_months: int,
    search: dict,
    threads: int,
    device: str,
    **options,
) -> None:
    """Write parameters, scores and simulated runoff of the chunk's units, in their order."""
    with contracts.opened(monthly) as opened:
        part = part_of(chunk, opened.sizes["unit"])
        data = opened[list(kinds.UNITS_MONTHLY)].isel(unit=part).load()
    forcing = Forcing(*(data[name].values for name in Forcing._fields))
    periods = split_periods(forcing.q, calibration_share)
    reason = data_reason(*forcing, periods.calibration, least_months)
    ready = ~np.isin(reason, BLOCKING)
    log.info(
        "%d of %d units can be calibrated (%s)", ready.sum(), len(ready), count_reasons(reason)
    )
    structure = load_model(model, snow)
    with progress(f"calibrate {model} {snow} {chunk}", int(ready.sum()), "units") as done:
        found = (
            calibrate(
                structure,
                forcing.select(ready),
                list(data["unit"].values[ready].astype(str)),
                periods=periods.select(ready),
                settings=Settings(**search),
                threads=threads,
                device=device,
                progress=done,
                **options,
            )
            if ready.any()
            else no_calibration(structure, options["restarts"], forcing.q.shape[-1])
        )
    table = results(structure, found, ready, periods)
    table = table.assign_coords(unit=data["unit"], time=data["time"])
    table = table.assign({name: data[name] for name in kinds.UNIT})
    table["data_reason"] = ("unit", reason)
    attrs = {"model": model, "snow": snow, "capacity": structure.capacity, "chunk": chunk}
    contracts.write(table, kinds.CALIBRATION, output, **attrs)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.monthly),
            Path(snakemake.output.calibration),
            chunk=snakemake.wildcards.chunk,
            model=snakemake.wildcards.model,
            snow=snakemake.wildcards.snow,
            threads=snakemake.threads,
            device=snakemake.resources.device,
            **snakemake.params.settings,
        )
