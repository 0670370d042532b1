"""Memory while a block is aggregated does not grow with the archive."""

import tracemalloc
from collections.abc import Callable
from datetime import date
from pathlib import Path

import netCDF4
import numpy as np
import pytest

from scripts import aggregate_fields
from vadose import contracts
from vadose.blocks import block_dates, year_blocks
from vadose.sources.registry import Source, pinned, read_sources
from vadose.sources.retrieve import retrieve, wanted_part

BLOCK_YEARS = 2


WINDOW = {"west": -90, "east": 90, "south": -45, "north": 45}


def write_file(path: Path, first: int, years: int, name: str, units: str) -> None:
    """Write monthly fields of 90 x 180 cells, and their land, as GRUN or FLUXCOM X-BASE."""
    months = np.arange(f"{first}", f"{first + years}", dtype="datetime64[M]").astype("<M8[D]")
    axes = {"time": months - np.datetime64("1900-01-01"), "lat": np.arange(-44.5, 45)}
    path.parent.mkdir(parents=True, exist_ok=True)
    with netCDF4.Dataset(path, "w") as file:
        for axis, values in (axes | {"lon": np.arange(-89.5, 90)}).items():
            file.createDimension(axis, values.size)
            file.createVariable(axis, "f8", (axis,))[:] = values.astype(float)
        file["time"].units = "days since 1900-01-01"
        for variable, dims in ((name, ("time", "lat", "lon")), ("land_fraction", ("lat", "lon"))):
            field = file.createVariable(variable, "f4", dims)
            field.units = units
            field[:] = 0.1


def write_grun(mirror: Path, first: int, years: int) -> None:
    path = mirror / f"GRUN_v1_GSWP3_WGS84_05_{first}_{first + years - 1}.nc"
    write_file(path, first, years, "Runoff", "mm/day")


def write_fluxcom(mirror: Path, first: int, years: int) -> None:
    for year in range(first, first + years):
        write_file(mirror / f"ET_{year}_050_monthly.nc", year, 1, "ET", "mm h-1")


def peak_of_block(row: Source, mirror: Path, block: str, folder: Path) -> int:
    """Retrieve a block, bring it to two grids; give the bytes that the latter allocates at most."""
    rows = {2: 46, 4: 23}  # of the grids, by the step in degrees
    manifest, outputs = folder / f"{block}.json", [folder / f"{block}_{step}.nc" for step in rows]
    retrieve(row, wanted_part(block, WINDOW), manifest, str(mirror))
    tracemalloc.start()
    try:
        aggregate_fields.main(
            manifest, row.source, block, outputs, steps=list(rows), least_cell_share=0.5, **WINDOW
        )
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    for output, count in zip(outputs, rows.values(), strict=True):
        with contracts.opened(output) as data:
            assert data.sizes["time"] == 12 * BLOCK_YEARS and data.sizes["lat"] == count
            assert data["time"].to_index()[0].date() == block_dates(block)[0]
    return peak


@pytest.mark.parametrize(
    ("source", "write", "first"),
    [("grun", write_grun, 1990), ("fluxcom_xbase", write_fluxcom, 2002)],
    ids=["one file", "yearly files"],
)
def test_memory_grows_with_the_block_and_not_with_the_archive(
    source: str, write: Callable[[Path, int, int], None], first: int, root: Path, tmp_path: Path
) -> None:
    """Ten times the years take no more than one block does."""
    row, peaks = pinned(read_sources(root / "resources/sources.yaml"), source), []
    for years in (BLOCK_YEARS, 10 * BLOCK_YEARS):
        mirror, folder = tmp_path / f"{years}" / "mirror", tmp_path / f"{years}" / "downloads"
        write(mirror, first, years)
        blocks = year_blocks(date(first, 1, 1), date(first + years - 1, 12, 31), BLOCK_YEARS)
        peak_of_block(row, mirror, blocks[0], folder)  # what is imported counts for nobody
        peaks.append(max(peak_of_block(row, mirror, block, folder) for block in blocks[-3:]))
    assert peaks[1] < 1.2 * peaks[0]
