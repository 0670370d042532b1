"""Train the networks of the water balance's parameters, all folds and seeds of an experiment."""

from pathlib import Path

import pandas as pd

from vadose.checkpoints import fingerprint, finish
from vadose.job import job, training_of
from vadose.progress import progress
from vadose.root_zone.folds import deal_out
from vadose.root_zone.learn import learn, to_file
from vadose.root_zone.parameters import Design
from vadose.root_zone.record import arrays_of
from vadose.root_zone.series_file import read_record
from vadose.root_zone.targets import Aim
from vadose.training import Checkpoint, Plan, prepare


def main(
    series: Path,
    network: Path,
    history: Path,
    *,
    experiment: str,
    design: dict,
    aim: dict,
    division: dict,
    tested_folds: int,
    seeds: list[int],
    batch: int,
    rounds: int,
    learning: dict,
    checkpoint: Path,
    checkpoint_seconds: float,
    known_by: dict,
    threads: int,
) -> None:
    """Write the networks and how they learnt; a killed job goes on where it was."""
    record = read_record(series)
    years = deal_out(record.days, **division).first(tested_folds)
    key = fingerprint(known_by, arrays_of(record))
    plan = Plan.of(learning)
    prepare("cpu", seeds[0], threads)
    with progress(f"train {network.stem}", plan.epochs, "epochs") as done:
        fitted = learn(
            *(record, years, seeds),
            *(Design(**design), Aim(**aim), plan),
            batch=batch,
            rounds=rounds,
            checkpoint=Checkpoint(checkpoint, key, checkpoint_seconds),
            progress=done,
        )
    known = {"experiment": experiment, "fold": "all", "seed": 0}
    table = pd.DataFrame(fitted.history).assign(**known, members=tested_folds * len(seeds))
    finish(network, to_file(fitted), history, table, known_by, checkpoint)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        output = Path(snakemake.output.network)
        main(
            Path(snakemake.input.series),
            *(output, Path(snakemake.output.history)),
            experiment=snakemake.wildcards.experiment,
            checkpoint=output.parent.parent / "checkpoints" / output.name,
            threads=snakemake.threads,
            **training_of(snakemake),
        )
