"""Put the map, its spread, the labels and the reasons for having none into the products."""

from pathlib import Path

from vadose import contracts, kinds
from vadose.capacity.product import comment_of, reasons_in_words, to_maps
from vadose.grid import Grid
from vadose.job import job
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
    data = to_maps(found, cells, grid)
    about = {"title": TITLE, "split": found.attrs["split"]}
    about |= provenance(netcdf, configuration, run, sources)
    about["comment"] = comment_of(found, cells)
    write_netcdf(data, kinds.CAPACITY_MAP, netcdf, about)
    bands = {name: data[name].values for name in kinds.CAPACITY_MAP}
    units = {name: kinds.CAPACITY_MAP[name].units for name in bands}
    tags = about | {"reasons": reasons_in_words()}
    write_geotiff(geotiff, bands, grid, units=units, description=TITLE, tags=tags)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            *(Path(snakemake.input[name]) for name in ("predicted", "labels", "predictors")),
            Path(snakemake.output.netcdf),
            Path(snakemake.output.geotiff),
            **snakemake.params.settings,
            configuration=Path(snakemake.resources.configuration),
        )
