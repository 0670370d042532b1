"""Train the ensemble of a split: one network a seed and fold."""

from pathlib import Path

from vadose import contracts, kinds
from vadose.capacity.ensemble import ensemble_to_file, learn_ensemble
from vadose.capacity.network import Design
from vadose.capacity.tables import labelled, labels_of, read_predictors
from vadose.checkpoints import fingerprint, finish
from vadose.job import job, machine_of, training_of
from vadose.progress import progress
from vadose.queues import history_table
from vadose.split_files import read_split, split_parts
from vadose.training import Checkpoint, Plan


def main(
    predictors: Path,
    labels: Path,
    split: Path,
    networks: Path,
    history: Path,
    *,
    names: list[str],
    design: dict,
    learning: dict,
    seeds: int,
    first_seed: int,
    checkpoints: Path,
    checkpoint_seconds: float,
    known_by: dict,
    **options,
) -> None:
    """Write the networks and how they learnt; a killed job goes on where it was."""
    maps, grid = read_predictors(predictors, names)
    cells = contracts.read(kinds.LABELS, labels)
    known = labels_of(cells, grid)
    units = cells["unit"].values[labelled(cells)].astype(str)
    folds, parts = split_parts(read_split(split), list(units))
    key = fingerprint(known_by, {"maps": maps.maps, "parts": parts} | known._asdict())
    plan, kept = Plan.of(learning), Checkpoint(checkpoints, key, checkpoint_seconds)
    given = maps, known, folds, parts, Design(**design), plan, kept
    with progress(f"train {split.stem}", seeds * len(folds) * plan.epochs, "epochs") as done:
        queue = {"seeds": seeds, "first_seed": first_seed, "progress": done}
        found = learn_ensemble(*given, **queue, **options)
    content = ensemble_to_file(found, names, split)
    table = history_table(found, split=split.stem)
    finish(networks, content, history, table, known_by, checkpoints)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        output = Path(snakemake.output.networks)
        main(
            *(Path(snakemake.input[name]) for name in ("predictors", "labels", "split")),
            *(output, Path(snakemake.output.history)),
            checkpoints=output.parent.parent / "checkpoints" / output.stem,
            **machine_of(snakemake),
            **training_of(snakemake),
        )
