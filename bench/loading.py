"""Measure how fast basins are loaded, and that memory grows with a block and not with an archive.

    .venv/bin/python -m bench.loading [--write]

Basins are real ones (see bench.common), read from Caravan's files as the workflow does. The archive
of fields is invented, one file of monthly runoff on half a degree as GRUN has it, of ten and of a
hundred years; both are aggregated block by block, each in a process of its own.
"""

import tempfile
from datetime import date
from pathlib import Path
from typing import NamedTuple

import netCDF4
import numpy as np
from bench import common
from bench.common import DAYS, Seconds, apart, basin_tree, peak_memory, table

from scripts import aggregate_fields, gather_basins
from vadose import contracts, kinds
from vadose.blocks import year_blocks
from vadose.grid import Grid
from vadose.sources.caravan import find_basins, read_daily_variables
from vadose.sources.manifest import write_manifest

BLOCK_YEARS, FIRST_YEAR, STEP = 10, 1900, 0.5
READINGS = 3
EARTH = {"west": -180, "east": 180, "south": -90, "north": 90}


class Cost(NamedTuple):
    """Time of a task, memory in MB before and at the peak, and the MB that it read or wrote."""

    taken: Seconds
    before: float
    peak: float
    size: float


def load_whole(timeseries: Path) -> Cost:
    """Load all days of all basins into one array a variable."""
    before, start = peak_memory(), common.now()
    data = read_daily_variables(find_basins([timeseries]), DAYS, tuple(kinds.BASINS_DAILY))
    return Cost(common.since(start), before, peak_memory(), data.nbytes / 1e6)


def gather(timeseries: Path, cube: Path) -> Cost:
    """Gather all basins into one file a block of years, as the workflow's jobs do."""
    before, start = peak_memory(), common.now()
    for block in year_blocks(DAYS[0].date(), DAYS[-1].date(), BLOCK_YEARS):
        gather_basins.main([timeseries], None, block, cube / f"{block}.nc")
    return Cost(common.since(start), before, peak_memory(), size_of(cube))


def read_cube(cube: Path) -> Cost:
    """Read all blocks whole, as later stages do; the fastest of some readings."""
    before, taken = peak_memory(), []
    for _ in range(READINGS):
        start = common.now()
        for path in sorted(cube.glob("*.nc")):
            with contracts.opened(path) as data:
                data.load()
        taken.append(common.since(start))
    return Cost(min(taken), before, peak_memory(), size_of(cube))


def size_of(folder: Path) -> float:
    """Give the size of the files of a folder in MB."""
    return sum(path.stat().st_size for path in folder.iterdir()) / 1e6


def write_archive(folder: Path, years: int) -> Path:
    """Write so many years of invented monthly runoff into one file as GRUN has it."""
    grid, rng = Grid.global_(STEP), np.random.default_rng(3)
    path = folder / "GRUN_v1_GSWP3_WGS84_05.nc"
    folder.mkdir(parents=True)
    with netCDF4.Dataset(path, "w") as file:
        for name, values in (("Y", grid.lat), ("X", grid.lon)):
            file.createDimension(name, values.size)
            file.createVariable(name, "f8", (name,))[:] = values
        file.createDimension("time", 12 * years)
        time = file.createVariable("time", "i4", ("time",))
        time.units = "days since 1850-01-01"
        months = np.arange(f"{FIRST_YEAR}", f"{FIRST_YEAR + years}", dtype="datetime64[M]")
        time[:] = (months.astype("datetime64[D]") - np.datetime64("1850-01-01")).astype(int)
        runoff = file.createVariable("Runoff", "f4", ("time", "Y", "X"))
        runoff.units = "mm/day"
        for month in range(12 * years):
            runoff[month] = rng.random(grid.shape, np.float32)
    return path


def aggregate_block(archive: Path, block: str) -> Cost:
    """Bring one block of an archive to the grid, as the workflow's job does."""
    manifest = archive.parent / f"{block}.json"
    write_manifest(manifest, [archive])
    before, start = peak_memory(), common.now()
    output = archive.parent / "fields" / f"{block}.nc"
    aggregate_fields.main(
        manifest, "grun", block, [output], steps=[STEP], least_cell_share=0.5, **EARTH
    )
    return Cost(common.since(start), before, peak_memory(), archive.stat().st_size / 1e6)


def aggregate_archive(folder: Path, years: int) -> list[Cost]:
    """Write an archive of so many years and aggregate it, each block in its own process."""
    archive = write_archive(folder, years)
    last = date(FIRST_YEAR + years - 1, 12, 31)
    blocks = year_blocks(date(FIRST_YEAR, 1, 1), last, BLOCK_YEARS)
    return [apart(aggregate_block, archive, block) for block in blocks]


def report_basins(costs: dict[str, Cost], basins: int) -> str:
    """Say what loading takes."""
    rows = [
        (
            name,
            f"{cost.taken.wall:.2f}",
            f"{cost.taken.busy:.2f}",
            f"{cost.peak:,.0f}",
            f"{cost.before:,.0f}",
            f"{cost.size:,.0f}",
        )
        for name, cost in costs.items()
    ]
    return f"""### Basins
{table("task|s of wall time|s of processor time|MB at the peak|MB before|MB of data", *rows)}

{basins} basins and {len(DAYS):,} days, one thread. The data of the first row are those in memory,
of the others those on disk; the operating system held the files in memory. Block files are read
{READINGS} times, of which the fastest counts.
"""


def report_archive(costs: dict[int, list[Cost]]) -> str:
    """Say what a block of a short and of a long archive takes."""
    rows = [
        (
            years,
            f"{blocks[0].size:,.0f}",
            len(blocks),
            f"{max(cost.taken.wall for cost in blocks):.1f}",
            f"{max(cost.peak for cost in blocks):,.0f}",
            f"{min(cost.peak for cost in blocks):,.0f}",
        )
        for years, blocks in costs.items()
    ]
    head = "years|MB|blocks|s of the slowest block|MB at the highest peak|MB at the lowest peak"
    return f"""### Memory over an archive
{table(head, *rows)}

One file of monthly fields on {STEP:g} degrees, aggregated in blocks of {BLOCK_YEARS} years.
Python and its libraries hold {costs[10][0].before:,.0f} MB of each peak.
"""


def main(write: bool) -> None:
    """Measure all, each in a process of its own, and print it; write it where wanted."""
    with tempfile.TemporaryDirectory() as folder, basin_tree() as (tree, subset, source):
        series, cube = tree / "timeseries" / "netcdf" / subset, Path(folder) / "cube"
        basins = {
            "all days from Caravan's files at once": apart(load_whole, series),
            "from Caravan's files to block files": apart(gather, series, cube),
            "all days from the block files": apart(read_cube, cube),
        }
        count = len(find_basins([series]))
        fields = {years: aggregate_archive(Path(folder) / f"{years}", years) for years in (10, 100)}
    parts = [
        common.describe_machine("xarray", "netCDF4") + f" Data: {count} {source}, 1981-2014.\n",
        report_basins(basins, count),
        report_archive(fields),
    ]
    common.publish("Loading", parts, write)


if __name__ == "__main__":
    main(common.arguments(__doc__).parse_args().write)
