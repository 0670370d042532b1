"""Fetch the files of one source for a block of years and list them in a manifest."""

from pathlib import Path

from vadose.job import job
from vadose.progress import progress
from vadose.sources.registry import find_row, read_sources
from vadose.sources.retrieve import retrieve, wanted_part

# An address book: where data come from cannot change what they are, so it is no input.
SOURCES = Path("resources/sources.yaml")


def main(
    source: str,
    version: str,
    block: str,
    mirror: str,
    route: str,
    window: dict[str, float],
    variables: tuple[str, ...],
    manifest: Path,
) -> None:
    """Bring the files and write their manifest.

    `version` is the row's, which need not stand in the path; `window` has west, south, east and
    north in degrees; of the variables, none means those of the row.
    """
    row = find_row(read_sources(SOURCES), source, version)
    wanted = wanted_part(block, window, variables)
    with progress(f"{source} {version}, {block}", None, "bytes") as done:
        retrieve(row, wanted, manifest, mirror, route, done)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        settings = snakemake.params.settings
        main(
            snakemake.wildcards.source,
            settings["version"],
            snakemake.wildcards.block,
            snakemake.resources.mirror,
            snakemake.resources.route,
            settings,
            tuple(settings.get("variables", ())),
            Path(snakemake.output.manifest),
        )
