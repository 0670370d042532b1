"""Judge capacity in gauged catchments across climates: their own, and that of the grid's cells."""

from pathlib import Path

import numpy as np
import pandas as pd

from vadose import contracts, kinds
from vadose.calibrate import Forcing, split_periods
from vadose.catchment_choice import choose_catchments
from vadose.job import job, log
from vadose.reasons import BLOCKING, data_reason
from vadose.search import Settings
from vadose.sources.caravan import read_attributes, read_polygons
from vadose.validation import capacity_of_cells, capacity_of_map, experiments
from vadose.water_balance.model import load_model


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
    forcing = Forcing(*(data[name].values for name in Forcing._fields))
    periods = split_periods(forcing.q, calibration_share)
    ready = ~np.isin(data_reason(*forcing, periods.calibration, least_months), BLOCKING)
    listed = ids.read_text(encoding="utf-8").split() if ids else None
    chosen = choose_catchments(listed, read_attributes(attributes, list(names[ready])), count)
    place = pd.Index(names).get_indexer(chosen)
    polygons = read_polygons(shapefiles, chosen)
    capacity = capacity_of_cells(contracts.read(kinds.LABELS, cells), polygons)
    given = {}
    if reconstructed:
        field = contracts.read(kinds.CAPACITY_MAP, reconstructed)["capacity"]
        given["reconstructed"] = capacity_of_map(field, polygons)
    tables = [
        experiments(
            load_model(model, snow),
            forcing.select(place),
            chosen,
            periods.select(place),
            {"transferred": capacity[model].to_numpy()} | given,
            settings=Settings(**search),
            **options,
        )
        for model in models
    ]
    table = pd.concat(tables, ignore_index=True)
    table.to_csv(output, index=False, float_format="%.4f")
    medians = table.groupby(["model", "experiment"])["kge_verification"].median().to_string()
    log.info("%d catchments, median verification KGE\n%s", len(chosen), medians)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        reconstructed, ids = (snakemake.input.get(name) for name in ("reconstructed", "ids"))
        main(
            *(Path(snakemake.input[name]) for name in ("monthly", "cells")),
            Path(reconstructed) if reconstructed else None,
            *([Path(p) for p in snakemake.input[name]] for name in ("attributes", "shapefiles")),
            Path(ids) if ids else None,
            Path(snakemake.output.table),
            threads=snakemake.threads,
            **snakemake.params.settings,
        )
