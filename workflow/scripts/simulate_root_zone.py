"""Run the water balance with the networks of every experiment on all basins and days, and LSTMs."""

from pathlib import Path

import torch

from vadose import contracts
from vadose.job import job, log
from vadose.root_zone import rival
from vadose.root_zone.learn import from_file
from vadose.root_zone.series_file import read_record
from vadose.root_zone.simulate import simulate, to_dataset
from vadose.root_zone.simulated import FLOW, SIMULATED
from vadose.training import prepare


def main(
    series: Path,
    networks: list[Path],
    simulated: list[Path],
    rivals: list[Path],
    flows: list[Path],
    *,
    threads: int,
) -> None:
    """Write fluxes, stores and parameters of all members of each experiment; flow of rivals."""
    prepare("cpu", seed=0, threads=threads)
    record = read_record(series)
    for path, output in zip(networks, simulated, strict=True):
        fitted = from_file(torch.load(path, weights_only=True))
        data = to_dataset(record, fitted, simulate(record, fitted))
        contracts.write(data, SIMULATED, output)
        residual = float(data["residual"].max())
        log.info("%s: %s; water closes to %.2g mm/day", output.stem, dict(data.sizes), residual)
    for path, output in zip(rivals, flows, strict=True):
        trained = rival.from_file(torch.load(path, weights_only=True))
        contracts.write(rival.flow_of(record, trained), FLOW, output)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.series),
            [Path(path) for path in snakemake.input.networks],
            [Path(path) for path in snakemake.output.simulated],
            [Path(path) for path in snakemake.input.rivals],
            [Path(path) for path in snakemake.output.flows],
            threads=snakemake.threads,
        )
