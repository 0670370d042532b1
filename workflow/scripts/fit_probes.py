"""Fit probes of the stores on the cell states of networks that no longer learn, with controls."""

from pathlib import Path

import pandas as pd

from vadose import contracts, kinds
from vadose.concepts.network import learnt_from, read_network, run
from vadose.concepts.probes import FITS, Days, controlled, read_stores
from vadose.concepts.record import FLOW, Span
from vadose.concepts.series_file import to_record
from vadose.concepts.skill import skill_table
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
    alpha: float,
    rho: float,
    shift: int,
    seed: int,
    device: str,
    threads: int,
) -> None:
    """Write how well probes read each store, fitted in training days and judged in test days."""
    prepare(device, seed=0, threads=threads)
    record = to_record(contracts.read(kinds.CONCEPT_SERIES, series))
    spans = [Span.of(record.days, *periods[name], name) for name in ("training", "test")]
    stores, rows = record.keep(record.names[1:]), []
    with progress("probes", len(networks), "networks") as done:
        for path in networks:
            variant, fold, number = path.stem.split("_")
            fitted = read_network(path)
            learnt = learnt_from(fitted, record.basins)
            known = record.keep([FLOW, *fitted.design.stores])
            # As for the network's own probes, states that still warm up do not count.
            learning = spans[0]._replace(first=max(spans[0].first, fitted.design.warmup))
            used = learning, spans[1]
            cells = [run(known, fitted, span, device=device).cells for span in used]
            for method, control in FITS:
                found = controlled(stores.targets, control, shift=shift, seed=seed)
                paired = stores._replace(targets=found)
                seen, judged = (paired.on(span) for span in used)
                days = Days(cells[0], seen.targets), Days(cells[1], judged.targets)
                read = read_stores(*days, learnt, method, alpha=alpha, rho=rho)
                what = " ".join(filter(None, (variant, method, control)))
                name = f"{what}, fold {fold}, seed {number}"
                rows.append(skill_table(read, judged, learnt, name))
            done(1)
    table = pd.concat(rows, ignore_index=True)
    write_table(table, metrics)
    log.info("%d networks, %d scores", len(networks), len(table))


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
