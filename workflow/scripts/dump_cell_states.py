"""Write the cell states of one network on all days of all basins, and what its probes read."""

from pathlib import Path

import numpy as np
import torch
import xarray as xr

from vadose import contracts, kinds
from vadose.concepts.network import from_file, run
from vadose.concepts.record import FLOW, Span
from vadose.concepts.series_file import to_record
from vadose.job import job, log
from vadose.training import prepare


def main(series: Path, network: Path, states: Path, *, device: str, threads: int) -> None:
    """Write cells (basin, time, cell), streamflow and stores of every day."""
    prepare(device, seed=0, threads=threads)
    record = to_record(contracts.read(kinds.CONCEPT_SERIES, series))
    fitted = from_file(torch.load(network, weights_only=True))
    names = [FLOW, *fitted.design.stores]
    found = run(record.keep(names), fitted, Span(0, len(record.days)), device=device)
    stores = np.moveaxis(found.targets[..., 1:], -1, 0).astype(np.float32)
    data = xr.Dataset(
        {
            "cells": (("basin", "time", "cell"), found.cells),
            "q": (("basin", "time"), found.targets[..., 0].astype(np.float32)),
            "stores": (("store", "basin", "time"), stores),
        },
        coords={
            "basin": record.basins,
            "time": record.days,
            "cell": np.arange(1, fitted.design.hidden + 1),
            "store": np.array(names[1:], dtype=str),
        },
    )
    contracts.write(data, kinds.CONCEPT_STATES, states, network=network.stem)
    log.info("%d basins, %d days, %d cells", *found.cells.shape)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.series),
            Path(snakemake.input.network),
            Path(snakemake.output.states),
            device=snakemake.resources.device,
            threads=snakemake.threads,
        )
