"""Predict land cells with the ensemble of each split, and test cells by those blind to them."""

from functools import cache
from pathlib import Path

import numpy as np
import xarray as xr

from vadose import contracts, kinds
from vadose.capacity.ensemble import over_networks, predict_cells, read_ensemble
from vadose.capacity.tables import read_predictors
from vadose.job import job, log, machine_of
from vadose.progress import progress
from vadose.split_files import read_split, units_tested
from vadose.training import prepare


def main(
    predictors: Path,
    labels: Path,
    splits: list[Path],
    networks: list[Path],
    outputs: list[Path],
    *,
    device: str,
    threads: int,
    deterministic: bool,
) -> None:
    """Write median and spread over all networks, and the median of those blind to the cell."""
    prepare(device, 0, threads, deterministic)
    cells, maps_of = contracts.read(kinds.LABELS, labels), cache(read_predictors)
    units = cells["unit"].values.astype(str)
    for split, ensemble, output in zip(splits, networks, outputs, strict=True):
        names, fits = read_ensemble(ensemble, split)
        maps, grid = maps_of(predictors, tuple(names))
        places = grid.locate(cells["lat"].values, cells["lon"].values)
        tested = units_tested(read_split(split), units)
        with progress(f"predict {split.stem}", len(units) * sum(map(len, fits)), "cells") as done:
            values, blind = predict_cells(maps, fits, places, tested, device=device, progress=done)
        found = over_networks(values, blind)
        data = xr.Dataset(
            {key: ("unit", one) for key, one in found.items()}, {"unit": cells["unit"]}
        )
        data = data.assign({name: cells[name] for name in kinds.UNIT})
        contracts.write(data, kinds.PREDICTED, output, split=split.stem)
        seen = np.isfinite(found["held_out"]).sum()
        log.info("%s: %d networks, %d cells, %d tested", split.stem, len(values), len(units), seen)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.predictors),
            Path(snakemake.input.labels),
            [Path(path) for path in snakemake.input.splits],
            [Path(path) for path in snakemake.input.networks],
            [Path(path) for path in snakemake.output.predicted],
            **machine_of(snakemake),
        )
