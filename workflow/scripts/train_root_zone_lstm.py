"""Train LSTMs of streamflow on what the water balance is told, one of each fold and seed."""

from pathlib import Path

from vadose.checkpoints import fingerprint, finish
from vadose.concepts.windows import Sampling
from vadose.job import job, machine_of, training_of
from vadose.progress import progress
from vadose.queues import history_table
from vadose.regionalization.model import Design
from vadose.root_zone.folds import deal_out
from vadose.root_zone.record import arrays_of
from vadose.root_zone.rival import to_file, train_rival
from vadose.root_zone.series_file import read_record
from vadose.training import Checkpoint, Plan


def main(
    series: Path,
    networks: Path,
    history: Path,
    *,
    division: dict,
    tested_folds: int,
    seeds: list[int],
    design: dict,
    sampling: dict,
    learning: dict,
    checkpoints: Path,
    checkpoint_seconds: float,
    known_by: dict,
    **options,
) -> None:
    """Write the networks and how they learnt; a killed job goes on where it was."""
    record = read_record(series)
    years, plan = deal_out(record.days, **division).first(tested_folds), Plan.of(learning)
    kept = Checkpoint(checkpoints, fingerprint(known_by, arrays_of(record)), checkpoint_seconds)
    work = tested_folds * len(seeds) * plan.epochs
    with progress(f"train {networks.stem}", work, "epochs") as done:
        found = train_rival(
            *(record, years, seeds, Design(**design), Sampling(**sampling), plan, kept),
            progress=done,
            **options,
        )
    table = history_table(found.networks, experiment=networks.stem)
    finish(networks, to_file(found), history, table, known_by, checkpoints)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        output = Path(snakemake.output.networks)
        main(
            Path(snakemake.input.series),
            *(output, Path(snakemake.output.history)),
            checkpoints=output.parent.parent / "checkpoints" / output.stem,
            **machine_of(snakemake),
            **training_of(snakemake),
        )
