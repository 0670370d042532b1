"""Put all estimates of the basins' storage capacity, and how many agree, into the products."""

from pathlib import Path

from vadose import contracts, kinds
from vadose.basin_tables import read_basins
from vadose.estimates import counting_too, kind_of, side_by_side
from vadose.job import job, log
from vadose.products import write_netcdf
from vadose.provenance import Credit, provenance

TITLE = "Estimates of storage capacity of basins, and how many agree"


def main(
    table: Path,
    labels: Path,
    product: Path,
    *,
    references: list[str],
    sources: dict[str, Credit],
    run: str,
    configuration: Path,
) -> None:
    """Write what every system says of every basin that it knows."""
    basins = contracts.read(kinds.LABELS, labels)
    rows = read_basins(table)
    rows = rows.drop(columns="agreeing").reindex(basins["unit"].values.astype(str))
    estimates = {str(name): rows[name].to_numpy(float) for name in rows}
    named = [name.replace("_", " ") for name in references]
    found = side_by_side(estimates, basins["reason"].values, named)
    places = {name: ("unit", basins[name].values) for name in ("lat", "lon")}
    data = found.assign(places).assign_coords(unit=basins["unit"].values)
    about = {"title": TITLE} | provenance(product, configuration, run, sources)
    about |= counting_too(named)
    write_netcdf(data.rename(unit="basin"), kind_of(("basin",)), product, about)
    log.info("%s of %d basins", ", ".join(estimates), basins.sizes["unit"])


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            *(Path(snakemake.input[name]) for name in ("table", "labels")),
            Path(snakemake.output.product),
            configuration=Path(snakemake.resources.configuration),
            **snakemake.params.settings,
        )
