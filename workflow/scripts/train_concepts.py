"""Train one network of streamflow and its stores, or of streamflow alone."""

from pathlib import Path

import pandas as pd

from vadose import contracts, kinds
from vadose.checkpoints import fingerprint, finish
from vadose.concepts.model import Design
from vadose.concepts.network import learn, to_file
from vadose.concepts.record import FLOW, Span, arrays_of
from vadose.concepts.series_file import to_record, training_basins
from vadose.concepts.windows import Sampling
from vadose.job import job, machine_of, training_of
from vadose.progress import progress
from vadose.training import Checkpoint, Plan, prepare


def main(
    series: Path,
    split: Path,
    network: Path,
    history: Path,
    *,
    variant: str,
    fold: str,
    seed: int,
    design: dict,
    sampling: dict,
    learning: dict,
    periods: dict,
    checkpoint: Path,
    checkpoint_seconds: float,
    known_by: dict,
    device: str,
    threads: int,
    deterministic: bool,
) -> None:
    """Write the network and how it learnt; a killed job goes on where it was."""
    known = Design(**design)
    record = to_record(contracts.read(kinds.CONCEPT_SERIES, series)).keep([FLOW, *known.stores])
    basins = training_basins(split, fold, record.basins)
    spans = [Span.of(record.days, *days, name) for name, days in periods.items()]
    key = fingerprint(known_by | {"seed": seed}, {"basins": basins, **arrays_of(record)})
    plan = Plan.of(learning)
    prepare(device, 1000 * seed + int(fold), threads, deterministic)
    with progress(f"train {network.stem}", plan.epochs, "epochs") as done:
        fitted = learn(
            *(record, basins, *spans, known, Sampling(**sampling), plan),
            seed=seed,
            device=device,
            checkpoint=Checkpoint(checkpoint, key, checkpoint_seconds),
            progress=done,
        )
    table = pd.DataFrame(fitted.history).assign(variant=variant, fold=fold, seed=seed)
    finish(network, to_file(fitted), history, table, known_by, checkpoint)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        output, seed = Path(snakemake.output.network), int(snakemake.wildcards.seed)
        main(
            *(Path(snakemake.input[name]) for name in ("series", "split")),
            *(output, Path(snakemake.output.history)),
            variant=snakemake.wildcards.variant,
            fold=snakemake.wildcards.fold,
            seed=seed,
            checkpoint=output.parent.parent / "checkpoints" / output.name,
            **machine_of(snakemake),
            **training_of(snakemake),
        )
