"""Compare our months of the gap with the published reconstruction of Mo et al. (2022)."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from vadose import contracts, maps, storage_charts
from vadose.fields import to_grid
from vadose.figures.drawing import save
from vadose.gap_filling.skill import agreement, in_common
from vadose.gap_filling.storage import STORAGE
from vadose.grid import Grid, cell_area
from vadose.job import file_of, job, log
from vadose.map_scores import scores
from vadose.sources.gap_files import read_gap_reconstruction
from vadose.uncertainty import median

PANELS = {"r": ("Correlation", storage_charts.R), "rmse": ("RMSE", storage_charts.RMSE)}
LEAST_SHARE = 0.5  # of a cell that the published record needs to cover


def main(
    storage: Path, published: Path, land: Path | None, table: Path, png: Path, pdf: Path
) -> None:
    """Write scores of the months of the gap that both have, and map them by cell."""
    data = contracts.read(STORAGE, storage)
    grid = Grid.of(data["lat"].values, data["lon"].values)
    theirs = to_grid(read_gap_reconstruction(published), grid, LEAST_SHARE)["twsa"]
    own, other = in_common(data, theirs, published)
    area, found = cell_area(grid), agreement(own, other)
    whole = {"months": len(own)} | scores(own, other, area)
    whole |= {f"median_{name}": median(values, area) for name, values in found.items()}
    pd.Series(whole).to_csv(table, header=["value"], index_label="score", float_format="%.4f")
    log.info("against the published reconstruction: %s", whole)
    there = np.isfinite(own).any(0)
    places, outline = storage_charts.places_of(data, there), maps.read_land(land)
    figure = Figure(figsize=(11, 3.6), layout="constrained")
    for k, (name, (text, scale)) in enumerate(PANELS.items()):
        axis = maps.map_axes(figure, (1, 2, k + 1), places, outline)
        values = np.where(there, found[name], np.nan)[there]
        maps.draw_values(axis, places, values, scale)
        maps.title(axis, f"{text}, {len(own)} months of the gap", values, "")
        maps.colour_bar(figure, [axis], scale)
    save(figure, png, pdf)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            *(Path(snakemake.input[name]) for name in ("storage", "published")),
            file_of(snakemake.input, "land"),
            *(Path(snakemake.output[name]) for name in ("table", "png", "pdf")),
        )
