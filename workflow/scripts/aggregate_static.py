"""Bring what does not change - soil, height, canopy, published capacities - to the grids."""

from pathlib import Path

from vadose import contracts, kinds
from vadose.grid import Grid
from vadose.job import job, log
from vadose.sources.manifest import read_manifest
from vadose.sources.readers import load_static_reader


def main(
    manifest: Path,
    source: str,
    outputs: list[Path],
    *,
    steps: list[float],
    west: float,
    south: float,
    east: float,
    north: float,
) -> None:
    """Write the source's fields on the grid of each step."""
    paths, read = read_manifest(manifest), load_static_reader(source)
    for step, output in zip(steps, outputs, strict=True):
        grid = Grid.window(south, north, west, east, step)
        data = read(paths, grid)
        kind = kinds.of(kinds.STATIC_FIELDS, data.data_vars)
        contracts.write(data, kind, output, source=source, grid=str(grid))
        log.info("%s: %s, %s", source, ", ".join(map(str, data.data_vars)), output)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.manifest),
            snakemake.wildcards.source,
            [Path(path) for path in snakemake.output.fields],
            **snakemake.params.settings,
        )
