"""Fetch one sub-dataset of Caravan: from a mirror where there is one, else over the network."""

from pathlib import Path

from vadose.job import job
from vadose.progress import progress
from vadose.sources.caravan_routes import copy_from_mirror, fetch, find_route
from vadose.sources.registry import read_sources

# An address book: where data come from cannot change what they are, so it is no input.
SOURCES = Path("resources/sources.yaml")
UNITS = {"archive": "bytes", "opendap": "basins"}


def main(
    mirror: str,
    route: str,
    version: str,
    subset: str,
    ids: Path | None,
    timeseries: Path,
    attributes: Path,
) -> None:
    """Make the folders of series and of attributes, each whole or not at all."""
    unit = "files" if mirror else UNITS[route]
    with progress(f"Caravan {version}, {subset}", None, unit) as done:
        if mirror:
            copy_from_mirror(Path(mirror), subset, timeseries, attributes, done)
        else:
            names = ids.read_text(encoding="utf-8").split() if ids else None
            address = find_route(read_sources(SOURCES), version, route)
            fetch(address, subset, names, timeseries, attributes, done)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            snakemake.resources.mirror,
            snakemake.resources.route,
            snakemake.wildcards.version,
            snakemake.wildcards.subset,
            Path(snakemake.input.ids) if snakemake.input.get("ids") else None,
            Path(snakemake.output.timeseries),
            Path(snakemake.output.attributes),
        )
