"""Predict streamflow and stores of all basins in the test days with all networks."""

from pathlib import Path

import numpy as np

from vadose import contracts, kinds
from vadose.concepts.network import learnt_from, read_networks, run
from vadose.concepts.record import FLOW, Record, Span
from vadose.concepts.series_file import lay_targets_out, to_record
from vadose.job import job, log
from vadose.progress import progress
from vadose.training import prepare


def main(
    series: Path,
    networks: list[Path],
    outputs: list[Path],
    *,
    test: list,
    device: str,
    threads: int,
) -> None:
    """Write the predictions of all networks of every variant."""
    prepare(device, seed=0, threads=threads)
    record = to_record(contracts.read(kinds.CONCEPT_SERIES, series))
    span = Span.of(record.days, *test, "test")
    for variant, output in zip(networks, outputs, strict=True):
        predict(record, span, variant, output, device)


def predict(record: Record, span: Span, networks: Path, output: Path, device: str) -> None:
    """Write the predictions of a variant's networks, each known by its fold and seed."""
    trained, found, learnt = read_networks(networks), [], []
    with progress(f"predict {networks.stem}", len(trained), "networks") as done:
        for fitted in trained.values():
            names = [FLOW, *fitted.design.stores]
            found.append(run(record.keep(names), fitted, span, device=device).targets)
            learnt.append(learnt_from(fitted, record.basins))
            done(1)
    values = np.stack(found).astype(np.float32)  # [network, basin, time, target]
    data = lay_targets_out(values, ("network", "basin", "time"), names)
    data = data.assign(learnt=(("network", "basin"), np.stack(learnt).astype(np.int8)))
    coords = {"network": list(trained), "basin": record.basins, "time": record.days[slice(*span)]}
    contracts.write(data.assign_coords(coords), kinds.CONCEPT_PREDICTED, output)
    log.info("%s: %d networks, %d basins, %d days", output.stem, *values.shape[:3])


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
