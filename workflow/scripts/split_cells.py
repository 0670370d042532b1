"""Choose which labelled cells train, which choose the best state, and which judge it once."""

from pathlib import Path

from vadose import contracts, kinds
from vadose.capacity.held_out import ALL
from vadose.capacity.tables import labelled
from vadose.continents import continents, leave_continents_out
from vadose.errors import InputError
from vadose.job import job, log
from vadose.records import write_record
from vadose.split_files import split_table, write_split
from vadose.splits import Part, block_split, check_apart, check_split, random_split


def main(
    labels: Path,
    outlines: Path | None,
    output: Path,
    *,
    split: str,
    step: float,
    block: int,
    buffer: int,
    test_share: float,
    validation_share: float,
    least_labels: int,
    seed: int,
) -> None:
    """Write the part of every labelled cell in every fold of a split."""
    cells = contracts.read(kinds.LABELS, labels)
    known = labelled(cells)
    if not known.any():
        raise InputError(
            f"{labels}: no cell has a label, so that nothing can be learnt: see `mask`"
        )
    lat, lon = cells["lat"].values[known], cells["lon"].values[known]
    around = {"block": block, "buffer": buffer, "validation_share": validation_share, "seed": seed}
    folds = [ALL]
    if split == "random":
        shares = {"test_share": test_share, "validation_share": validation_share}
        parts = random_split(len(lat), **shares, seed=seed)
    elif split == "blocks":
        parts = block_split(lat, lon, step, test_share=test_share, **around)
    else:
        land = continents(cells["lat"].values, cells["lon"].values, step, outlines)
        parts, folds = leave_continents_out(land, known, lat, lon, step, least_labels, around)
    check_split(parts, folds)
    if split != "random":
        check_apart(parts, lat, lon, step, buffer)
    write_split(split_table(cells["unit"].values[known].astype(str), folds, parts), output)
    for fold, one in zip(folds, parts, strict=True):
        counts = {part.name.lower(): int((one == part).sum()) for part in Part}
        log.info("%s, fold %s: %s", split, fold, counts)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        outlines = snakemake.input.get("continents")
        main(
            Path(snakemake.input.labels),
            Path(outlines) if outlines else None,
            Path(snakemake.output.split),
            split=snakemake.wildcards.split,
            **snakemake.params.settings,
        )
        write_record(Path(snakemake.output.record), dict(snakemake.params.items()))
