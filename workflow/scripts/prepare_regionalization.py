"""Join forcing, streamflow, descriptors and random vectors of basins, and deal out folds."""

from pathlib import Path

import numpy as np
import pandas as pd

from vadose.concepts.series_file import hold_out, write_folds
from vadose.job import job, log
from vadose.regionalization.experiment import random_width
from vadose.regionalization.gather import (
    Gathered,
    forcing_of,
    from_camels_us,
    from_caravan,
    units_of,
)
from vadose.regionalization.series import SYSTEM, Series, write_series
from vadose.regionalization.vectors import draw


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
    daily, known, place = gathered
    basins = daily["basin"].values.astype(str).tolist()
    width = random_width(vectors, known.shape[1])
    record = Series(
        forcing_of(daily, inputs, place[:, 0], pet),
        daily["q"].values.astype(np.float32),
        known.to_numpy(),
        np.stack([draw(basins, width, 1000 * seed + k) for k in range(draws)]),
        place,
        basins,
        pd.DatetimeIndex(daily["time"].values),
        inputs,
        known.columns.to_list(),
    )
    write_series(record, units_of(daily, inputs), series)
    write_folds(basins, hold_out(place, folds, block, seed, SYSTEM), split)
    numbers = len(basins), known.shape[1], width
    log.info("%d basins, %d descriptors, %d random columns", *numbers)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        known, settings = snakemake.input, dict(snakemake.params.settings)
        days = pd.date_range(settings.pop("start"), settings.pop("end"), freq="D")
        data, product = settings.pop("data"), settings.pop("product")
        ids = Path(known.ids) if known.get("ids") else None
        main(
            from_camels_us(Path(known.manifest), ids, product, days)
            if data == "camels_us"
            else from_caravan(
                *([Path(p) for p in known[name]] for name in ("daily", "attributes")), ids
            ),
            *(Path(snakemake.output[name]) for name in ("series", "split")),
            **settings,
        )
