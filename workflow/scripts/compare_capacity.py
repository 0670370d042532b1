"""Correlate the map with other estimates of storage capacity, over all land and by climate."""

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from vadose import contracts, kinds
from vadose.capacity.predictors import annual_cycle
from vadose.fields import read_field, read_ground
from vadose.grid import Grid, cell_area
from vadose.job import job, log
from vadose.koeppen import NAMES, main_climate
from vadose.map_scores import scores
from vadose.pages import write_page


def main(
    capacity: Path,
    mass_curve: Path | None,
    published: dict[str, list[Path]],
    p: list[Path],
    t: list[Path],
    table: Path,
    maps: Path,
    html: Path,
) -> None:
    """Write correlations weighted by area, and all estimates on one grid with the climate."""
    product = contracts.read(kinds.CAPACITY_MAP, capacity)
    estimates = {"capacity": product["capacity"], "own_label": product["label"]}
    if mass_curve:
        curve = contracts.read(kinds.MASS_CURVE, mass_curve)["mass_curve"]
        for period in curve["return_period"].values:
            estimates[f"mass_curve_{period:g}_years"] = curve.sel(return_period=period, drop=True)
    for name, paths in published.items():
        estimates[name] = read_ground(paths[0])["root_zone_capacity"]
    climate = main_climate(*(annual_cycle(read_field(n, f)) for n, f in (("t", t), ("p", p))))
    land = np.isfinite(product["capacity"].values)
    climate = np.where(land, climate, -1)
    area = cell_area(Grid.of(product["lat"].values, product["lon"].values))
    where = {"all land": land} | {NAMES[c]: land & (climate == c) for c in NAMES}
    rows = [
        {"estimate": name, "climate": group}
        | scores(product["capacity"].values[at], other.values[at], area[at])
        | {
            "median": np.nanmedian(other.values[at])
            if np.isfinite(other.values[at]).any()
            else None
        }
        for name, other in estimates.items()
        if name != "capacity"
        for group, at in where.items()
    ]
    found = pd.DataFrame(rows)
    found.to_csv(table, index=False, float_format="%.4f")
    data = xr.Dataset({n: (("lat", "lon"), e.values) for n, e in estimates.items()})
    data = data.assign_coords(lat=product["lat"], lon=product["lon"])
    data["climate"] = (("lat", "lon"), climate.astype(np.int8))
    contracts.write(data, kinds.compared(list(estimates)), maps)
    wide = found.pivot_table(
        index="estimate", columns="climate", values=["spearman", "pearson"], sort=False
    )
    title = "Correlation of the map with other estimates of storage capacity, weighted by area"
    write_page(title, wide.rename_axis(columns=[None, None]), html)
    log.info("%s\n%s", title, wide.round(2).to_string())


if __name__ == "__main__":
    with job(snakemake.log[0]):
        curve, names = snakemake.input.get("mass_curve"), snakemake.params.settings["references"]
        files = [Path(path) for path in snakemake.input.references]
        main(
            Path(snakemake.input.capacity),
            Path(curve) if curve else None,
            {name: [f for f in files if f.parent.name == name] for name in names},
            [Path(path) for path in snakemake.input.p],
            [Path(path) for path in snakemake.input.t],
            *(Path(snakemake.output[name]) for name in ("table", "maps", "page")),
        )
