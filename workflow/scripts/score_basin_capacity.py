"""Predict the capacity of basins from their attributes alone, each from others far away."""

from pathlib import Path

import numpy as np

from vadose import contracts, kinds
from vadose.capacity.baselines import Units
from vadose.capacity.basin_attributes import predictors_of_basins
from vadose.capacity.basin_folds import over_draws, score_draws
from vadose.capacity.tables import labelled
from vadose.job import job, log
from vadose.pages import write_page
from vadose.sources.caravan import read_attributes


def main(
    labels: Path,
    attributes: list[Path],
    table: Path,
    html: Path,
    *,
    baselines: list[str],
    folds: int,
    draws: int,
    **options,
) -> None:
    """Write scores of every method under random and under spatial folds."""
    basins = contracts.read(kinds.LABELS, labels)
    known = basins.isel(unit=labelled(basins))
    names = list(known["unit"].values.astype(str))
    x = predictors_of_basins(read_attributes(attributes, names))
    place = np.stack([known["lat"].values, known["lon"].values], 1)
    units, y = Units(x.to_numpy(), place), known["capacity"].values
    found = score_draws(units, y, baselines, draws=draws, folds=folds, **options)
    found.to_csv(table, index=False, float_format="%.4f")
    both = over_draws(found)
    title = f"Storage capacity of {len(y)} basins from {x.shape[1]} attributes, {draws} draws"
    write_page(f"{title} of {folds} folds", both, html)
    log.info("%s\n%s", title, both.round(3).to_string())


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
