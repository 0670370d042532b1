"""Average one source's fields of a block of years over the basins."""

from pathlib import Path

import xarray as xr

from vadose import contracts, kinds
from vadose.blocks import block_dates
from vadose.fields import join
from vadose.job import job, log
from vadose.progress import progress
from vadose.sources.canonical import Extent
from vadose.sources.manifest import read_manifest
from vadose.sources.readers import read_parts
from vadose.weights import basin_means, load_weights


def main(
    manifest: Path,
    weights: Path,
    source: str,
    block: str,
    output: Path,
    *,
    least_cell_share: float,
) -> None:
    """Write the basin means at the source's own times, and the share of each basin with data."""
    matrix = load_weights(weights)
    start, end = (day.isoformat() for day in block_dates(block))
    paths, parts = read_manifest(manifest), []
    with progress(f"{source} {block}", None, "files") as done:
        for fields in read_parts(source, paths, Extent(start=start, end=end)):
            parts.append(basin_means(matrix, fields, least_cell_share))
            done(1)
    data = _without_grounds(join(parts)).transpose("basin", "time")
    kind = kinds.of(kinds.BASIN_FIELDS, data.data_vars)
    contracts.write(data, kind, output, source=source)
    log.info("%d basins, %d times, %s", data.sizes["basin"], data.sizes["time"], output)


def _without_grounds(data: xr.Dataset) -> xr.Dataset:
    """Leave out what has no time, such as land masks."""
    return data.drop_vars([name for name in data.data_vars if "time" not in data[name].dims])


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.manifest),
            Path(snakemake.input.weights),
            snakemake.wildcards.source,
            snakemake.wildcards.block,
            Path(snakemake.output.means),
            **snakemake.params.settings,
        )
