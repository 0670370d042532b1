"""Join observed and reconstructed water storage to the product, a record without gaps."""

from pathlib import Path

from vadose import contracts
from vadose.gap_filling.files import RECONSTRUCTED
from vadose.gap_filling.storage import STORAGE, gap_free, read_target
from vadose.job import job, log

TITLE = "Terrestrial water storage anomaly without gaps"


def main(
    maps: Path,
    reconstructed: Path,
    product: Path,
    *,
    method: str,
    recalibrate: bool,
    sources: dict[str, str],
    run: str,
) -> None:
    """Write storage, the reconstruction's mean, spread and quantiles, and where values are from."""
    target = read_target(maps)
    found = contracts.read(RECONSTRUCTED, reconstructed)
    factor = float(found["recalibration"]) if recalibrate else 1.0
    log.info("%s, spread times %.3f", method, factor)
    spread = f"widened by the factor {factor:.3f} that validation months tell"
    about = {"title": TITLE, "source": ", ".join(f"{n} {v}" for n, v in sources.items())}
    about |= {"run": run, "method": method}
    about["comment"] = (
        "twsa is observed where flag is 1 and reconstructed where it is 2; mean, standard "
        "deviation and quantiles are the reconstruction's in all months, "
        f"{spread if recalibrate else 'as its networks said'}; "
        "part tells which months the networks learnt from"
    )
    contracts.write(gap_free(target, found, factor), STORAGE, product, **about)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            *(Path(snakemake.input[name]) for name in ("maps", "reconstructed")),
            Path(snakemake.output.product),
            **snakemake.params.settings,
        )
