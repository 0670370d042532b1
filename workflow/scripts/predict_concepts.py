"""Predict streamflow and stores of all basins in the test days with every network of a variant."""

from pathlib import Path

import numpy as np

from vadose import contracts, kinds
from vadose.concepts.network import learnt_from, read_network, run
from vadose.concepts.record import FLOW, Span
from vadose.concepts.series_file import lay_targets_out, to_record
from vadose.job import job, log
from vadose.progress import progress
from vadose.training import prepare


def main(
    series: Path, networks: list[Path], output: Path, *, test: list, device: str, threads: int
) -> None:
    """Write the predictions of all networks, each known by its fold and seed."""
    prepare(device, seed=0, threads=threads)
    record = to_record(contracts.read(kinds.CONCEPT_SERIES, series))
    span, found, learnt = Span.of(record.days, *test, "test"), [], []
    with progress("predict", len(networks), "networks") as done:
        for path in networks:
            fitted = read_network(path)
            names = [FLOW, *fitted.design.stores]
            found.append(run(record.keep(names), fitted, span, device=device).targets)
            learnt.append(learnt_from(fitted, record.basins))
            done(1)
    values = np.stack(found).astype(np.float32)  # [network, basin, time, target]
    data = lay_targets_out(values, ("network", "basin", "time"), names)
    data = data.assign(learnt=(("network", "basin"), np.stack(learnt).astype(np.int8)))
    data = data.assign_coords(
        network=[path.stem.partition("_")[2] for path in networks],
        basin=record.basins,
        time=record.days[slice(*span)],
    )
    contracts.write(data, kinds.CONCEPT_PREDICTED, output)
    log.info("%d networks, %d basins, %d days", *values.shape[:3])


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.series),
            [Path(p) for p in snakemake.input.networks],
            Path(snakemake.output.predicted),
            device=snakemake.resources.device,
            threads=snakemake.threads,
            **snakemake.params.settings,
        )
