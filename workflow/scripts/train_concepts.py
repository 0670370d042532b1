"""Train the networks of a variant: of streamflow and its stores, or of streamflow alone."""

from pathlib import Path

from vadose import contracts, kinds
from vadose.checkpoints import fingerprint, finish
from vadose.concepts.ensemble import Lesson, Member, ensemble_to_file, learn_ensemble
from vadose.concepts.model import Design
from vadose.concepts.record import FLOW, Span, arrays_of
from vadose.concepts.series_file import to_record, training_basins
from vadose.concepts.windows import Sampling
from vadose.job import job, machine_of, training_of
from vadose.progress import progress
from vadose.queues import history_table
from vadose.training import Checkpoint, Plan


def main(
    series: Path,
    split: Path,
    networks: Path,
    history: Path,
    *,
    queue: list,
    design: dict,
    sampling: dict,
    learning: dict,
    periods: dict,
    checkpoints: Path,
    checkpoint_seconds: float,
    known_by: dict,
    **options,
) -> None:
    """Write the networks, one a fold and seed, and how they learnt; a killed job goes on."""
    known, members = Design(**design), [Member(*one) for one in queue]
    record = to_record(contracts.read(kinds.CONCEPT_SERIES, series)).keep([FLOW, *known.stores])
    told = {one.fold: training_basins(split, one.fold, record.basins) for one in members}
    spans = (Span.of(record.days, *days, name) for name, days in periods.items())
    lesson = Lesson(*spans, known, Sampling(**sampling), Plan.of(learning))
    key = fingerprint(known_by, told | arrays_of(record))
    kept = Checkpoint(checkpoints, key, checkpoint_seconds)
    with progress(f"train {networks.stem}", len(queue) * lesson.plan.epochs, "epochs") as done:
        found = learn_ensemble(record, members, told, lesson, kept, progress=done, **options)
    table = history_table(found, variant=networks.stem)
    finish(networks, ensemble_to_file(found), history, table, known_by, checkpoints)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        output = Path(snakemake.output.networks)
        main(
            *(Path(snakemake.input[name]) for name in ("series", "split")),
            *(output, Path(snakemake.output.history)),
            checkpoints=output.parent.parent / "checkpoints" / output.stem,
            **machine_of(snakemake),
            **training_of(snakemake),
        )
