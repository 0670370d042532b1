"""Bring one source's fields of a block of years to every grid of the run and to whole months."""

from pathlib import Path

from vadose import contracts, kinds
from vadose.blocks import block_dates
from vadose.extent import Extent
from vadose.fields import join, on_all_months, to_grid, to_whole_months
from vadose.grid import Grid
from vadose.job import job, log
from vadose.progress import progress
from vadose.sources.manifest import read_manifest
from vadose.sources.readers import read_parts


def main(
    manifest: Path,
    source: str,
    block: str,
    outputs: list[Path],
    *,
    steps: list[float],
    west: float,
    south: float,
    east: float,
    north: float,
    least_cell_share: float,
) -> None:
    """Write the monthly fields of the block on the grid of each step, in degrees.

    Files are read once and one after another, so that memory holds one at a time.
    """
    start, end = (day.isoformat() for day in block_dates(block))
    margin = max(steps)
    south_west = max(west - margin, -180), max(south - margin, -90)
    north_east = min(east + margin, 180), min(north + margin, 90)
    extent = Extent(*south_west, *north_east, start, end)
    grids = [Grid.window(south, north, west, east, step) for step in steps]
    paths, parts = read_manifest(manifest), []
    with progress(f"{source} {block}", None, "files") as done:
        for part in read_parts(source, paths, extent):
            parts.append([to_grid(part, grid, least_cell_share) for grid in grids])
            done(1)
    for grid, output, gridded in zip(grids, outputs, zip(*parts, strict=True), strict=True):
        data = on_all_months(to_whole_months(join(gridded)), start, end)
        kind = kinds.of(kinds.FIELDS, data.data_vars)
        contracts.write(data, kind, output, source=source, grid=str(grid))
        log.info("%d files, %s, %s", len(paths), ", ".join(map(str, data.data_vars)), output)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.manifest),
            snakemake.wildcards.source,
            snakemake.wildcards.block,
            [Path(path) for path in snakemake.output.fields],
            **snakemake.params.settings,
        )
