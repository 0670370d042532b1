"""Train all networks of an architecture and split: one a setting, static vector, fold and seed."""

from pathlib import Path

from vadose.checkpoints import fingerprint, finish
from vadose.concepts.record import Span
from vadose.concepts.series_file import training_basins
from vadose.concepts.windows import Sampling
from vadose.job import job, machine_of, training_of
from vadose.progress import progress
from vadose.queues import history_table
from vadose.regionalization.experiment import EVERYONE, Member, years_of
from vadose.regionalization.model import Design
from vadose.regionalization.network import FORM
from vadose.regionalization.series import SYSTEM, arrays_of, last_years, read_series
from vadose.regionalization.training_queue import Lesson, train_queue
from vadose.training import Checkpoint, Plan


def main(
    series: Path,
    split: Path,
    networks: Path,
    history: Path,
    *,
    architecture: str,
    queue: list,
    design: dict,
    sampling: dict,
    learning: dict,
    periods: dict,
    seed: int,
    checkpoints: Path,
    checkpoint_seconds: float,
    known_by: dict,
    **options,
) -> None:
    """Write the networks and how they learnt; a killed job goes on where it was."""
    known, members = read_series(series), [Member(*one) for one in queue]
    folds = {one.fold for one in members} - {EVERYONE}
    told = {fold: training_basins(split, fold, known.basins) for fold in folds}
    spans = {name: Span.of(known.days, *dates, name, SYSTEM) for name, dates in periods.items()}
    learnt = {
        one.setting: last_years(known.days, spans["training"], years_of(one.setting))
        for one in members
    }
    lesson = Lesson(
        *(learnt, spans["validation"], Design(kind=architecture, **design)),
        *(Sampling(**sampling), Plan.of(learning), seed),
    )
    kept = Checkpoint(checkpoints, fingerprint(known_by, arrays_of(known)), checkpoint_seconds)
    with progress(f"train {networks.stem}", len(queue) * lesson.plan.epochs, "epochs") as done:
        found = train_queue(known, members, told, lesson, kept, progress=done, **options)
    content = {str(member): FORM.to_file(fitted) for member, fitted in found.items()}
    table = history_table(found, architecture=architecture)
    finish(networks, content, history, table, known_by, checkpoints)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        output = Path(snakemake.output.networks)
        main(
            *(Path(snakemake.input[name]) for name in ("series", "split")),
            *(output, Path(snakemake.output.history)),
            architecture=snakemake.wildcards.architecture,
            checkpoints=output.parent.parent / "checkpoints" / output.stem,
            **machine_of(snakemake),
            **training_of(snakemake),
        )
