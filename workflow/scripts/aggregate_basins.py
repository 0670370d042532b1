"""Aggregate daily series of basins to months and compute potential evapotranspiration."""

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from vadose import contracts
from vadose.basins import month_starts, monthly, potential_evapotranspiration
from vadose.job import job, log
from vadose.progress import progress
from vadose.sources.caravan import find_basins, read_attributes, read_daily, select_basins

BASINS_PER_BATCH = 100


def main(
    timeseries: list[Path],
    attributes: list[Path],
    ids: Path | None,
    output: Path,
    *,
    start: str,
    end: str,
    pet: str,
    least_days_share: float,
) -> None:
    """Write the monthly forcing and runoff of the selected basins."""
    files = select_basins(find_basins(timeseries), ids)
    names = list(files)
    table = read_attributes(attributes, names)
    days = pd.date_range(start, end, freq="D")
    months = month_starts(days)
    out = {v: np.empty((len(names), len(months))) for v in ("p", "t", "pet", "q")}
    with progress("aggregate", len(names), "basins") as done:
        for first in range(0, len(names), BASINS_PER_BATCH):
            batch = slice(first, first + BASINS_PER_BATCH)
            daily = read_daily([files[name] for name in names[batch]], days)
            demand = potential_evapotranspiration(daily, days, table["lat"].to_numpy()[batch], pet)
            for name, series in (("p", daily.p), ("t", daily.t), ("pet", demand), ("q", daily.q)):
                out[name][batch] = monthly(series, days, least_days_share, flux=name != "t")
            done(len(names[batch]))
    data = xr.Dataset(
        {name: (("basin", "time"), values) for name, values in out.items()}
        | {name: ("basin", table[name].to_numpy()) for name in contracts.BASIN},
        coords={"basin": names, "time": months},
    )
    contracts.write(data, contracts.BASINS_MONTHLY, output, pet_method=pet)
    log.info("%d basins, %d months, %s", len(names), len(months), output)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            [Path(p) for p in snakemake.input.timeseries],
            [Path(p) for p in snakemake.input.attributes],
            Path(snakemake.input.ids) if snakemake.input.get("ids") else None,
            Path(snakemake.output.monthly),
            **snakemake.params.settings,
        )
