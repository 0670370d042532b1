"""Fields of any source brought to one grid and to whole months.

Conventions: datasets hold fields (time, lat, lon) and grounds (lat, lon) with both axes ascending,
longitudes from -180 to 180, as the readers of sources/ give them.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from vadose import contracts, kinds
from vadose.errors import InputError
from vadose.grid import Grid, Overlap, overlap_weights, regrid


def to_grid(data: xr.Dataset, target: Grid, least_share: float) -> xr.Dataset:
    """Average all fields over the cells of a grid by area, exactly; single precision.

    A cell has a value where at least `least_share` of it is covered by data.
    """
    source = Grid.of(data["lat"].values, data["lon"].values)
    overlap = None if source == target else overlap_weights(source, target)
    return xr.Dataset(
        {
            name: _to_grid(field.transpose(..., "lat", "lon"), target, overlap, least_share)
            for name, field in data.data_vars.items()
            if {"lat", "lon"} <= set(field.dims)
        }
    )


def _to_grid(
    field: xr.DataArray, target: Grid, overlap: Overlap | None, least_share: float
) -> xr.DataArray:
    values = field.values
    if overlap is not None:
        values, _ = regrid(overlap, values, least_share)
    coords = {name: field[name].values for name in field.dims[:-2]}
    coords |= {"lat": target.lat, "lon": target.lon}
    return xr.DataArray(values.astype(np.float32), coords, field.dims, attrs=field.attrs)


def read_field(name: str, paths: Iterable[Path]) -> xr.DataArray:
    """Read one monthly variable of all blocks of years."""
    kind = kinds.of(kinds.FIELDS, [name])
    return join(contracts.read(kind, path)[[name]] for path in paths)[name]


def read_ground(path: Path) -> dict[str, xr.DataArray]:
    """Read every constant field of a file, by name."""
    with contracts.opened(path) as data:
        kind = kinds.of(kinds.STATIC_FIELDS, data.data_vars)
    fields = contracts.read(kind, path)
    return {name: fields[name] for name in kind}


def join(parts: Iterable[xr.Dataset]) -> xr.Dataset:
    """Put parts of a record together: other variables side by side, other times in order.

    InputError where two parts hold the same variable at the same time.
    """
    pieces: dict[object, list[xr.DataArray]] = {}
    for part in parts:
        for name, field in part.data_vars.items():
            pieces.setdefault(name, []).append(field)
    return xr.merge(
        [_in_order(name, fields).rename(name) for name, fields in pieces.items()], join="outer"
    )


def _in_order(name: object, fields: list[xr.DataArray]) -> xr.DataArray:
    if "time" not in fields[0].dims:
        return fields[0]
    whole = xr.concat(fields, "time", join="exact", combine_attrs="override").sortby("time")
    times = whole["time"].to_index()
    if not times.is_unique:
        twice = times[times.duplicated()][0]
        raise InputError(f"{name} of {twice:%Y-%m-%d} is in two files: remove one of them")
    return whole


def to_whole_months(data: xr.Dataset) -> xr.Dataset:
    """Average days or composites over the calendar months in which they begin.

    # ASSUME a composite of eight days belongs to the month of its first day.
    """
    months = pd.DatetimeIndex(data["time"].values).to_period("M").to_timestamp()
    if months.is_unique:
        return data.assign_coords(time=months)
    return data.assign_coords(time=months).groupby("time").mean(skipna=True, keep_attrs=True)


def on_all_months(data: xr.Dataset, start: str, end: str) -> xr.Dataset:
    """Give the record one time a month from the first to the last, missing where it has none."""
    if "time" not in data.dims:
        return data
    months = pd.date_range(start, end, freq="MS")
    if not len(data["time"].to_index().intersection(months)):
        raise InputError(f"the record has no month of {start} to {end}")
    return data.reindex(time=months)
