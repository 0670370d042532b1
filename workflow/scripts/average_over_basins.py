"""Average one source's fields of a block of years over the basins, by exact area weights."""

from pathlib import Path

from vadose import contracts, kinds
from vadose.blocks import block_dates
from vadose.extent import Extent
from vadose.fields import join
from vadose.grid import Grid
from vadose.job import file_of, job, log
from vadose.progress import progress
from vadose.sources.caravan import find_basins, read_polygons, select_basins
from vadose.sources.manifest import read_manifest
from vadose.sources.readers import read_parts
from vadose.weights import area_weights, basin_means


def main(
    manifest: Path,
    timeseries: list[Path],
    shapefiles: list[Path],
    ids: Path | None,
    source: str,
    block: str,
    output: Path,
    *,
    least_cell_share: float,
) -> None:
    """Write the selected basins' means at the source's own times, and the share with data."""
    polygons = read_polygons(shapefiles, list(select_basins(find_basins(timeseries), ids)))
    start, end = (day.isoformat() for day in block_dates(block))
    paths, parts, weights = read_manifest(manifest), [], None
    with progress(f"{source} {block}", None, "files") as done:
        for fields in read_parts(source, paths, Extent(start=start, end=end)):
            if weights is None:  # made once, for all times
                grid = Grid.of(fields["lat"].values, fields["lon"].values)
                weights = area_weights(polygons, grid)
            parts.append(basin_means(weights, fields, least_cell_share))
            done(1)
    data = join(parts)
    grounds = [name for name in data.data_vars if "time" not in data[name].dims]
    data = data.drop_vars(grounds).transpose("basin", "time")
    kind = kinds.of(kinds.BASIN_FIELDS, data.data_vars)
    contracts.write(data, kind, output, source=source)
    log.info("%d basins, %d times, %s", data.sizes["basin"], data.sizes["time"], output)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.manifest),
            [Path(p) for p in snakemake.input.timeseries],
            [Path(p) for p in snakemake.input.shapefiles],
            file_of(snakemake.input, "ids"),
            snakemake.wildcards.source,
            snakemake.wildcards.block,
            Path(snakemake.output.means),
            **snakemake.params.settings,
        )
