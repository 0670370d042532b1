"""Caravan for a few basins by OPeNDAP (4TU.ResearchData), without the archive of 25 GB.

The provider keeps one file a sub-dataset with dimensions basin_id (text) and time and with the
attributes inside; its content is Caravan 1.2, which knows no Penman-Monteith demand. The netCDF
library speaks the protocol (DAP2), so a file on disk is read by the same code. What is written is
the tree of Caravan's own archive, but for HydroATLAS, which the provider does not have: that table
holds the gauge ids only.
"""

import errno
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import netCDF4
import numpy as np
import pandas as pd

from vadose.errors import InputError
from vadose.sources import web
from vadose.sources.caravan_tree import CARAVAN

ROWS = 16  # basins a request
TEXTS = {"name": "gauge_name", "country": "country"}
PLACES = {"lat": "gauge_lat", "lon": "gauge_lon", "area": "area"}
# What the netCDF library says of a server: no connection, refused or busy, its own error.
PASSING = (-68, -70, -77)


class _Content(NamedTuple):
    """What the provider has: gauge ids in its order, daily variables, table of attributes."""

    ids: list[str]
    variables: list[str]
    attributes: pd.DataFrame


def fetch_basins(
    address: str | Path,
    subset: str,
    ids: Sequence[str],
    folder: Path,
    *,
    variables: Sequence[str] | None = None,
    progress: Callable[[int], object] = int,
    sleep: Callable[[float], None] = time.sleep,
) -> list[Path]:
    """Write the wanted basins of a sub-dataset as Caravan's archive has them, below `folder`.

    `address` is that of the provider's file (`<base>/<subset>.nc`) or a path. Basins whose file is
    there are not asked for again; all daily variables come unless some are named. `progress` is
    told basins. Raises InputError for unknown basins or variables and for a server that refuses.
    """
    series = folder / CARAVAN["timeseries"] / subset
    files = {name: series / f"{name}.nc" for name in ids}
    tables = folder / CARAVAN["attributes"] / subset
    missing = [name for name in ids if not files[name].is_file()]
    if not missing and set(ids) <= _listed(tables / f"attributes_hydroatlas_{subset}.csv"):
        return list(files.values())
    shown = _shown(address)
    content = web.retry(partial(_read_content, address), shown, sleep=sleep)
    names = list(variables or content.variables)
    _check_known("basins", ids, content.ids, shown)
    _check_known("variables", names, content.variables, shown)
    for rows in _runs(sorted(content.ids.index(name) for name in missing)):
        load = partial(_read_series, address, rows, names)
        block = web.retry(load, shown, kept="whole basins are kept", sleep=sleep)
        for i, row in enumerate(rows):
            _write_series(files[content.ids[row]], block, i)
            progress(1)
    here = [name for name in content.ids if (series / f"{name}.nc").is_file()]
    _write_attributes(tables, subset, content.attributes.loc[here])
    return list(files.values())


class _Series(NamedTuple):
    """Daily series of neighbouring basins, each variable [basin, day], and what describes them."""

    days: np.ndarray
    day_attrs: dict[str, str]
    values: dict[str, np.ndarray]
    attrs: dict[str, dict[str, str]]


def _shown(address: str | Path) -> str:
    return web.public(address) if isinstance(address, str) and "://" in address else str(address)


@contextmanager
def _opened(address: str | Path) -> Iterator[Any]:
    """Open a remote or local file; what goes wrong until it is closed becomes one sentence."""
    remote = "://" in str(address)
    if remote:
        web.check_address(str(address))
    try:
        with netCDF4.Dataset(address) as file:
            yield file
    except (OSError, RuntimeError) as error:
        code = getattr(error, "errno", None)
        shown, reason = _shown(address), getattr(error, "strerror", None) or "the reading broke off"
        if remote and (code is None or code in PASSING):
            raise web.Interrupted(reason) from None
        raise InputError(_refusal(shown, code, reason)) from None


def _refusal(shown: str, code: int | None, reason: str) -> str:
    if code == -78:
        return (
            f"{shown} refuses access: an account or the acceptance of its licence is missing; "
            "`vadose doctor` names what this source needs"
        )
    if code in (-90, 2):
        return (
            f"{shown} does not exist: look for its new address in the table of sources, or check "
            "the name of the sub-dataset"
        )
    return (
        f"{shown} cannot be read as netCDF or by OPeNDAP ({reason}), perhaps it is a web page or "
        "truncated: open the address in a browser, or take Caravan's archive"
    )


