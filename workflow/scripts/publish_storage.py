"""Join observed and reconstructed water storage to the product, a record without gaps."""

from pathlib import Path

from vadose import contracts
from vadose.gap_filling.files import RECONSTRUCTED
from vadose.gap_filling.storage import STORAGE, gap_free, read_target
from vadose.job import job, log
from vadose.products import write_netcdf
from vadose.provenance import Credit, provenance

TITLE = "Terrestrial water storage anomaly without gaps"


def main(
    maps: Path,
    reconstructed: Path,
    product: Path,
    *,
    method: str,
    recalibrate: bool,
    sources: dict[str, Credit],
    run: str,
    configuration: Path,
) -> None:
    """Write storage, the reconstruction's mean, spread and quantiles, and where values are from."""
    target = read_target(maps)
    found = contracts.read(RECONSTRUCTED, reconstructed)
    factor = float(found["recalibration"]) if recalibrate else 1.0
    log.info("%s, spread times %.3f", method, factor)
    spread = f"widened by the factor {factor:.3f} that validation months tell"
    about = {"title": TITLE, "method": method}
    about |= provenance(product, configuration, run, sources)
    about["comment"] = (
        "twsa is observed where flag is 1 and reconstructed where it is 2; mean, standard "
        "deviation and quantiles are the reconstruction's in all months, "
        f"{spread if recalibrate else 'as its networks said'}; "
        "part tells which months the networks learnt from"
    )
    data = gap_free(target, found, factor)
    data["twsa"].attrs["ancillary_variables"] = "flag twsa_std"
    write_netcdf(data, STORAGE, product, about)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            *(Path(snakemake.input[name]) for name in ("maps", "reconstructed")),
            Path(snakemake.output.product),
            **snakemake.params.settings,
            configuration=Path(snakemake.resources.configuration),
        )
