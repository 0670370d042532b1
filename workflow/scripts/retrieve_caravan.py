"""Fetch one sub-dataset of Caravan from a mirror."""

from pathlib import Path

from vadose.errors import InputError
from vadose.job import job
from vadose.progress import progress
from vadose.sources.caravan import TREE
from vadose.sources.mirror import copy_folder


def main(mirror: str | None, subset: str, timeseries: Path, attributes: Path) -> None:
    """Copy the series and the attributes of a sub-dataset, each whole or not at all."""
    if not mirror:
        raise InputError(
            "Caravan has no download route in this release: set `mirror` in the configuration to a "
            f"folder that holds {TREE}/timeseries/netcdf/{subset}"
        )
    with progress(f"Caravan {subset}", 0, "files") as done:
        copy_folder(Path(mirror), f"{TREE}/timeseries/netcdf/{subset}", timeseries, done)
        copy_folder(Path(mirror), f"{TREE}/attributes/{subset}", attributes, done)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        main(
            snakemake.resources.mirror,
            snakemake.wildcards.subset,
            Path(snakemake.output.timeseries),
            Path(snakemake.output.attributes),
        )
