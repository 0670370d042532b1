"""Put all estimates of the cells' storage capacity, and how many agree, into the products."""

from pathlib import Path

import numpy as np
import xarray as xr

from vadose import contracts, kinds
from vadose.estimates import counting_too, kind_of, of_cells, side_by_side
from vadose.grid import Grid, lay_out
from vadose.job import job, log
from vadose.products import write_geotiff, write_netcdf
from vadose.provenance import Credit, provenance

TITLE = "Estimates of storage capacity of cells, and how many agree"
ON_GRID = ("lat", "lon")
MAPPED = ("median", "known", "agreeing")  # bands of the GeoTIFF


def main(
    compared: Path,
    labels: Path,
    netcdf: Path,
    geotiff: Path,
    *,
    others: list[str],
    references: list[str],
    sources: dict[str, Credit],
    run: str,
    configuration: Path,
) -> None:
    """Write the calibrated capacities, the map and the others on one grid."""
    cells = contracts.read(kinds.LABELS, labels)
    with contracts.opened(compared) as maps:
        grid = Grid.of(maps["lat"].values, maps["lon"].values)
        estimates = of_cells(cells, maps[["capacity", *others]].load())
    estimates["map"] = estimates.pop("capacity")
    found = side_by_side(estimates, cells["reason"].values, references)
    data = xr.Dataset(coords={"method": found["method"], "lat": grid.lat, "lon": grid.lon})
    for name, values in found.data_vars.items():
        field = lay_out(values.values, cells["lat"].values, cells["lon"].values, grid)
        data[name] = ((*values.dims[:-1], *ON_GRID), field.astype(np.float32), values.attrs)
    about = {"title": TITLE} | provenance(netcdf, configuration, run, sources)
    about |= counting_too(references)
    write_netcdf(data, kind_of(ON_GRID), netcdf, about)
    bands = {name: data[name].values for name in MAPPED}
    units = {name: kind_of(ON_GRID)[name].units for name in MAPPED}
    write_geotiff(geotiff, bands, grid, units=units, description=TITLE, tags=about)
    log.info("%s of %d cells", ", ".join(estimates), cells.sizes["unit"])


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            *(Path(snakemake.input[name]) for name in ("compared", "labels")),
            *(Path(snakemake.output[name]) for name in ("netcdf", "geotiff")),
            configuration=Path(snakemake.resources.configuration),
            **snakemake.params.settings,
        )
