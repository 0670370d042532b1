"""Calibrate one monthly water balance model in every basin by SCE-UA."""

from pathlib import Path

import numpy as np

from vadose import contracts
from vadose.calibrate import Forcing, calibrate, results, split_periods
from vadose.errors import InputError
from vadose.job import job, log
from vadose.progress import progress
from vadose.reasons import BLOCKING, count_reasons, data_reason
from vadose.search import Settings
from vadose.water_balance.model import load_model


def main(
    monthly: Path,
    output: Path,
    *,
    model: str,
    snow: str,
    calibration_share: float,
    least_months: int,
    search: dict,
    threads: int,
    **options,
) -> None:
    """Calibrate a model and write parameters, scores and simulated runoff of all basins."""
    data = contracts.read(contracts.BASINS_MONTHLY, monthly)
    forcing = Forcing(*(data[name].values for name in Forcing._fields))
    periods = split_periods(forcing.q, calibration_share)
    reason = data_reason(*forcing, periods.calibration, least_months)
    ready = ~np.isin(reason, BLOCKING)
    if not ready.any():
        raise InputError(f"{monthly}: no basin can be calibrated ({count_reasons(reason)})")
    structure = load_model(model, snow)
    with progress(f"calibrate {model} {snow}", int(ready.sum()), "basins") as done:
        found = calibrate(
            structure,
            Forcing(*(series[ready] for series in forcing)),
            list(data["basin"].values[ready].astype(str)),
            periods=periods.select(ready),
            settings=Settings(**search),
            threads=threads,
            progress=done,
            **options,
        )
    table = results(structure, found, ready, periods)
    table = table.assign_coords(basin=data["basin"], time=data["time"])
    table = table.assign({name: data[name] for name in contracts.BASIN})
    table["data_reason"] = ("basin", reason)
    attrs = {"model": model, "snow": snow, "capacity": structure.capacity}
    contracts.write(table, contracts.CALIBRATION, output, **attrs)
    log.info("%d of %d basins calibrated with %s", ready.sum(), len(ready), structure.paper)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.monthly),
            Path(snakemake.output.calibration),
            model=snakemake.wildcards.model,
            snow=snakemake.wildcards.snow,
            threads=snakemake.threads,
            **snakemake.params.settings,
        )
