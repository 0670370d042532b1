"""Gather the calibrated chunks of one model into one file."""

from pathlib import Path

import numpy as np
import xarray as xr

from vadose import contracts, kinds
from vadose.errors import InputError
from vadose.job import job, log
from vadose.reasons import BLOCKING, count_reasons


def main(chunks: list[Path], output: Path) -> None:
    """Write all units in their order; refuse a model that no unit could be calibrated with."""
    parts = [contracts.read(kinds.CALIBRATION, path) for path in chunks]
    table = xr.concat(parts, "unit", data_vars="minimal", join="exact", compat="equals")
    reason = table["data_reason"].values
    if np.isin(reason, BLOCKING).all():
        raise InputError(f"no unit can be calibrated ({count_reasons(reason)}): check the forcing")
    attrs = {name: table.attrs[name] for name in ("model", "snow", "capacity")}
    contracts.write(table, kinds.CALIBRATION, output, **attrs)
    log.info("%d units from %d chunks", table.sizes["unit"], len(parts))


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main([Path(p) for p in snakemake.input.chunks], Path(snakemake.output.calibration))
