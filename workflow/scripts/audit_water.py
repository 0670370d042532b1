"""Audit the observed water balance: what rain, evaporation, runoff and storage leave over."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from vadose import contracts, kinds, maps
from vadose.closure import close, of_units
from vadose.figures.drawing import save
from vadose.job import file_of, job, log


def main(
    monthly: Path,
    et: list[Path],
    storage: list[Path],
    land: Path | None,
    table: Path,
    png: Path,
    pdf: Path,
    *,
    units: str,
) -> None:
    """Write the terms of all units, and map what is left over as a share of the rain."""
    data = contracts.read(kinds.UNITS_MONTHLY, monthly)
    kind = kinds.FIELDS if units == "cells" else kinds.BASIN_FIELDS
    evaporation = of_units(contracts.read_blocks(kind, et, "et")["et"], data)
    anomaly = of_units(contracts.read_blocks(kind, storage, "twsa")["twsa"], data)
    found = close(data["p"].values, evaporation, data["q"].values, anomaly)
    terms = {f"{name}_mm_year": values for name, values in found._asdict().items()}
    index = pd.Index(data["unit"].values.astype(str), name="unit")
    pd.DataFrame(terms, index).to_csv(table, float_format="%.4g")
    share = 100 * found.residual / found.p
    places = maps.Places.of(data, cells=units == "cells")
    figure = Figure(figsize=(9, 5), layout="constrained")
    axis = maps.map_axes(figure, (1, 1, 1), places, maps.read_land(land))
    maps.draw_values(axis, places, share, maps.SCALES["imbalance"])
    maps.title(axis, f"water left over, {units}", share, "% of precipitation")
    maps.colour_bar(figure, [axis], maps.SCALES["imbalance"])
    save(figure, png, pdf)
    known = share[np.isfinite(share)]
    if len(known):
        spread = np.median(known), *np.quantile(known, [0.1, 0.9])
        text = "%d %s; left over: median %.1f %%, 80 %% of them %.0f to %.0f %%"
        log.info(text, len(known), units, *spread)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        given, made = snakemake.input, snakemake.output
        for k, units in enumerate(snakemake.params.settings["units"]):
            main(
                Path(given.monthly[k]),
                *([Path(p) for p in given[f"{units}_{name}"]] for name in ("et", "storage")),
                file_of(given, "land"),
                *(Path(paths[k]) for paths in (made.table, made.png, made.pdf)),
                units=units,
            )
