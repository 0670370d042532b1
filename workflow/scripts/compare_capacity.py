"""Correlate the map with other estimates of storage capacity, over all land and by climate."""

from pathlib import Path

import numpy as np

from vadose import contracts, kinds
from vadose.capacity.comparison import by_climate, layout, to_dataset
from vadose.capacity.predictors import annual_cycle
from vadose.fields import read_field, read_ground
from vadose.grid import Grid, cell_area
from vadose.job import file_of, job, log
from vadose.koeppen import Climate, main_climate
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
    climate = np.where(np.isfinite(product["capacity"].values), climate, Climate.UNKNOWN)
    area = cell_area(Grid.of(product["lat"].values, product["lon"].values))
    values = {name: one.values for name, one in estimates.items()}
    found = by_climate(values, climate, area)
    found.to_csv(table, index=False, float_format="%.4f")
    contracts.write(to_dataset(values, climate, product), kinds.compared(list(values)), maps)
    wide = layout(found)
    title = "Correlation of the map with other estimates of storage capacity, weighted by area"
    write_page(title, wide.rename_axis(columns=[None, None]), html)
    log.info("%s\n%s", title, wide.round(2).to_string())


if __name__ == "__main__":
    with job(snakemake.log[0]):
        names = snakemake.params.settings["references"]
        files = [Path(path) for path in snakemake.input.references]
        main(
            Path(snakemake.input.capacity),
            file_of(snakemake.input, "mass_curve"),
            {name: [f for f in files if f.parent.name == name] for name in names},
            *([Path(path) for path in snakemake.input[name]] for name in ("p", "t")),
            *(Path(snakemake.output[name]) for name in ("table", "maps", "page")),
        )
