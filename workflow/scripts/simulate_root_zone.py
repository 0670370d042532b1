"""Run the water balance of all basins and days with all networks of every experiment."""

from pathlib import Path

import torch

from vadose import contracts
from vadose.job import job, log
from vadose.root_zone.learn import from_file
from vadose.root_zone.series_file import read_record
from vadose.root_zone.simulate import simulate, to_dataset
from vadose.root_zone.simulated import SIMULATED
from vadose.training import prepare


def main(series: Path, networks: Path, simulated: Path, *, threads: int) -> None:
    """Write fluxes, stores and parameters of all members of an experiment."""
    prepare("cpu", seed=0, threads=threads)
    record = read_record(series)
    fitted = from_file(torch.load(networks, weights_only=True))
    data = to_dataset(record, fitted, simulate(record, fitted))
    contracts.write(data, SIMULATED, simulated)
    residual = float(data["residual"].max())
    log.info("%s: %s; water closes to %.2g mm/day", simulated.stem, dict(data.sizes), residual)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        given = snakemake.input
        for networks, output in zip(given.networks, snakemake.output.simulated, strict=True):
            main(*map(Path, (given.series, networks, output)), threads=snakemake.threads)
