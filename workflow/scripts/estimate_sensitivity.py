"""Estimate how the flow of networks that were told descriptors answers to each of them."""

from pathlib import Path

import numpy as np
import pandas as pd

from vadose.concepts.record import Span
from vadose.evaluation import long_table, write_table
from vadose.job import job, log
from vadose.progress import progress
from vadose.regionalization.sensitivity import answers, summary
from vadose.regionalization.series import SYSTEM, read_series
from vadose.regionalization.training_queue import read_networks
from vadose.regionalization.vectors import vectors_of
from vadose.training import prepare

DESCRIPTORS = "physical"


def main(
    series: Path,
    networks: list[Path],
    metrics: Path,
    table: Path,
    *,
    test: list,
    seed: int,
    device: str,
    threads: int,
) -> None:
    """Write mean sizes of derivatives by basin; their quantiles and elementary effects as CSV."""
    prepare(device, seed, threads)
    known, rows, effects = read_series(series), [], []
    with progress("sensitivity", len(networks), "architectures") as done:
        for path in networks:
            architecture, _, setting = path.stem.partition("_")
            for member, fitted in read_networks(path).items():
                if member.vectors != DESCRIPTORS:
                    continue
                chosen = known.select(np.isin(known.basins, fitted.basins))
                told = vectors_of(DESCRIPTORS, chosen.described(member.seed), fitted.basins)
                span = Span.of(chosen.days, *test, "test", SYSTEM)
                found = answers(chosen, told, fitted, span, seed=seed, device=device)
                of = {"split": setting, "period": "test", "system": SYSTEM}
                of["experiment"] = f"{architecture} {DESCRIPTORS}, seed {member.seed}"
                for name, sizes in zip(chosen.names, found.gradient.T, strict=True):
                    values = {"gradient": sizes}
                    rows.append(long_table(values, np.array(chosen.basins), variable=name, **of))
                by_name = {"architecture": architecture, "attribute": chosen.names}
                effects.append(pd.DataFrame(by_name | found.effects._asdict()))
            done(1)
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
