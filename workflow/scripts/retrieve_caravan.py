"""Fetch one sub-dataset of Caravan: from a mirror where there is one, else over the network."""

from pathlib import Path

from vadose.job import file_of, job
from vadose.progress import progress
from vadose.sources.caravan_routes import Folders, copy_from_mirror, fetch, find_route
from vadose.sources.registry import read_sources
from vadose.sources.web import is_address

# An address book: where data come from cannot change what they are, so it is no input.
SOURCES = Path("resources/sources.yaml")
UNITS = {"archive": "bytes", "opendap": "basins"}


def main(
    mirror: str,
    route: str,
    version: str,
    subset: str,
    ids: Path | None,
    made: Folders,
) -> None:
    """Make the folders of series, attributes and polygons, each whole or not at all."""
    folder = bool(mirror) and not is_address(mirror)
    unit = "files" if folder else UNITS[route]
    with progress(f"Caravan {version}, {subset}", None, unit) as done:
        if folder:
            copy_from_mirror(Path(mirror), subset, made, done)
        else:
            names = ids.read_text(encoding="utf-8").split() if ids else None
            address = find_route(read_sources(SOURCES), version, route)
            if mirror:
                name = address.url.rpartition("/")[2]
                address = address.model_copy(update={"url": f"{mirror.rstrip('/')}/caravan/{name}"})
            fetch(address, subset, names, made, done)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            snakemake.resources.mirror,
            snakemake.resources.route,
            snakemake.wildcards.version,
            snakemake.wildcards.subset,
            file_of(snakemake.input, "ids"),
            Folders(*(Path(snakemake.output[name]) for name in Folders._fields)),
        )
