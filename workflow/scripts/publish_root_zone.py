"""Put the storage that vegetation uses, with its spread over all networks, into the products."""

from pathlib import Path

from vadose import contracts
from vadose.job import job, log
from vadose.products import write_netcdf
from vadose.provenance import Credit, provenance
from vadose.root_zone.series_file import SERIES_FILE
from vadose.root_zone.summary import PUBLISHED, STORAGE, published

TITLE = "Active root-zone storage of basins"


def main(
    storage: Path,
    series: Path,
    product: Path,
    *,
    sources: dict[str, Credit],
    run: str,
    configuration: Path,
) -> None:
    """Write medians of all networks and their spread: capacity, ranges and the months' storage."""
    found, known = contracts.read(STORAGE, storage), contracts.read(SERIES_FILE, series)
    places = known[["lat", "lon"]].sel(basin=found["basin"])
    data = published(found, places["lat"].values, places["lon"].values)
    for name in ("capacity", "storage"):
        data[name].attrs["ancillary_variables"] = f"{name}_spread"
    members = f"medians of {found.sizes['member']} networks, spread is their standard deviation"
    about = {"title": TITLE, "comment": members, "featureType": "timeSeries"}
    write_netcdf(data, PUBLISHED, product, about | provenance(product, configuration, run, sources))
    log.info("%d basins, %s", data.sizes["basin"], members)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            *(Path(snakemake.input[name]) for name in ("storage", "series")),
            Path(snakemake.output.product),
            configuration=Path(snakemake.resources.configuration),
            **snakemake.params.settings,
        )
