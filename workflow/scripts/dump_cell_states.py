"""Write the cell states of a variant's first network on all days, and what its probes read."""

from pathlib import Path

import numpy as np

from vadose import contracts, kinds
from vadose.concepts.network import network_of, read_networks, run
from vadose.concepts.record import FLOW, Span
from vadose.concepts.series_file import lay_targets_out, to_record
from vadose.job import job, log
from vadose.training import prepare


def main(series: Path, networks: Path, states: Path, *, device: str, threads: int) -> None:
    """Write cells (basin, time, cell), streamflow and stores of every day, and the probes."""
    prepare(device, seed=0, threads=threads)
    record = to_record(contracts.read(kinds.CONCEPT_SERIES, series))
    name, fitted = next(iter(read_networks(networks).items()))
    names = [FLOW, *fitted.design.stores]
    found = run(record.keep(names), fitted, Span(0, len(record.days)), device=device)
    data = lay_targets_out(found.targets.astype(np.float32), ("basin", "time"), names)
    data["cells"] = ("basin", "time", "cell"), found.cells
    data["probe"] = ("store", "cell"), network_of(fitted).probe.numpy(force=True)
    data = data.assign_coords(
        basin=record.basins, time=record.days, cell=np.arange(1, fitted.design.hidden + 1)
    )
    contracts.write(data, kinds.CONCEPT_STATES, states, network=f"{networks.stem}_{name}")
    log.info("%d basins, %d days, %d cells", *found.cells.shape)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.series),
            Path(snakemake.input.networks),
            Path(snakemake.output.states),
            device=snakemake.resources.device,
            threads=snakemake.threads,
        )
