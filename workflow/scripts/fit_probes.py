"""Fit probes of the stores on the cell states of networks that no longer learn, with controls."""

from pathlib import Path

import pandas as pd

from vadose import contracts, kinds
from vadose.concepts.network import read_networks
from vadose.concepts.probing import Probing, probe
from vadose.concepts.record import Span
from vadose.concepts.series_file import to_record
from vadose.evaluation import write_table
from vadose.job import job, log
from vadose.progress import progress
from vadose.training import prepare


def main(
    series: Path,
    networks: list[Path],
    metrics: Path,
    *,
    periods: dict,
    device: str,
    threads: int,
    **how,
) -> None:
    """Write how well probes read each store, fitted in training days and judged in test days."""
    prepare(device, seed=0, threads=threads)
    record = to_record(contracts.read(kinds.CONCEPT_SERIES, series))
    spans = tuple(Span.of(record.days, *periods[name], name) for name in ("training", "test"))
    rows = []
    known = {
        (path.stem, *name.split("_")): fitted
        for path in networks
        for name, fitted in read_networks(path).items()
    }
    with progress("probes", len(known), "networks") as done:
        for name, fitted in known.items():
            rows.append(probe(record, fitted, name, spans, Probing(**how), device))
            done(1)
    table = pd.concat(rows, ignore_index=True)
    write_table(table, metrics)
    log.info("%d networks, %d scores", len(known), len(table))


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.series),
            [Path(p) for p in snakemake.input.networks],
            Path(snakemake.output.metrics),
            device=snakemake.resources.device,
            threads=snakemake.threads,
            **snakemake.params.settings,
        )
