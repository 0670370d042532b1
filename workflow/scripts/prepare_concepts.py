"""Join forcing, streamflow, stores and attributes of the basins that passed, and deal out folds."""

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from vadose import contracts
from vadose.capacity.basin_attributes import predictors_of_basins
from vadose.concepts import series_file
from vadose.concepts.record import FLOW, Record
from vadose.concepts.stores import targets_of
from vadose.job import job, log
from vadose.sources.caravan import read_attributes
from vadose.sources.snow import read_basin_swe


def main(
    daily: list[Path],
    snow: list[Path],
    passed: Path,
    attributes: list[Path],
    own: Path | None,
    series: Path,
    split: Path,
    *,
    inputs: list[str],
    stores: list[str],
    pet: str,
    told: str,
    snow_of: str,
    folds: int,
    block: float,
    seed: int,
) -> None:
    """Write the series of all basins and which of them each fold holds out."""
    basins = passed.read_text(encoding="utf-8").split()
    data = contracts.read_blocks(daily).sel(basin=basins)
    table = read_attributes(attributes, basins)
    place, days = table[["lat", "lon"]].to_numpy(), pd.DatetimeIndex(data["time"].values)
    known = series_file.read_attributes_of(own, basins) if own else pd.DataFrame(index=basins)
    if told == "caravan":
        known = predictors_of_basins(table)
    record = Record(
        series_file.forcing_of(data, inputs, place[:, 0], pet),
        targets_of(data, stores, _snow(snow, snow_of)),
        known.to_numpy(float),
        *(basins, days, inputs, [FLOW, *stores], list(known)),
    )
    series_file.write_series(record, place, series)
    series_file.write_folds(basins, series_file.hold_out(place, folds, block, seed), split)
    seen = np.isfinite(record.targets).any(1).sum(0)
    counts = ", ".join(f"{n} with {name}" for n, name in zip(seen, record.names, strict=True))
    log.info("%d basins, %d attributes; %s", len(basins), known.shape[1], counts)


def _snow(paths: list[Path], source: str) -> xr.DataArray | None:
    """Read snow of another source than the series': our basin means, or a file of them."""
    if not paths:
        return None
    known = contracts.read_blocks(paths) if source == "ua_swe" else read_basin_swe(paths[0])
    return known["swe"]


if __name__ == "__main__":
    with job(snakemake.log[0]):
        own = snakemake.input.get("own")
        main(
            *([Path(p) for p in snakemake.input[name]] for name in ("daily", "snow")),
            Path(snakemake.input.passed),
            [Path(p) for p in snakemake.input.attributes],
            Path(own) if own else None,
            *(Path(snakemake.output[name]) for name in ("series", "split")),
            **snakemake.params.settings,
        )
