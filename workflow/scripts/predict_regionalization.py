"""Predict streamflow in the training and test days with all networks of a split."""

from pathlib import Path

import numpy as np
import xarray as xr

from vadose import contracts
from vadose.concepts.record import Span
from vadose.job import job, log
from vadose.progress import progress
from vadose.regionalization.files import PREDICTED
from vadose.regionalization.series import SYSTEM, read_series
from vadose.regionalization.training_queue import predict_queue, read_networks
from vadose.training import prepare


def main(
    series: Path, networks: Path, output: Path, *, periods: dict, device: str, threads: int
) -> None:
    """Write the flow of all networks of a queue, each known by its name there."""
    prepare(device, seed=0, threads=threads)
    known, trained = read_series(series), read_networks(networks)
    spans = sorted(Span.of(known.days, *dates, name, SYSTEM) for name, dates in periods.items())
    with progress(f"predict {networks.stem}", len(trained), "networks") as done:
        flow, learnt = predict_queue(known, trained, spans, device=device, progress=done)
    data = xr.Dataset(
        {
            "q": (("network", "basin", "time"), flow),
            "learnt": (("network", "basin"), learnt.astype(np.int8)),
        },
        coords={
            "network": [str(member) for member in trained],
            "basin": known.basins,
            "time": known.days[np.concatenate([np.arange(*span) for span in spans])],
        },
    )
    contracts.write(data, PREDICTED, output)
    log.info("%d networks, %d basins, %d days", *flow.shape)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        given = snakemake.input
        for networks, output in zip(given.networks, snakemake.output.predicted, strict=True):
            main(
                *map(Path, (given.series, networks, output)),
                device=snakemake.resources.device,
                threads=snakemake.threads,
                **snakemake.params.settings,
            )
