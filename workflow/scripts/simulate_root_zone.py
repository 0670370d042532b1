"""Run the water balance of all basins over the whole period with all networks of an experiment."""

from pathlib import Path

import torch

from vadose import contracts
from vadose.job import job, log
from vadose.root_zone.learn import from_file
from vadose.root_zone.series_file import read_record
from vadose.root_zone.simulate import simulate, to_dataset
from vadose.root_zone.simulated import SIMULATED
from vadose.training import prepare


def main(series: Path, network: Path, simulated: Path, *, threads: int) -> None:
    """Write fluxes, stores and parameters of all members."""
    prepare("cpu", seed=0, threads=threads)
    record = read_record(series)
    fitted = from_file(torch.load(network, weights_only=True))
    data = to_dataset(record, fitted, simulate(record, fitted))
    contracts.write(data, SIMULATED, simulated)
    log.info("%s; water closes to %.2g mm/day", dict(data.sizes), float(data["residual"].max()))


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            *(Path(snakemake.input[name]) for name in ("series", "network")),
            Path(snakemake.output.simulated),
            threads=snakemake.threads,
        )
