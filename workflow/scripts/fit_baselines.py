"""Predict test cells by what a network must beat: neighbours, regressions, trees."""

from pathlib import Path

import numpy as np
import xarray as xr

from vadose import contracts, kinds
from vadose.capacity.baselines import Units
from vadose.capacity.basin_folds import predict_folds
from vadose.capacity.tables import labelled, labels_of, read_predictors
from vadose.job import job, log
from vadose.split_files import read_split, split_parts
from vadose.splits import Part


def main(
    predictors: Path,
    labels: Path,
    splits: list[Path],
    outputs: list[Path],
    *,
    baselines: list[str],
    seed: int,
    threads: int,
) -> None:
    """Write each method's prediction of the cells that a fold tests, by fits blind to them."""
    maps, grid = read_predictors(predictors)
    cells = contracts.read(kinds.LABELS, labels)
    here, known = np.flatnonzero(labelled(cells)), labels_of(cells, grid)
    at = cells[["lat", "lon"]].isel(unit=here)
    units = Units(
        maps.maps[:, known.rows, known.columns].T.astype(float),
        np.stack([at["lat"].values, at["lon"].values], 1),
    )
    for split, output in zip(splits, outputs, strict=True):
        folds, parts = split_parts(read_split(split), list(at["unit"].values.astype(str)))
        out = np.full((len(baselines), cells.sizes["unit"]), np.nan)
        for row, name in zip(out, baselines, strict=True):
            row[here] = predict_folds(units, known.capacity, parts, name, seed, threads)
        for fold, part in zip(folds, parts, strict=True):
            log.info("%s, fold %s: %d test cells", split.stem, fold, (part == Part.TEST).sum())
        coords = {"method": baselines, "unit": cells["unit"]}
        data = xr.Dataset({"held_out": (("method", "unit"), out)}, coords)
        data = data.assign({name: cells[name] for name in kinds.UNIT})
        contracts.write(data, kinds.BASELINES, output, split=split.stem)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.predictors),
            Path(snakemake.input.labels),
            [Path(path) for path in snakemake.input.splits],
            [Path(path) for path in snakemake.output.predicted],
            threads=snakemake.threads,
            **snakemake.params.settings,
        )
