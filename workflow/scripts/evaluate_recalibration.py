"""Ask what simulated runoff loses when the map's capacity is given in place of a free one."""

from pathlib import Path

import pandas as pd
import xarray as xr

from vadose import contracts, kinds
from vadose.capacity.held_out import compare_calibrations
from vadose.evaluation import SPLITS, write_table
from vadose.job import job, log
from vadose.pages import write_page
from vadose.split_files import read_split


def main(
    free: list[Path], given: list[Path], split: Path, metrics: Path, table: Path, html: Path
) -> None:
    """Write KGE of both calibrations by cell, and medians by model and what the networks saw."""
    parts = read_split(split)
    scores = [f"kge_{period}" for period in SPLITS]
    chunks = [contracts.read(kinds.CALIBRATION, path)[scores] for path in given]
    compared = []
    for path in free:
        one = contracts.read(kinds.CALIBRATION, path)
        mine = [chunk for chunk in chunks if chunk.attrs["model"] == one.attrs["model"]]
        compared.append(compare_calibrations(one, xr.concat(mine, "unit"), parts))
    rows, medians = zip(*compared, strict=True)
    write_table(pd.concat(rows, ignore_index=True), metrics)
    found = pd.concat(medians, ignore_index=True)
    found.to_csv(table, index=False, float_format="%.4f")
    title = "Median KGE of runoff, free and with the capacity of the map"
    write_page(title, found.set_index(["model", "months", "cells"]), html)
    log.info("%s\n%s", title, found.round(3).to_string(index=False))


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            [Path(p) for p in snakemake.input.free],
            [Path(p) for p in snakemake.input.given],
            Path(snakemake.input.split),
            Path(snakemake.output.metrics),
            Path(snakemake.output.table),
            Path(snakemake.output.page),
        )
