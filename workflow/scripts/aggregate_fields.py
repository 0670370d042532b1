"""Bring one source's fields of a block of years to the grid and to whole months."""

from pathlib import Path

from vadose import contracts, kinds
from vadose.blocks import block_dates
from vadose.fields import join, on_all_months, to_grid, to_whole_months
from vadose.grid import Grid
from vadose.job import job, log
from vadose.progress import progress
from vadose.sources.canonical import Extent
from vadose.sources.manifest import read_manifest
from vadose.sources.readers import read_parts


def main(
    manifest: Path,
    source: str,
    block: str,
    step: float,
    output: Path,
    *,
    west: float,
    south: float,
    east: float,
    north: float,
    least_cell_share: float,
) -> None:
    """Write the monthly fields of the block, file by file, so that memory holds one at a time."""
    grid = Grid.window(south, north, west, east, step)
    start, end = (day.isoformat() for day in block_dates(block))
    extent = Extent(
        max(west - step, -180),
        max(south - step, -90),
        min(east + step, 180),
        min(north + step, 90),
        start,
        end,
    )
    paths, parts = read_manifest(manifest), []
    with progress(f"{source} {block}", None, "files") as done:
        for part in read_parts(source, paths, extent):
            parts.append(to_grid(part, grid, least_cell_share))
            done(1)
    data = on_all_months(to_whole_months(join(parts)), start, end)
    kind = kinds.of(kinds.FIELDS, data.data_vars)
    contracts.write(data, kind, output, source=source, grid=str(grid))
    log.info("%d files, %s, %s", len(paths), ", ".join(map(str, data.data_vars)), output)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.manifest),
            snakemake.wildcards.source,
            snakemake.wildcards.block,
            float(snakemake.wildcards.step),
            Path(snakemake.output.fields),
            **snakemake.params.settings,
        )
