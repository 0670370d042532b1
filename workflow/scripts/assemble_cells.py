"""Assemble the monthly forcing and runoff of every land cell."""

from pathlib import Path

from vadose import contracts, kinds
from vadose.cells import land_cells
from vadose.fields import read_field
from vadose.job import job, log


def main(files: dict[str, list[Path]], output: Path, *, pet: str) -> None:
    """Write p, t, pet and q of the land cells, one row a cell; `files` are by variable."""
    fields = {name: read_field(name, paths) for name, paths in files.items() if paths}
    cells = land_cells(**fields)
    contracts.write(cells, kinds.UNITS_MONTHLY, output, pet_method=pet)
    log.info("%d land cells, %d months", cells.sizes["unit"], cells.sizes["time"])


if __name__ == "__main__":
    with job(snakemake.log[0]):
        given = {n: [Path(p) for p in snakemake.input.get(n, ())] for n in ("p", "t", "pet", "q")}
        main(given, Path(snakemake.output.monthly), **snakemake.params.settings)
