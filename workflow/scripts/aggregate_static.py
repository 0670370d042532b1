"""Bring what does not change - soil, height, canopy, published capacities - to the grid."""

from pathlib import Path

from vadose import contracts, kinds
from vadose.grid import Grid
from vadose.job import job, log
from vadose.sources.manifest import read_manifest
from vadose.sources.readers import load_static_reader


def main(
    manifest: Path,
    source: str,
    step: float,
    output: Path,
    *,
    west: float,
    south: float,
    east: float,
    north: float,
) -> None:
    """Write the source's fields on the grid."""
    grid = Grid.window(south, north, west, east, step)
    data = load_static_reader(source)(read_manifest(manifest), grid)
    kind = kinds.of(kinds.STATIC_FIELDS, data.data_vars)
    contracts.write(data, kind, output, source=source, grid=str(grid))
    log.info("%s: %s", source, ", ".join(map(str, data.data_vars)))


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.manifest),
            snakemake.wildcards.source,
            float(snakemake.wildcards.step),
            Path(snakemake.output.fields),
            **snakemake.params.settings,
        )
