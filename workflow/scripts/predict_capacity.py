"""Predict every land cell with the ensemble of a split, and test cells by those blind to them."""

from pathlib import Path

import numpy as np
import torch
import xarray as xr

from vadose import contracts, kinds
from vadose.capacity.ensemble import check_split_of, over_networks, predict_cells
from vadose.capacity.network import from_file
from vadose.capacity.tables import read_predictors
from vadose.job import job, log, machine_of
from vadose.progress import progress
from vadose.split_files import read_split, units_tested
from vadose.training import prepare


def main(
    predictors: Path,
    labels: Path,
    split: Path,
    networks: list[Path],
    output: Path,
    *,
    device: str,
    threads: int,
    deterministic: bool,
) -> None:
    """Write median and spread over all networks, and the median of those blind to the cell."""
    prepare(device, 0, threads, deterministic)
    files = [torch.load(path, weights_only=True) for path in networks]
    check_split_of(files, split)
    maps, grid = read_predictors(predictors, files[0]["names"])
    cells = contracts.read(kinds.LABELS, labels)
    places = grid.locate(cells["lat"].values, cells["lon"].values)
    fits = [{f: from_file(content) for f, content in file["folds"].items()} for file in files]
    units = cells["unit"].values.astype(str)
    tested = units_tested(read_split(split), units)
    with progress("predict", len(units) * sum(map(len, fits)), "cells") as done:
        values, blind = predict_cells(maps, fits, places, tested, device=device, progress=done)
    found = over_networks(values, blind)
    data = xr.Dataset({name: ("unit", one) for name, one in found.items()}, {"unit": cells["unit"]})
    data = data.assign({name: cells[name] for name in kinds.UNIT})
    contracts.write(data, kinds.PREDICTED, output, split=split.stem)
    seen = np.isfinite(found["held_out"]).sum()
    log.info("%d networks, %d cells, %d of them tested", len(values), len(units), seen)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            *(Path(snakemake.input[name]) for name in ("predictors", "labels", "split")),
            [Path(p) for p in snakemake.input.networks],
            Path(snakemake.output.predicted),
            **machine_of(snakemake),
        )
