"""Make the maps of predictors and storage that the networks of the GRACE gap learn from."""

from pathlib import Path

import numpy as np

from vadose.fields import read_field
from vadose.gap_filling.files import write_maps
from vadose.gap_filling.maps import Part, Periods, assemble
from vadose.gap_filling.reading import on_months, read_authors, read_fields, storage_of
from vadose.job import job, log


def main(
    storage: list[Path],
    fields: dict[str, list[Path]],
    output: Path,
    *,
    predictors: list[str],
    lags: list[int],
    periods: dict,
    authors_data: str | None,
) -> None:
    """Write predictors and storage of all months; `fields` are files by their key in `fields`."""
    known = Periods(**periods)
    if authors_data:
        maps = read_authors(Path(authors_data), predictors, lags, known)
    else:
        observed = storage_of(read_field("twsa", storage))
        given, months = on_months(read_fields(fields, predictors), observed, lags)
        maps = assemble(observed, given, months, predictors, lags, known)
    write_maps(maps, output)
    counts = ", ".join(f"{np.sum(maps.part == part)} {part.name.lower()}" for part in Part)
    log.info("%d channels, %d cells; months: %s", len(maps.channels), (maps.area > 0).sum(), counts)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        roles = ("simulated", "p", "t", "pet")
        main(
            [Path(p) for p in snakemake.input.storage],
            {role: [Path(p) for p in snakemake.input.get(role, ())] for role in roles},
            Path(snakemake.output.maps),
            **snakemake.params.settings,
        )
