"""Monthly means of ERA5 from the hourly fields of the ARCO-ERA5 cloud store, without an account.

The store keeps one global hour a chunk, so a month of one variable is about 3 GB to read whatever
the window. Hours are added up a day at a time, and each finished month is kept until its year is
whole. Files come out as the climate data store writes them: accumulated fields in m per day.
"""

import errno
import logging
import shutil
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
import fsspec  # noqa: F401  that through which zarr reads an address
import netCDF4  # noqa: F401  that through which xarray writes
import numpy as np
import pandas as pd
import xarray as xr
import zarr  # noqa: F401  that through which xarray reads the store

from vadose.axes import canonical_axes
from vadose.errors import InputError
from vadose.sources import web
from vadose.sources.clients.orders import Order, months_by_file
from vadose.sources.mirror import some
from vadose.sources.registry import Route
from vadose.sources.wanted import Wanted

CELLS = 721 * 1440  # of ERA5's grid
ITEM = 4  # bytes of a value
MOST_GB = 200.0
PASSING = (OSError, aiohttp.ClientError)
# Names in the store: short names and units as the climate data store writes them.
FIELDS = {
    "2m_temperature": ("t2m", "K"),
    "snow_depth": ("sd", "m of water equivalent"),
    "total_precipitation": ("tp", "m"),
    "potential_evaporation": ("pev", "m"),
    "evaporation": ("e", "m"),
    "runoff": ("ro", "m"),
} | {f"volumetric_soil_water_layer_{i}": (f"swvl{i}", "m**3 m**-3") for i in range(1, 5)}

log = logging.getLogger("vadose")


