"""Caravan: daily forcing, streamflow and attributes of gauged basins (Kratzert et al. 2023).

The tree of a release holds `timeseries/<form>/<subset>/<gauge_id>.<form>`, netCDF or CSV,
`attributes/<subset>/attributes_{caravan,other,hydroatlas}_<subset>.csv` and
`shapefiles/<subset>/`. Extensions have the same tree below another outer folder.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr

from vadose.errors import InputError
from vadose.sources.caravan_files import DAILY, read_series
from vadose.sources.polygons import find_polygons, read_shapes

FORMS = {"netcdf": "*.nc", "csv": "*.csv"}
NEEDED = ("p", "t", "q")
NEEDED_COLUMNS = {
    "other": ("gauge_lat", "gauge_lon", "area"),
    "caravan": ("frac_snow",),
    "hydroatlas": (),
}
VAPOUR_PRESSURE = ("kPa", "vapour pressure")


class Daily(NamedTuple):
    """Daily series of basins [basin, day]: p, pet, q in mm/day, t in degC, NaN where missing."""

    p: np.ndarray
    t: np.ndarray
    q: np.ndarray
    pet: np.ndarray  # FAO Penman-Monteith; all NaN where the release has none


class Subset(NamedTuple):
    """The folders of a sub-dataset in an unpacked release or extension; None where missing."""

    timeseries: Path
    attributes: Path
    shapefiles: Path | None


def find_subset(root: Path, subset: str) -> Subset:
    """Find the folders of a sub-dataset in a release, whatever its outer folders are called.

    netCDF goes before CSV. Raises InputError with the sub-datasets that there are.
    """
    for form in FORMS:
        for series in sorted(root.rglob(f"timeseries/{form}/{subset}")):
            tree = series.parents[2]
            shapes = tree / "shapefiles" / subset
            return Subset(series, tree / "attributes" / subset, shapes if shapes.is_dir() else None)
    there = sorted({p.name for form in FORMS for p in root.rglob(f"timeseries/{form}/*")})
    raise InputError(
        f"{root} has no timeseries of {subset} (it has {', '.join(there[:8]) or 'none'}): is it "
        "the folder of an unpacked Caravan release or extension?"
    )


def find_basins(folders: list[Path]) -> dict[str, Path]:
    """Give the file of each gauge id in the folders of the wanted sub-datasets."""
    files = {
        path.stem: path
        for folder in folders
        for pattern in FORMS.values()
        for path in sorted(folder.glob(pattern))
    }
    if not files:
        raise InputError(f"no basin file (*.nc, *.csv) in {', '.join(map(str, folders))}")
    return files


def select_basins(files: dict[str, Path], ids: Path | None) -> dict[str, Path]:
    """Keep the basins named in a text file, one id a line; all of them without a file.

    Raises InputError with the ids that do not exist.
    """
    if ids is None:
        return files
    wanted = read_ids(ids, "basins.ids")
    check_ids(wanted, files, ids)
    return {name: files[name] for name in wanted}


def read_ids(ids: Path, setting: str) -> list[str]:
    """Read gauge ids, one a line, each once, from the file that a setting names.

    Raises InputError where the file cannot be read or names no basin.
    """
    try:
        wanted = ids.read_text(encoding="utf-8").split()
    except OSError as error:
        raise InputError(f"{setting}: {ids} cannot be read: {error.strerror}") from error
    if not wanted:
        raise InputError(f"{setting}: {ids} names no basin: put one gauge id a line, or use 'all'")
    return list(dict.fromkeys(wanted))


def check_ids(wanted: Sequence[str], there: Collection[str], ids: Path) -> None:
    """Refuse gauge ids, read from the file `ids`, that the source does not have: InputError."""
    unknown = [name for name in wanted if name not in there]
    if unknown:
        raise InputError(
            f"{ids} names {len(unknown)} basins that the source does not have: "
            f"{', '.join(unknown[:5])} (it has {len(there)}, such as {next(iter(there))})"
        )


def read_daily(paths: list[Path], days: pd.DatetimeIndex) -> Daily:
    """Read basins onto a common axis of days; days outside a basin's record are NaN.

    Raises InputError for a file that is truncated, lacks a variable, has a gap in its dates or
    values that are not plausible, such as negative precipitation.
    """
    out = Daily(*np.full((4, len(paths), len(days)), np.nan, np.float32))
    for i, path in enumerate(paths):
        series = read_series(path, Daily._fields)
        missing = [DAILY[name].names[0] for name in NEEDED if name not in series.values]
        if missing:
            raise InputError(f"{path} lacks {', '.join(missing)}: is it a Caravan file?")
        for name in series.values:
            series.put(name, days, getattr(out, name)[i])
    return out


def read_daily_variables(
    files: Mapping[str, Path],
    days: pd.DatetimeIndex,
    variables: Sequence[str],
    progress: Callable[[int], object] = int,
) -> xr.Dataset:
    """Read those of the variables [basin, time] that the basins' files have, in canonical units.

    files give the file of each id; variables are names of `caravan_files.DAILY` (mm/day, degC,
    mm, W/m2, kPa, m/s, m3/m3; `_min` and `_max` of the states too) and vapour_pressure (kPa, from
    the dewpoint). `pet` is Penman-Monteith's, which older releases do not have. What no file has
    is left out, what some do not have is missing in them. Raises InputError for an unknown name
    and as `read_daily`.
    """
    unknown = [name for name in variables if name not in (*DAILY, "vapour_pressure")]
    if unknown:
        raise InputError(f"Caravan has no daily {', '.join(unknown)} (it has {', '.join(DAILY)})")
    humid = "vapour_pressure" in variables
    wanted = [name for name in DAILY if name in variables or (humid and name == "dewpoint")]
    arrays: dict[str, np.ndarray] = {}
    for i, path in enumerate(files.values()):
        series = read_series(path, wanted)
        for name in series.values:
            shape = len(files), len(days)
            series.put(name, days, arrays.setdefault(name, np.full(shape, np.nan, np.float32))[i])
        progress(1)
    about = {name: (kind.units, kind.long_name) for name, kind in DAILY.items()}
    if humid and "dewpoint" in arrays:
        arrays["vapour_pressure"] = vapour_pressure(arrays["dewpoint"])
        about["vapour_pressure"] = VAPOUR_PRESSURE
    return xr.Dataset(
        {
            name: (
                ("basin", "time"),
                arrays[name],
                {"units": about[name][0], "long_name": about[name][1]},
            )
            for name in variables
            if name in arrays
        },
        {"basin": list(files), "time": ("time", days.as_unit("ns"), {"standard_name": "time"})},
        {"source": "Caravan"},
    )


def vapour_pressure(dewpoint: np.ndarray) -> np.ndarray:
    """Vapour pressure in kPa at a dewpoint in degC (Allen et al. 1998, equation 14)."""
    # ASSUME the mean vapour pressure of a day is that of its mean dewpoint.
    return 0.6108 * np.exp(17.27 * dewpoint / (dewpoint + 237.3))


def read_polygons(folders: Sequence[Path], ids: Sequence[str]) -> gpd.GeoDataFrame:
    """Read the polygons of basins in the order of their ids, in degrees.

    folders are those of the sub-datasets' shapefiles, or of one file for all (`combined.shp`).
    """
    return read_shapes(find_polygons(folders), "gauge_id", ids)


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
