"""Measure which share of each cell of a source's grid lies in each basin, once for all times."""

from pathlib import Path

from vadose.blocks import block_dates
from vadose.grid import Grid
from vadose.job import file_of, job, log
from vadose.sources.canonical import Extent
from vadose.sources.caravan import find_basins, read_polygons, select_basins
from vadose.sources.manifest import read_manifest
from vadose.sources.readers import read_parts
from vadose.weights import area_weights, save_weights


def main(
    manifest: Path,
    timeseries: list[Path],
    shapefiles: list[Path],
    ids: Path | None,
    source: str,
    output: Path,
) -> None:
    """Write the area weights of the selected basins' polygons on the source's own grid."""
    names = list(select_basins(find_basins(timeseries), ids))
    start = block_dates(manifest.stem)[0].isoformat()
    month = Extent(start=start, end=start[:8] + "28")
    first = next(read_parts(source, read_manifest(manifest), month))
    grid = Grid.of(first["lat"].values, first["lon"].values)
    weights = area_weights(read_polygons(shapefiles, names), grid)
    save_weights(weights, output)
    log.info("%d basins on %s, %d weights", len(names), grid, weights.matrix.nnz)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.manifest),
            [Path(p) for p in snakemake.input.timeseries],
            [Path(p) for p in snakemake.input.shapefiles],
            file_of(snakemake.input, "ids"),
            snakemake.wildcards.source,
            Path(snakemake.output.weights),
        )
