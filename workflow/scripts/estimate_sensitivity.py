"""Estimate how the flow of networks that were told descriptors answers to each of them."""

from pathlib import Path

import pandas as pd

from vadose.evaluation import write_table
from vadose.job import job, log
from vadose.progress import progress
from vadose.regionalization.sensitivity import answer_tables, summary
from vadose.regionalization.series import read_series
from vadose.training import prepare


def main(
    series: Path,
    networks: list[Path],
    metrics: Path,
    table: Path,
    *,
    test: tuple[str, str],
    seed: int,
    device: str,
    threads: int,
) -> None:
    """Write mean sizes of derivatives by basin; their quantiles and elementary effects as CSV."""
    prepare(device, seed, threads)
    known, found = read_series(series), []
    with progress("sensitivity", len(networks), "architectures") as done:
        for path in networks:
            found += answer_tables(known, path, test, seed=seed, device=device)
            done(1)
    rows, effects = zip(*found, strict=True)
    whole = pd.concat(rows, ignore_index=True)
    write_table(whole, metrics)
    joint = summary(whole, pd.concat(effects))
    joint.to_csv(table, index=False, float_format="%.5f")
    log.info("mm/day\n%s", joint.round(3).to_string())


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.series),
            [Path(p) for p in snakemake.input.networks],
            *(Path(snakemake.output[name]) for name in ("metrics", "table")),
            device=snakemake.resources.device,
            threads=snakemake.threads,
            **snakemake.params.settings,
        )
