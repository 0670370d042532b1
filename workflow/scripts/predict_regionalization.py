"""Predict streamflow in the training and test days with all networks of a split."""

from pathlib import Path

import numpy as np
import xarray as xr

from vadose import contracts
from vadose.concepts.record import Span
from vadose.job import job, log
from vadose.progress import progress
from vadose.regionalization.files import PREDICTED
from vadose.regionalization.series import SYSTEM, Series, read_series
from vadose.regionalization.training_queue import predict_queue, read_networks
from vadose.training import prepare


def main(
    series: Path,
    networks: list[Path],
    outputs: list[Path],
    *,
    periods: dict,
    device: str,
    threads: int,
) -> None:
    """Write the flow of every architecture's networks, each known by its name in its queue."""
    prepare(device, seed=0, threads=threads)
    known = read_series(series)
    spans = sorted(Span.of(known.days, *dates, name, SYSTEM) for name, dates in periods.items())
    for queue, output in zip(networks, outputs, strict=True):
        predict(known, spans, queue, output, device)


def predict(known: Series, spans: list[Span], networks: Path, output: Path, device: str) -> None:
    """Write the flow of the networks of a queue on spans of days."""
    trained = read_networks(networks)
    with progress(f"predict {networks.stem}", len(trained), "networks") as done:
        flow, learnt = predict_queue(known, trained, spans, device=device, progress=done)
    days = known.days[np.concatenate([np.arange(*span) for span in spans])]
    coords = {"network": list(map(str, trained)), "basin": known.basins, "time": days}
    dims = "network", "basin"
    flows = {"q": ((*dims, "time"), flow), "learnt": (dims, learnt.astype(np.int8))}
    contracts.write(xr.Dataset(flows, coords), PREDICTED, output)
    log.info("%d networks, %d basins, %d days", *flow.shape)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.series),
            [Path(path) for path in snakemake.input.networks],
            [Path(path) for path in snakemake.output.predicted],
            device=snakemake.resources.device,
            threads=snakemake.threads,
            **snakemake.params.settings,
        )
