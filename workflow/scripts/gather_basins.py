"""Gather the daily series of the selected basins into one file a block of years."""

from pathlib import Path

import pandas as pd

from vadose import contracts, kinds
from vadose.blocks import block_dates
from vadose.job import file_of, job, log
from vadose.progress import progress
from vadose.sources.caravan import find_basins, read_daily_variables, select_basins


def main(timeseries: list[Path], ids: Path | None, block: str, output: Path) -> None:
    """Write what the sub-datasets have of forcing, streamflow, snow and soil water."""
    files = select_basins(find_basins(timeseries), ids)
    days = pd.date_range(*block_dates(block), freq="D")
    with progress(f"basins {block}", len(files), "basins") as done:
        data = read_daily_variables(files, days, tuple(kinds.BASINS_DAILY), done)
    contracts.write(data, kinds.of(kinds.BASINS_DAILY, data.data_vars), output)
    log.info("%d basins, %d days, %s", len(files), len(days), ", ".join(map(str, data.data_vars)))


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            [Path(p) for p in snakemake.input.timeseries],
            file_of(snakemake.input, "ids"),
            snakemake.wildcards.block,
            Path(snakemake.output.daily),
        )
