"""Gather the calibrated chunks of cells into one file a model."""

from collections.abc import Sequence
from pathlib import Path

import xarray as xr

from vadose import contracts, kinds
from vadose.chunks import groups_of
from vadose.job import job, log
from vadose.reasons import require_some


def main(chunks: list[Path], outputs: list[Path]) -> None:
    """Write all cells of each model in their order; `chunks` stand model by model."""
    for those, output in zip(groups_of(chunks, len(outputs)), outputs, strict=True):
        gather(those, output)


def gather(chunks: Sequence[Path], output: Path) -> None:
    """Join the chunks of a model; refuse a model that no cell could be calibrated with."""
    parts = [contracts.read(kinds.CALIBRATION, path) for path in chunks]
    table = xr.concat(parts, "unit", data_vars="minimal", join="exact", compat="equals")
    require_some(table["data_reason"].values)
    attrs = {name: table.attrs[name] for name in ("model", "snow", "capacity")}
    contracts.write(table, kinds.CALIBRATION, output, **attrs)
    log.info("%s: %d cells from %d chunks", attrs["model"], table.sizes["unit"], len(parts))


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            [Path(path) for path in snakemake.input.chunks],
            [Path(path) for path in snakemake.output.calibrations],
        )
