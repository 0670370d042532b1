"""Caravan: daily forcing, streamflow and attributes of gauged basins (Kratzert et al. 2023).

The tree of a release holds `timeseries/netcdf/<subset>/<gauge_id>.nc` and
`attributes/<subset>/attributes_{caravan,other,hydroatlas}_<subset>.csv`. Names of the potential
evapotranspiration changed with version 1.5; the reanalysis one is never read.
"""

from pathlib import Path
from typing import NamedTuple

import netCDF4
import numpy as np
import pandas as pd

from vadose.errors import InputError

TREE = "Caravan-nc"
NAMES = {"p": "total_precipitation_sum", "t": "temperature_2m_mean", "q": "streamflow"}
NEEDED_COLUMNS = {
    "other": ("gauge_lat", "gauge_lon", "area"),
    "caravan": ("frac_snow",),
    "hydroatlas": (),
}
FAO_PET = "potential_evaporation_sum_FAO_PENMAN_MONTEITH"


class Daily(NamedTuple):
    """Daily series of basins [basin, day]: p, pet, q in mm/day, t in degC, NaN where missing."""

    p: np.ndarray
    t: np.ndarray
    q: np.ndarray
    pet: np.ndarray  # FAO Penman-Monteith; all NaN where the release has none


def find_basins(folders: list[Path]) -> dict[str, Path]:
    """Give the file of each gauge id in the folders of the wanted sub-datasets."""
    files = {path.stem: path for folder in folders for path in sorted(folder.glob("*.nc"))}
    if not files:
        raise InputError(f"no basin file (*.nc) in {', '.join(map(str, folders))}")
    return files


def select_basins(files: dict[str, Path], ids: Path | None) -> dict[str, Path]:
    """Keep the basins named in a text file, one id a line; all of them without a file.

    Raises InputError with the ids that do not exist.
    """
    if ids is None:
        return files
    try:
        lines = ids.read_text(encoding="utf-8").split()
    except OSError as error:
        raise InputError(f"basins.ids: {ids} cannot be read: {error.strerror}") from error
    if not lines:
        raise InputError(f"basins.ids: {ids} names no basin: put one gauge id a line, or use 'all'")
    unknown = [name for name in lines if name not in files]
    if unknown:
        raise InputError(
            f"{ids} names {len(unknown)} basins that the source does not have: "
            f"{', '.join(unknown[:5])} (it has {len(files)}, such as {next(iter(files))})"
        )
    return {name: files[name] for name in lines}


def read_daily(paths: list[Path], days: pd.DatetimeIndex) -> Daily:
    """Read basins onto a common axis of days; days outside a basin's record are NaN.

    Raises InputError for a file that is truncated, lacks a variable, has a gap in its dates or
    holds negative precipitation.
    """
    out = Daily(*np.full((4, len(paths), len(days)), np.nan, np.float32))
    for i, path in enumerate(paths):
        first, series = _read_basin(path)
        offset = (first - days[0]).days
        length = len(series["p"])
        source = slice(max(-offset, 0), max(min(length, len(days) - offset), 0))
        target = slice(max(offset, 0), max(offset, 0) + max(source.stop - source.start, 0))
        for name, values in series.items():
            getattr(out, name)[i, target] = values[source.start : max(source.stop, source.start)]
    return out


def _read_basin(path: Path) -> tuple[pd.Timestamp, dict[str, np.ndarray]]:
    try:
        with netCDF4.Dataset(path) as file:
            file.set_auto_mask(False)
            names = NAMES | ({"pet": FAO_PET} if FAO_PET in file.variables else {})
            missing = [n for n in (*names.values(), "date") if n not in file.variables]
            if missing:
                raise InputError(f"{path} lacks {', '.join(missing)}: is it a Caravan file?")
            date = file["date"]
            first = netCDF4.num2date(date[0], date.units, only_use_cftime_datetimes=False)
            steps = np.diff(np.asarray(date[:], np.float64))
            series = {name: file[long][:] for name, long in names.items()}
    except (OSError, RuntimeError) as error:
        raise InputError(
            f"{path} cannot be read ({error}): it is missing or truncated; delete its folder "
            "under resources/downloads and run again"
        ) from error
    start = pd.Timestamp(str(first)).normalize()
    _check_basin(path, start, steps, series["p"])
    if "pet" in series:
        # Small negative demand (dew) occurs; a store cannot gain by it.
        series["pet"] = np.maximum(series["pet"], 0)
    series["q"] = np.where(series["q"] < 0, np.nan, series["q"])
    return start, series


def _check_basin(path: Path, first: pd.Timestamp, steps: np.ndarray, p: np.ndarray) -> None:
    jumps = np.flatnonzero(steps != 1)
    if len(jumps):
        day = first + pd.Timedelta(days=int(jumps[0]))
        raise InputError(
            f"{path}: the dates have {len(jumps)} gaps, the first after {day:%Y-%m-%d}; expected "
            "one value a day (missing values are allowed, missing days are not)"
        )
    if (p < 0).any():
        day = first + pd.Timedelta(days=int(np.argmax(p < 0)))
        raise InputError(
            f"{path}: precipitation is negative on {int((p < 0).sum())} days, first "
            f"{p[p < 0][0]:g} mm on {day:%Y-%m-%d}"
        )


def read_attributes(folders: list[Path], ids: list[str]) -> pd.DataFrame:
    """Read the attributes of basins, in the order of their ids, which stay text.

    The columns are lat, lon (degrees), area (km2), frac_snow, and all attributes of the source
    under their own names. Raises InputError for a table that is missing, lacks one of these or
    names a basin twice, and for a basin without a row in one of the tables.
    """
    tables = [
        pd.concat([_read_table(folder, group) for folder in folders]) for group in NEEDED_COLUMNS
    ]
    for group, table in zip(NEEDED_COLUMNS, tables, strict=True):
        unknown = [name for name in ids if name not in table.index]
        if unknown:
            raise InputError(
                f"{len(unknown)} basins have no row in attributes_{group}_*.csv of "
                f"{', '.join(map(str, folders))}: {', '.join(unknown[:5])}"
            )
    together = pd.concat([table.loc[ids] for table in tables], axis=1)
    return together.rename(columns={"gauge_lat": "lat", "gauge_lon": "lon"})


def _read_table(folder: Path, group: str) -> pd.DataFrame:
    path = folder / f"attributes_{group}_{folder.name}.csv"
    try:
        table = pd.read_csv(path, dtype={"gauge_id": str})
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as a Caravan table: {error}") from error
    lacking = [name for name in ("gauge_id", *NEEDED_COLUMNS[group]) if name not in table.columns]
    if lacking:
        raise InputError(f"{path} has no column {', '.join(lacking)}: is it a Caravan table?")
    twice = table.loc[table["gauge_id"].duplicated(), "gauge_id"].tolist()
    if twice:
        raise InputError(f"{path} has more than one row of {', '.join(twice[:5])}")
    return table.set_index("gauge_id")
