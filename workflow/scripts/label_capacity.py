"""Mask the calibrated capacities with reason codes and merge the models into one label."""

from pathlib import Path

from vadose import contracts, kinds
from vadose.job import job, log
from vadose.labels import label_capacity
from vadose.reasons import count_reasons


def main(
    calibrations: list[Path], output: Path, *, merged_models: list[str], merge: str, **mask
) -> None:
    """Write capacity, spread and reason by model and merged."""
    tables = [contracts.read(kinds.CALIBRATION, path) for path in calibrations]
    labels = label_capacity(tables, merged_models, merge, **mask)
    contracts.write(labels, kinds.LABELS, output, merge=merge)
    log.info("labels: %s", count_reasons(labels["reason"].values))


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            [Path(p) for p in snakemake.input.calibrations],
            Path(snakemake.output.labels),
            **snakemake.params.settings,
        )