def _read_content(address: str | Path) -> _Content:
    with _opened(address) as file:
        missing = [n for n in ("basin_id", "time", *TEXTS, *PLACES) if n not in file.variables]
        if missing:
            raise InputError(
                f"{_shown(address)} lacks {', '.join(missing)}, expected Caravan in the layout of "
                "4TU: check the address of the sub-dataset"
            )
        if not str(file["time"].units).startswith("days since "):
            raise InputError(
                f"{_shown(address)} counts time in {file['time'].units!r}, expected days since a "
                "date: take Caravan's archive"
            )
        columns = {n: _column(v) for n, v in file.variables.items() if _is_attribute(v)}
        daily = [n for n, v in file.variables.items() if v.dimensions == ("basin_id", "time")]
    ids = columns.pop("basin_id")
    return _Content(ids, daily, pd.DataFrame(columns, index=pd.Index(ids, name="gauge_id")))


def _is_attribute(variable: Any) -> bool:
    text = variable.ndim == 2 and variable.dtype == "S1"
    return variable.dimensions[:1] == ("basin_id",) and (variable.ndim == 1 or text)


def _column(variable: Any) -> Any:
    """The values of an attribute; text is stored as padded characters."""
    values = np.ma.getdata(variable[:])
    if values.ndim == 1:
        return np.ma.filled(variable[:], np.nan) if values.dtype.kind == "f" else list(values)
    rows = (b"".join(row.tolist()).partition(b"\0")[0] for row in values)
    return [row.decode("utf-8", "replace").strip() for row in rows]


def _check_known(what: str, wanted: Sequence[str], known: Sequence[str], shown: str) -> None:
    unknown = sorted(set(wanted) - set(known))
    if unknown:
        raise InputError(
            f"{shown} does not have {len(unknown)} of the {len(wanted)} wanted {what}: "
            f"{', '.join(unknown[:5])} (it has {len(known)}, such as {', '.join(known[:2])}); "
            "mend the list or take Caravan's archive"
        )


def _runs(rows: list[int]) -> list[list[int]]:
    """Split rows into neighbours of at most ROWS, each of which is one request a variable."""
    runs: list[list[int]] = []
    for row in rows:
        if runs and row == runs[-1][-1] + 1 and len(runs[-1]) < ROWS:
            runs[-1].append(row)
        else:
            runs.append([row])
    return runs


def _read_series(address: str | Path, rows: list[int], names: list[str]) -> _Series:
    block = slice(rows[0], rows[-1] + 1)
    with _opened(address) as file:
        days = np.rint(np.ma.getdata(file["time"][:])).astype(np.int32)
        day_attrs = {k: str(getattr(file["time"], k)) for k in ("units", "calendar")}
        values, attrs = {}, {}
        for name in names:
            read = np.ma.asarray(file[name][block, :], np.float32)
            values[name] = np.ma.filled(read, np.float32(np.nan))
            known = set(file[name].ncattrs()) & {"unit", "units", "long_name"}
            attrs[name] = {k: str(file[name].getncattr(k)) for k in sorted(known)}
    return _Series(days, day_attrs, values, attrs)


def _write_series(path: Path, series: _Series, row: int) -> None:
    part = path.with_name(path.name + ".part")
    with web.disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            _write_netcdf(part, series, row)
        except RuntimeError as error:  # so the library names a full disk
            part.unlink(missing_ok=True)
            raise OSError(errno.EIO, str(error)) from error
        part.replace(path)


def _write_netcdf(path: Path, series: _Series, row: int) -> None:
    with netCDF4.Dataset(path, "w") as file:
        file.createDimension("date", len(series.days))
        date = file.createVariable("date", "i4", ("date",))
        date.setncatts(series.day_attrs)
        date[:] = series.days
        for name, values in series.values.items():
            variable = file.createVariable(
                name, "f4", ("date",), zlib=True, complevel=4, fill_value=np.nan
            )
            variable.setncatts(series.attrs[name])
            variable[:] = values[row]


def _write_attributes(folder: Path, subset: str, table: pd.DataFrame) -> None:
    """Write the three tables of a sub-dataset; the last one also says which basins are in them."""
    other = table[[*TEXTS, *PLACES]].rename(columns=TEXTS | PLACES)
    climate = table.drop(columns=[*TEXTS, *PLACES, "timezone"], errors="ignore")
    tables = {"other": other, "caravan": climate, "hydroatlas": table[[]]}
    for group, content in tables.items():
        path = folder / f"attributes_{group}_{subset}.csv"
        part = path.with_name(path.name + ".part")
        with web.disk_errors(path):
            folder.mkdir(parents=True, exist_ok=True)
            content.to_csv(part)
            part.replace(path)


def _listed(path: Path) -> set[str]:
    """The basins of a table that is there."""
    return set(pd.read_csv(path, dtype=str)["gauge_id"]) if path.is_file() else set()
