"""Join forcing, leaf area, attributes and targets of the basins that passed to one file."""

from pathlib import Path

import numpy as np

from vadose import contracts
from vadose.job import job, log
from vadose.root_zone.gather import from_sources
from vadose.root_zone.record import TARGETS, bridged, without_outliers
from vadose.root_zone.series_file import SERIES_FILE, to_dataset

OF_BASINS = ("daily", "passed", "attributes", "shapefiles")
INPUTS = (*OF_BASINS, "lai", "swe", "own_swe", "et", "twsa", "storage", "published")


def main(
    files: dict[str, list[Path]],
    series: Path,
    *,
    sensors: list[str],
    published_start: str,
    trust_pickle: bool,
    longest_gap: int,
    **limits: float | None,
) -> None:
    """Write the series; `files` are the inputs by their names, of which some may have no file."""
    if files["published"]:
        # Not above: it takes a second to import, and few runs have such a file.
        from vadose.root_zone.interface import from_interface, read_interface

        published = read_interface(files["published"][0], trust_pickle)
        record = from_interface(published, published_start)
        place = np.full((len(record.basins), 2), np.nan)
    else:
        record, place = from_sources(files, sensors)
    record = without_outliers(bridged(record, longest_gap), **limits)
    contracts.write(to_dataset(record, place), SERIES_FILE, series)
    seen = {name: int(np.isfinite(getattr(record, name)).any(0).sum()) for name in TARGETS}
    counts = ", ".join(f"{n} with {name}" for name, n in seen.items())
    log.info("%d basins, %d days; %s", len(record.basins), len(record.days), counts)


if __name__ == "__main__":
    with job(snakemake.log[0]):
        found = {name: snakemake.input.get(name) or [] for name in INPUTS}
        main(
            {k: [Path(p) for p in ([v] if isinstance(v, str) else v)] for k, v in found.items()},
            Path(snakemake.output.series),
            **snakemake.params.settings,
        )