def fetch(
    route: Route,
    wanted: Wanted,
    folder: Path,
    progress: Callable[[int], object] = int,
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> list[Path]:
    """Write one file of monthly means a calendar year, in the order of time.

    `wanted.variables` are the store's long names. Files that answer the same request are left
    alone, finished months are gone on from. `progress` is told bytes as they are unpacked. Raises
    InputError for variables or months that the store does not have, and for more than
    `route.options["most_gb"]` (200) to read.
    """
    _check_variables(route, wanted)
    years = [
        _Year(Order(folder / name, _request(route, wanted, months)), months)
        for name, months in months_by_file(route, wanted).items()
    ]
    missing = [year for year in years if not year.order.filled]
    if missing:
        with _open(route.url) as store:
            _check_fields(store, wanted.variables, route.url)
            _check_months(store, [month for year in missing for month in year.months], route.url)
            left = [month for year in missing for month in year.left()]
            _check_bytes(bytes_needed(left, wanted.variables, _cells(store)), route)
            for year in missing:
                _make_year(store, year, wanted, progress, sleep)
    return [year.order.target for year in years]


def bytes_needed(months: Iterable[pd.Period], variables: Sequence[str], cells: int = CELLS) -> int:
    """Tell how many bytes of hourly fields have to be read for months of some variables.

    Counted as unpacked; fewer travel, as the store compresses its fields.
    """
    return sum(24 * month.days_in_month for month in months) * len(variables) * cells * ITEM


class _Year(NamedTuple):
    """A file to make, its months, and the folder where finished months wait for the others."""

    order: Order
    months: pd.PeriodIndex

    @property
    def folder(self) -> Path:
        return self.order.target.with_name(self.order.target.name + ".months")

    def path(self, month: pd.Period) -> Path:
        return self.folder / f"{month}.nc"

    def left(self) -> list[pd.Period]:
        """The months still to be made; those of another request do not count."""
        here = bool(self.order.job)
        return [month for month in self.months if not (here and self.path(month).is_file())]


def _check_variables(route: Route, wanted: Wanted) -> None:
    unknown = sorted(set(wanted.variables) - set(FIELDS))
    if unknown or not wanted.variables:
        raise InputError(
            f"{route.url} is asked for {', '.join(unknown) or 'no variable'}, expected some of "
            f"{', '.join(FIELDS)}: change the variables of this source"
        )


def _request(route: Route, wanted: Wanted, months: pd.PeriodIndex) -> dict[str, Any]:
    return {
        "store": route.url,
        "variables": list(wanted.variables),
        "months": [str(month) for month in months],
        "window": list(wanted.extent[:4]),
    }


@contextmanager
def _open(url: str) -> Iterator[xr.Dataset]:
    """Open the store without reading any field; `url` may be a folder too."""
    remote = "://" in url
    if remote:
        web.check_address(url)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of stores without a list of their content
            store = xr.open_zarr(url, chunks=None)
    except (*PASSING, ValueError, KeyError) as error:
        raise InputError(
            f"{web.public(url) if remote else url} cannot be opened as a zarr store "
            f"({type(error).__name__}): check the network and the address in the table of sources"
        ) from None
    with store:
        yield store


def _cells(store: xr.Dataset) -> int:
    return store.sizes["latitude"] * store.sizes["longitude"]


def _check_fields(store: xr.Dataset, variables: Sequence[str], url: str) -> None:
    lacking = [name for name in (*variables, "time", "latitude", "longitude") if name not in store]
    if lacking:
        raise InputError(
            f"{url} has no {', '.join(lacking)} (it has {some(map(str, store.variables))}): check "
            "the address in the table of sources, or leave the variable out"
        )


def _check_months(store: xr.Dataset, months: Sequence[pd.Period], url: str) -> None:
    """Refuse months of which the store does not have every hour.

    Its axis of time runs far beyond the hours that are filled; attributes tell which those are.
    """
    hours = store["time"].to_index()
    first = pd.Timestamp(store.attrs.get("valid_time_start", hours[0]))
    stop = pd.Period(str(store.attrs.get("valid_time_stop", hours[-1].date())), freq="D")
    last = min(stop.end_time, hours[-1])
    lacking = [
        month
        for month in months
        if month.start_time < first
        or month.end_time.floor("h") > last
        or len(hours[hours.slice_indexer(month.start_time, month.end_time)])
        != 24 * month.days_in_month
    ]
    if lacking:
        raise InputError(
            f"{url} has no whole {lacking[0]} ({len(lacking)} such months): its hours run from "
            f"{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}; change the period"
        )


def _check_bytes(needed: int, route: Route) -> None:
    most = float(route.options.get("most_gb", MOST_GB))
    log.info("%s: %.3g GB of hourly fields are to be read", route.url, needed / 1e9)
    if needed > most * 1e9:
        raise InputError(
            f"{route.url} would have to be read for {needed / 1e9:.0f} GB of hourly fields, more "
            f"than the {most:g} GB of its option `most_gb`: shorten the period, or take the ready "
            "monthly means of the climate data store (route cds)"
        )


def _make_year(
    store: xr.Dataset,
    year: _Year,
    wanted: Wanted,
    progress: Callable[[int], object],
    sleep: Callable[[float], None],
) -> None:
    left = year.left()
    if not year.order.job:
        shutil.rmtree(year.folder, ignore_errors=True)
        year.order.begin("months")
    for month in left:
        fields = {name: _mean(store, name, month, progress, sleep) for name in wanted.variables}
        _write(_as_reply(store, fields, month, wanted), year.path(month))
    parts = [xr.load_dataset(year.path(month), engine="netcdf4") for month in year.months]
    _write(xr.concat(parts, "valid_time", join="exact"), year.order.target)
    year.order.finish()
    shutil.rmtree(year.folder)


def _mean(
    store: xr.Dataset,
    name: str,
    month: pd.Period,
    progress: Callable[[int], object],
    sleep: Callable[[float], None],
) -> np.ndarray:
    """Average a field [latitude, longitude] over the hours of a month, a day at a time.

    Accumulations over an hour become those over a day.
    """
    total, count = np.zeros((store.sizes["latitude"], store.sizes["longitude"])), 0
    # ASSUME the accumulation stamped 00:00, of the hour before, may count for the day it begins.
    for day in pd.date_range(month.start_time, periods=month.days_in_month):
        hours = store[name].sel(time=slice(day, day + pd.Timedelta(hours=23)))
        shown = f"{name} of {day:%Y-%m-%d}"
        block = web.retry(
            partial(_load, hours), shown, kept="finished months are kept", sleep=sleep
        )
        total += block.sum(axis=0, dtype=np.float64)
        count += len(block)
        progress(block.size * ITEM)
    if np.isnan(total).all():
        raise InputError(
            f"the store holds no value of {name} in {month}, although its hours are said to be "
            "filled: end the period before, or take the climate data store (route cds)"
        )
    return total / count * (24 if FIELDS[name][1] == "m" else 1)


def _load(hours: xr.DataArray) -> np.ndarray:
    try:
        return hours.transpose("time", "latitude", "longitude").values
    except PASSING as error:
        raise web.Interrupted(f"reading broke off, {type(error).__name__}") from None


def _as_reply(
    store: xr.Dataset, fields: dict[str, np.ndarray], month: pd.Period, wanted: Wanted
) -> xr.Dataset:
    """Name and cut the means as a reply of the climate data store has them."""
    data = xr.Dataset(
        {
            FIELDS[name][0]: (("latitude", "longitude"), mean.astype(np.float32))
            for name, mean in fields.items()
        },
        {axis: store[axis].values for axis in ("latitude", "longitude")},
    )
    data = canonical_axes(data, wanted.extent).rename(lat="latitude", lon="longitude")
    data = data.isel(latitude=slice(None, None, -1)).expand_dims(valid_time=[month.start_time])
    for name in fields:
        data[FIELDS[name][0]].attrs = {"units": FIELDS[name][1], "long_name": name}
    return data


def _write(data: xr.Dataset, path: Path) -> None:
    part = path.with_name(path.name + ".part")
    packed = {name: {"zlib": True, "complevel": 4} for name in data.data_vars}
    with web.disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            data.to_netcdf(part, engine="netcdf4", encoding=packed)
        except RuntimeError as error:  # so the library names a full disk
            raise OSError(errno.EIO, str(error)) from error
        part.replace(path)
