"""Assemble the monthly forcing and runoff of every land cell."""

from pathlib import Path

import xarray as xr

from vadose import contracts, kinds
from vadose.cells import land_cells
from vadose.fields import join
from vadose.job import job, log


def main(p: list[Path], t: list[Path], q: list[Path], output: Path) -> None:
    """Write p, t, Oudin's pet and q of the land cells, one row a cell."""
    cells = land_cells(*(read_field(name, paths) for name, paths in (("p", p), ("t", t), ("q", q))))
    contracts.write(cells, kinds.UNITS_MONTHLY, output, pet_method="oudin")
    log.info("%d land cells, %d months", cells.sizes["unit"], cells.sizes["time"])


def read_field(name: str, paths: list[Path]) -> xr.DataArray:
    """Read one variable of all blocks of years."""
    kind = kinds.of(kinds.FIELDS, [name])
    return join(contracts.read(kind, path)[[name]] for path in paths)[name]


if __name__ == "__main__":
    with job(snakemake.log[0]):
        fields = ([Path(p) for p in snakemake.input[name]] for name in ("p", "t", "q"))
        main(*fields, Path(snakemake.output.monthly))
