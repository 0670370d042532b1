"""Choose which labelled cells train, which choose the best state, and which judge it once."""

from pathlib import Path

from vadose import contracts, kinds
from vadose.capacity.cell_split import split_labelled
from vadose.capacity.tables import labelled
from vadose.errors import InputError
from vadose.job import file_of, job, log
from vadose.records import write_record
from vadose.split_files import split_table, write_split
from vadose.splits import Part


def main(
    labels: Path,
    outlines: Path | None,
    output: Path,
    *,
    split: str,
    step: float,
    **settings,
) -> None:
    """Write the part of every labelled cell in every fold of a split."""
    cells = contracts.read(kinds.LABELS, labels)
    known = labelled(cells)
    if not known.any():
        raise InputError(
            f"{labels}: no cell has a label, so that nothing can be learnt: see `mask`"
        )
    lat, lon = cells["lat"].values, cells["lon"].values
    folds, parts = split_labelled(split, lat, lon, known, step, outlines, **settings)
    write_split(split_table(cells["unit"].values[known].astype(str), folds, parts), output)
    for fold, one in zip(folds, parts, strict=True):
        counts = {part.name.lower(): int((one == part).sum()) for part in Part}
        log.info("%s, fold %s: %s", split, fold, counts)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.labels),
            file_of(snakemake.input, "continents"),
            Path(snakemake.output.split),
            split=snakemake.wildcards.split,
            **snakemake.params.settings,
        )
        write_record(Path(snakemake.output.record), dict(snakemake.params.items()))
