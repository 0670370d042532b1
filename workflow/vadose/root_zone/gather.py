"""Series, attributes and targets of the basins that passed, from the files of all sources."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from vadose import contracts, kinds
from vadose.root_zone.attributes import attributes_of
from vadose.root_zone.record import Record
from vadose.root_zone.series_file import gap_free, record_of
from vadose.sources.caravan import read_attributes
from vadose.sources.snow import read_basin_swe


def from_sources(
    files: Mapping[str, list[Path]], sensors: Sequence[str]
) -> tuple[Record, np.ndarray]:
    """Read what the sources give of the basins that passed, and where their gauges are.

    `files` are those of each input by its name, an empty list where a run makes none.
    """
    basins = files["passed"][0].read_text(encoding="utf-8").split()
    daily = contracts.read_blocks(kinds.BASINS_DAILY, files["daily"]).sel(basin=basins)
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


def _field(paths: Sequence[Path], name: str) -> xr.DataArray:
    return contracts.read_blocks(kinds.BASIN_FIELDS, paths, name)[name]
