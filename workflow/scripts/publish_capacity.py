"""Put the map, its spread, the labels and the reasons for having none into the products."""

from pathlib import Path

import numpy as np
import xarray as xr

from vadose import contracts, kinds
from vadose.grid import Grid, lay_out
from vadose.job import job
from vadose.labels import FLAGS
from vadose.map_scores import scores
from vadose.products import write_geotiff, write_netcdf
from vadose.provenance import Credit, provenance

TITLE = "Soil moisture storage capacity"


def main(
    predicted: Path,
    labels: Path,
    predictors: Path,
    netcdf: Path,
    geotiff: Path,
    *,
    sources: dict[str, Credit],
    run: str,
    configuration: Path,
) -> None:
    """Write the same maps as CF netCDF and as Cloud-Optimised GeoTIFF."""
    found = contracts.read(kinds.PREDICTED, predicted)
    cells = contracts.read(kinds.LABELS, labels)
    with contracts.opened(predictors) as maps:
        grid = Grid.of(maps["lat"].values, maps["lon"].values)
    values = {
        "capacity": found["capacity"],
        "capacity_spread": found["capacity_spread"],
        "label": cells["capacity"],
        "reason": cells["reason"],
    }
    places = cells["lat"].values, cells["lon"].values
    fields = {n: lay_out(v.values.astype(float), *places, grid) for n, v in values.items()}
    data = xr.Dataset(
        {name: (("lat", "lon"), field.astype(np.float32)) for name, field in fields.items()},
        {"lat": grid.lat, "lon": grid.lon},
    )
    data["reason"].attrs |= FLAGS | {"flag_values": FLAGS["flag_values"].astype(np.float32)}
    unseen = scores(found["held_out"].values, cells["capacity"].values)
    about = {"title": TITLE, "split": found.attrs["split"]}
    about |= provenance(netcdf, configuration, run, sources)
    about["comment"] = (
        f"root mean squared error against the labels of {unseen['n']:.0f} cells, each "
        f"predicted by networks blind to it: {unseen['rmse']:.0f} mm; capacity_spread tells how "
        "far networks disagree, not this"
    )
    data["capacity"].attrs["ancillary_variables"] = "capacity_spread"
    data["label"].attrs["ancillary_variables"] = "reason"
    write_netcdf(data, kinds.CAPACITY_MAP, netcdf, about)
    units = {name: kinds.CAPACITY_MAP[name].units for name in fields}
    meanings = zip(FLAGS["flag_values"], FLAGS["flag_meanings"].split(), strict=True)
    tags = about | {"reasons": ", ".join(f"{code} {text}" for code, text in meanings)}
    write_geotiff(geotiff, fields, grid, units=units, description=TITLE, tags=tags)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            *(Path(snakemake.input[name]) for name in ("predicted", "labels", "predictors")),
            Path(snakemake.output.netcdf),
            Path(snakemake.output.geotiff),
            **snakemake.params.settings,
            configuration=Path(snakemake.resources.configuration),
        )
