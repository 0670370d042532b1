"""Predict the capacity of basins from their attributes alone, each from others far away."""

from pathlib import Path

import numpy as np
import pandas as pd

from vadose import contracts, kinds
from vadose.capacity.baselines import Units, fit_predict
from vadose.capacity.basin_attributes import predictors_of_basins
from vadose.capacity.basin_folds import basin_folds
from vadose.job import job, log
from vadose.map_scores import scores
from vadose.pages import page
from vadose.sources.caravan import read_attributes
from vadose.splits import Part

BOUNDS = (0.0, 1000.0)  # mm, of the models' capacities


def main(
    labels: Path,
    attributes: list[Path],
    table: Path,
    html: Path,
    *,
    baselines: list[str],
    folds: int,
    block: float,
    validation_share: float,
    seed: int,
    threads: int,
) -> None:
    """Write scores of every method under random and under spatial folds."""
    basins = contracts.read(kinds.LABELS, labels)
    labelled = basins.isel(unit=np.flatnonzero(np.isfinite(basins["capacity"].values)))
    names = list(labelled["unit"].values.astype(str))
    x = predictors_of_basins(read_attributes(attributes, names))
    place = np.stack([labelled["lat"].values, labelled["lon"].values], 1)
    units, y = Units(x.to_numpy(), place), labelled["capacity"].values
    rows = []
    splits = basin_folds(place, folds, block, validation_share, seed)
    for split, parts in splits.items():
        for method in baselines:
            predicted = np.full(len(y), np.nan)
            for part in parts:
                test = part == Part.TEST
                predicted[test] = fit_predict(
                    method,
                    units,
                    y,
                    train=part == Part.TRAIN,
                    validation=part == Part.VALIDATION,
                    target=units.select(test),
                    bounds=BOUNDS,
                    seed=seed,
                    threads=threads,
                )
            rows.append({"folds": split, "method": method} | scores(predicted, y))
    found = pd.DataFrame(rows)
    found.to_csv(table, index=False, float_format="%.4f")
    title = f"Storage capacity of {len(y)} basins from {x.shape[1]} attributes, {folds} folds"
    html.write_text(page(title, found.set_index(["folds", "method"])), encoding="utf-8")
    log.info("%s\n%s", title, found.round(3).to_string(index=False))


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.labels),
            [Path(p) for p in snakemake.input.attributes],
            Path(snakemake.output.table),
            Path(snakemake.output.page),
            threads=snakemake.threads,
            **snakemake.params.settings,
        )
