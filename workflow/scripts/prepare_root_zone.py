"""Join forcing, leaf area, attributes and targets of the basins that passed to one file."""

from pathlib import Path

import numpy as np
import xarray as xr

from vadose import contracts
from vadose.job import job, log
from vadose.root_zone.attributes import attributes_of
from vadose.root_zone.interface import from_interface, read_interface
from vadose.root_zone.record import TARGETS, Record, bridged, without_outliers
from vadose.root_zone.series_file import SERIES_FILE, gap_free, record_of, to_dataset
from vadose.sources.caravan import read_attributes
from vadose.sources.snow import read_basin_swe

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
        published = read_interface(files["published"][0], trust_pickle)
        record = from_interface(published, published_start)
        place = np.full((len(record.basins), 2), np.nan)
    else:
        record, place = _from_sources(files, sensors)
    record = without_outliers(bridged(record, longest_gap), **limits)
    contracts.write(to_dataset(record, place), SERIES_FILE, series)
    seen = {name: int(np.isfinite(getattr(record, name)).any(0).sum()) for name in TARGETS}
    counts = ", ".join(f"{n} with {name}" for name, n in seen.items())
    log.info("%d basins, %d days; %s", len(record.basins), len(record.days), counts)


def _from_sources(files: dict[str, list[Path]], sensors: list[str]) -> tuple[Record, np.ndarray]:
    """Read what the sources give of the basins that passed, and where their gauges are."""
    basins = files["passed"][0].read_text(encoding="utf-8").split()
    daily = contracts.read_blocks(files["daily"]).sel(basin=basins)
    table = read_attributes(files["attributes"], basins)
    fields = {name: _field(files[name], name) for name in ("et", "twsa") if files[name]}
    if files["storage"]:
        fields["twsa"] = gap_free(files["storage"][0], files["shapefiles"], basins)
    if files["swe"]:
        fields["swe"] = _field(files["swe"], "swe")
    elif files["own_swe"]:
        fields["swe"] = read_basin_swe(files["own_swe"][0])["swe"]
    elif "swe" in daily:
        fields["swe"] = daily["swe"]
    leaves = [_field([p for p in files["lai"] if p.parent.name == one], "lai") for one in sensors]
    record = record_of(daily, attributes_of(table), table, fields, leaves)
    return record, table[["lat", "lon"]].to_numpy(float)


def _field(paths: list[Path], name: str) -> xr.DataArray:
    return contracts.read_blocks(paths, name)[name]


if __name__ == "__main__":
    with job(snakemake.log[0]):
        found = {name: snakemake.input.get(name) or [] for name in INPUTS}
        main(
            {k: [Path(p) for p in ([v] if isinstance(v, str) else v)] for k, v in found.items()},
            Path(snakemake.output.series),
            **snakemake.params.settings,
        )
