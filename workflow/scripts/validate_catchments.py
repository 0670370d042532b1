"""Judge capacity in gauged catchments across climates: their own, and that of the grid's cells."""

from pathlib import Path

import pandas as pd

from vadose import contracts, kinds
from vadose.calibration_table import usable
from vadose.catchment_choice import choose_catchments
from vadose.job import file_of, job, log
from vadose.search import Settings
from vadose.sources.caravan import read_attributes, read_polygons
from vadose.validation import given_capacities, of_models


def main(
    monthly: Path,
    cells: Path,
    reconstructed: Path | None,
    attributes: list[Path],
    shapefiles: list[Path],
    ids: Path | None,
    output: Path,
    *,
    models: list[str],
    snow: str,
    count: int,
    calibration_share: float,
    least_months: int,
    search: dict,
    **options,
) -> None:
    """Write one row a catchment, model and experiment: capacity and KGE of both periods."""
    data = contracts.read(kinds.UNITS_MONTHLY, monthly)
    names = data["unit"].values.astype(str)
    forcing, periods, _, ready = usable(data, calibration_share, least_months)
    listed = ids.read_text(encoding="utf-8").split() if ids else None
    chosen = choose_catchments(listed, read_attributes(attributes, list(names[ready])), count)
    place = pd.Index(names).get_indexer(chosen)
    polygons = read_polygons(shapefiles, chosen)
    field = contracts.read(kinds.CAPACITY_MAP, reconstructed)["capacity"] if reconstructed else None
    given = given_capacities(models, contracts.read(kinds.LABELS, cells), field, polygons)
    few = forcing.select(place), chosen, periods.select(place)
    table = of_models(models, snow, *few, given, settings=Settings(**search), **options)
    table.to_csv(output, index=False, float_format="%.4f")
    medians = table.groupby(["model", "experiment"])["kge_verification"].median().to_string()
    log.info("%d catchments, median verification KGE\n%s", len(chosen), medians)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            *(Path(snakemake.input[name]) for name in ("monthly", "cells")),
            file_of(snakemake.input, "reconstructed"),
            *([Path(p) for p in snakemake.input[name]] for name in ("attributes", "shapefiles")),
            file_of(snakemake.input, "ids"),
            Path(snakemake.output.table),
            threads=snakemake.threads,
            **snakemake.params.settings,
        )
