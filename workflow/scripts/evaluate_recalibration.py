"""Ask what simulated runoff loses when the map's capacity is given in place of a free one."""

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from vadose import contracts, kinds
from vadose.capacity.held_out import cells_by_sight, medians_of_kge
from vadose.evaluation import long_table, write_table
from vadose.job import job, log
from vadose.pages import write_page
from vadose.split_files import read_split

PERIODS = ("calibration", "verification")


def main(
    free: list[Path], given: list[Path], split: Path, metrics: Path, table: Path, html: Path
) -> None:
    """Write KGE of both calibrations by cell, and medians by model and what the networks saw."""
    parts = read_split(split)
    scores = [f"kge_{period}" for period in PERIODS]
    chunks = [contracts.read(kinds.CALIBRATION, path)[scores] for path in given]
    rows, medians = [], []
    for path in free:
        one = contracts.read(kinds.CALIBRATION, path)
        model = one.attrs["model"]
        mine = [chunk for chunk in chunks if chunk.attrs["model"] == model]
        other = xr.concat(mine, "unit").sel(unit=one["unit"])
        for period in PERIODS:
            pair = {"free": one, "capacity of the map": other}
            kge = {name: data[f"kge_{period}"].values for name, data in pair.items()}
            both = np.isfinite(list(kge.values())).all(0)
            for group, cells in cells_by_sight(one["unit"].values.astype(str), parts).items():
                part = {name: values[both & cells] for name, values in kge.items()}
                medians.append(
                    {"model": model, "months": period, "cells": group} | medians_of_kge(part)
                )
            rows += [
                long_table(
                    {"kge": values},
                    one["unit"].values,
                    system="water_balance",
                    experiment=f"{model}, {name}",
                    variable="q",
                    split=period,
                    period="monthly",
                )
                for name, values in kge.items()
            ]
    write_table(pd.concat(rows, ignore_index=True), metrics)
    found = pd.DataFrame(medians)
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
