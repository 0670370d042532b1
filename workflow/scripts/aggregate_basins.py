"""Aggregate daily series of basins to months and compute potential evapotranspiration."""

from pathlib import Path

import pandas as pd
import xarray as xr

from vadose import contracts, kinds
from vadose.basins import month_starts, monthly_forcing
from vadose.job import job, log
from vadose.progress import progress
from vadose.sources.caravan import read_attributes

MONTHLY = ("p", "t", "pet", "q")


def main(
    daily: list[Path],
    attributes: list[Path],
    output: Path,
    *,
    pet: str,
    least_days_share: float,
) -> None:
    """Write the monthly forcing and runoff of all basins, block after block."""
    blocks = []
    with progress("aggregate", len(daily), "blocks") as done:
        for path in daily:
            blocks.append(_months(path, attributes, pet, least_days_share))
            done(1)
    data = xr.concat(blocks, "time", data_vars="minimal", join="exact")
    contracts.write(data, kinds.UNITS_MONTHLY, output, pet_method=pet)
    log.info("%d basins, %d months, %s", data.sizes["unit"], data.sizes["time"], output)


def _months(path: Path, attributes: list[Path], pet: str, least_share: float) -> xr.Dataset:
    """Aggregate one block of years."""
    with contracts.opened(path) as data:
        names = [str(name) for name in data["basin"].values]
        days = pd.DatetimeIndex(data["time"].values)
        series = {name: data[name].values for name in MONTHLY if name in data}
    table = read_attributes(attributes, names)
    found = monthly_forcing(series, days, table["lat"].to_numpy(), pet, least_share)
    months = {name: (("unit", "time"), found[name]) for name in MONTHLY}
    ground = {name: ("unit", table[name].to_numpy()) for name in kinds.UNIT}
    return xr.Dataset(months | ground, coords={"unit": names, "time": month_starts(days)})


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            [Path(p) for p in snakemake.input.daily],
            [Path(p) for p in snakemake.input.attributes],
            Path(snakemake.output.monthly),
            **snakemake.params.settings,
        )
