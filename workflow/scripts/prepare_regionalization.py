"""Join forcing, streamflow, descriptors and random vectors of basins, and deal out folds."""

from pathlib import Path

import pandas as pd

from vadose.concepts.series_file import hold_out, write_folds
from vadose.job import file_of, job, log
from vadose.regionalization.gather import (
    Gathered,
    from_camels_us,
    from_caravan,
    series_of,
    units_of,
)
from vadose.regionalization.series import SYSTEM, write_series


def main(
    gathered: Gathered,
    series: Path,
    split: Path,
    *,
    inputs: list[str],
    pet: str,
    vectors: list[str],
    draws: int,
    folds: int,
    block: float,
    seed: int,
) -> None:
    """Write the series of all basins, what is told of them, and which of them a fold holds out."""
    record = series_of(gathered, inputs, pet, vectors, [1000 * seed + k for k in range(draws)])
    write_series(record, units_of(gathered.daily, inputs), series)
    write_folds(record.basins, hold_out(record.place, folds, block, seed, SYSTEM), split)
    numbers = len(record.basins), len(record.names), record.random.shape[-1]
    log.info("%d basins, %d descriptors, %d random columns", *numbers)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        known, settings = snakemake.input, dict(snakemake.params.settings)
        days = pd.date_range(settings.pop("start"), settings.pop("end"), freq="D")
        data, product = settings.pop("data"), settings.pop("product")
        ids = file_of(known, "ids")
        main(
            from_camels_us(Path(known.manifest), ids, product, days)
            if data == "camels_us"
            else from_caravan(
                *([Path(p) for p in known[name]] for name in ("daily", "attributes")), ids
            ),
            *(Path(snakemake.output[name]) for name in ("series", "split")),
            **settings,
        )
