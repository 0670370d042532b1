"""Predict every land cell with the ensemble of a split, and test cells by those blind to them."""

from pathlib import Path

import numpy as np
import torch
import xarray as xr

from vadose import contracts, kinds
from vadose.capacity.ensemble import predict_cells
from vadose.capacity.network import from_file
from vadose.capacity.tables import predictors_of
from vadose.errors import InputError
from vadose.job import job, log
from vadose.progress import progress
from vadose.split_files import read_split, split_hash
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
    names = files[0]["names"]
    kind = kinds.of(kinds.PREDICTORS, names)
    maps, grid = predictors_of(contracts.read(kind, predictors), names)
    cells = contracts.read(kinds.LABELS, labels)
    places = grid.locate(cells["lat"].values, cells["lon"].values)
    fits = [{f: from_file(content) for f, content in file["folds"].items()} for file in files]
    table = read_split(split)
    units = cells["unit"].values.astype(str)
    test = table[table["part"] == "test"]
    tested = {fold: np.isin(units, test.loc[test["fold"] == fold, "unit"]) for fold in fits[0]}
    with progress("predict", len(units) * sum(map(len, fits)), "cells") as done:
        values, blind = predict_cells(maps, fits, places, tested, device=device, progress=done)
    seen = np.isfinite(blind).any(0)
    held_out = np.full(len(units), np.nan)
    held_out[seen] = np.median(blind[:, seen], 0)
    spread = values.std(0, ddof=1) if len(values) > 1 else np.full(len(units), np.nan)
    found = {"capacity": np.median(values, 0), "capacity_spread": spread}
    data = xr.Dataset(
        {name: ("unit", one) for name, one in (found | {"held_out": held_out}).items()},
        coords={"unit": cells["unit"]},
    ).assign({name: cells[name] for name in kinds.UNIT})
    contracts.write(data, kinds.PREDICTED, output, split=split.stem)
    log.info("%d networks, %d cells, %d of them tested", len(values), len(units), seen.sum())


def check_split_of(files: list[dict], split: Path) -> None:
    """Refuse networks of another split: its test cells may have trained them."""
    if any(file["split"] != split_hash(split) for file in files):
        raise InputError(
            f"{split} is not the split that the networks were trained on: cells that it tests may "
            "have trained them: bring back the split that belongs to them, or train them anew"
        )


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            *(Path(snakemake.input[name]) for name in ("predictors", "labels", "split")),
            [Path(p) for p in snakemake.input.networks],
            Path(snakemake.output.predicted),
            device=snakemake.resources.device,
            threads=snakemake.threads,
            deterministic=snakemake.resources.deterministic,
        )
