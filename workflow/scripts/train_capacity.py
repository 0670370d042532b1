"""Train one network of the ensemble in every fold of a split."""

from pathlib import Path

from vadose import contracts, kinds
from vadose.capacity.ensemble import history_table, learn_folds
from vadose.capacity.network import Design, to_file
from vadose.capacity.tables import labelled, labels_of, read_predictors
from vadose.checkpoints import fingerprint, finish
from vadose.job import job, machine_of, training_of
from vadose.progress import progress
from vadose.split_files import read_split, split_hash, split_parts
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
    first_seed: int,
    seed: int,
    checkpoints: Path,
    checkpoint_seconds: float,
    known_by: dict,
    **options,
) -> None:
    """Write the networks of all folds and how they learnt; a killed job goes on where it was."""
    maps, grid = read_predictors(predictors, names)
    cells = contracts.read(kinds.LABELS, labels)
    known = labels_of(cells, grid)
    units = cells["unit"].values[labelled(cells)].astype(str)
    folds, parts = split_parts(read_split(split), list(units))
    key = fingerprint(known_by, {"maps": maps.maps, "parts": parts} | known._asdict())
    plan, kept = Plan.of(learning), Checkpoint(checkpoints, key, checkpoint_seconds)
    given = maps, known, folds, parts, Design(**design), plan, kept
    with progress(f"train {split.stem} {seed}", len(folds) * plan.epochs, "epochs") as done:
        found = learn_folds(*given, seed=1000 * first_seed + seed, progress=done, **options)
    table = history_table(found, seed=seed, split=split.stem)
    fits = {fold: to_file(fit) for fold, fit in found.items()}
    content = {"names": names, "split": split_hash(split), "folds": fits}
    finish(networks, content, history, table, known_by, checkpoints)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        output = Path(snakemake.output.networks)
        main(
            *(Path(snakemake.input[name]) for name in ("predictors", "labels", "split")),
            *(output, Path(snakemake.output.history)),
            seed=int(snakemake.wildcards.seed),
            checkpoints=output.parent.parent / "checkpoints" / output.stem,
            **machine_of(snakemake),
            **training_of(snakemake),
        )
