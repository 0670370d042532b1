"""CAMELS-US: daily forcing, streamflow, attributes and model runs of 671 basins (text files).

The tree `basin_dataset_public_v1p2` has `basin_mean_forcing/<product>/<huc>/<id>_lump_*.txt` and
`usgs_streamflow/<huc>/<id>_streamflow_qc.txt` (Newman et al. 2015); a few basins lie in another
HUC's folder than their id tells, so files are found by name. Attributes (Addor et al. 2017) are
tables `camels_<group>.txt` beside it. Ids keep their leading zeros.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr

from vadose.errors import InputError
from vadose.sources.canonical import check_times
from vadose.sources.polygons import read_shapes

PRODUCTS = ("daymet", "maurer", "maurer_extended", "nldas", "nldas_extended")
DATE = ["year", "month", "day"]
# The columns `prcp(mm/day)` and so on, whatever their capitals.
FORCING = {
    "dayl": ("s", "day_length"),
    "prcp": ("mm/day", "p"),
    "srad": ("w/m2", "srad"),
    "swe": ("mm", "swe"),
    "tmax": ("c", "t_max"),
    "tmin": ("c", "t_min"),
    "vp": ("pa", "vapour_pressure"),
}
UNITS = {
    "p": ("mm/day", "precipitation"),
    "t": ("degC", "air temperature, mean of minimum and maximum"),
    "t_min": ("degC", "minimum air temperature"),
    "t_max": ("degC", "maximum air temperature"),
    "srad": ("W m-2", "solar radiation"),
    "vapour_pressure": ("Pa", "vapour pressure"),
    "day_length": ("s", "length of the day"),
    "swe": ("mm", "snow water equivalent"),
    "q": ("mm/day", "observed runoff"),
}
MODEL = {
    "SWE": "swe",
    "PRCP": "p",
    "RAIM": "rain_and_melt",
    "TAIR": "t",
    "PET": "pet",
    "ET": "et",
    "MOD_RUN": "q_simulated",
    "OBS_RUN": "q",
}
MM3_IN_CUBIC_FOOT = 28316846.592
MISSING = -999
POLYGONS = "HCDN_nhru_final_671.shp"


class Station(NamedTuple):
    """The head of a forcing file: degrees, m, km2."""

    lat: float
    elevation: float
    area: float


def find_forcing(tree: Path, product: str) -> dict[str, Path]:
    """Give the forcing file of each gauge id for a product such as daymet or maurer_extended."""
    if product not in PRODUCTS:
        raise InputError(f"CAMELS-US has no forcing {product!r}: choose of {', '.join(PRODUCTS)}")
    return _find(tree, f"**/basin_mean_forcing/{product}/**/*_forcing_leap.txt")


def find_streamflow(tree: Path) -> dict[str, Path]:
    """Give the streamflow file of each gauge id."""
    return _find(tree, "**/usgs_streamflow/**/*_streamflow_qc.txt")


def _find(tree: Path, pattern: str) -> dict[str, Path]:
    files = {path.name.split("_")[0]: path for path in sorted(tree.glob(pattern))}
    if not files:
        raise InputError(f"no file {pattern} below {tree}: is it the tree of CAMELS-US?")
    return files


def read_forcing(path: Path) -> tuple[pd.DataFrame, Station]:
    """Read the daily forcing of a basin and the head of its file.

    Columns: p (mm/day), t, t_min, t_max (degC; t is their mean), srad (W m-2, mean over daylight),
    vapour_pressure (Pa), swe (mm), day_length (s). Maurer's and NLDAS's files that are not the
    extended ones repeat the mean as minimum and maximum. Raises InputError for another layout,
    other units, or days that are missing or repeated.
    """
    try:
        with path.open(encoding="utf-8") as file:
            head = [float(file.readline()) for _ in range(3)]
            columns = file.readline().split()
            table = pd.read_csv(file, sep=r"\s+", header=None)
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path} cannot be read as a forcing file of CAMELS-US (three lines of latitude, "
            f"elevation and area in m2, one of columns): {error}"
        ) from error
    if table.shape[1] != len(columns):
        raise InputError(f"{path} has {table.shape[1]} columns but {len(columns)} names")
    table.index = _dates(table, path, 0)
    table = table.set_axis(columns, axis=1)[columns[4:]].astype(np.float64)
    out = table.set_axis([_canonical_column(c, path) for c in columns[4:]], axis=1)
    missing = [name for _, name in FORCING.values() if name not in out]
    if missing:
        raise InputError(f"{path} lacks {', '.join(missing)} (its columns: {' '.join(columns)})")
    out = out.mask(out == MISSING)
    _check_whole(out.index, path)
    out.insert(1, "t", (out["t_min"] + out["t_max"]) / 2)
    return out, Station(head[0], head[1], head[2] / 1e6)


def _canonical_column(column: str, path: Path) -> str:
    found = re.fullmatch(r"(\w+)\((.+)\)", column.lower())
    units, name = FORCING.get(found[1] if found else "", ("", ""))
    if found is None or found[2] != units:
        expected = ", ".join(f"{key}({u})" for key, (u, _) in FORCING.items())
        raise InputError(f"{path}: the column {column!r} is not one of {expected}")
    return name


def _dates(table: pd.DataFrame, path: Path, first: int) -> pd.DatetimeIndex:
    try:
        parts = table.iloc[:, first : first + 3].set_axis(DATE, axis=1)
        dates = pd.DatetimeIndex(pd.to_datetime(parts)).as_unit("ns")
    except (ValueError, IndexError) as error:
        raise InputError(f"{path}: its dates cannot be read: {error}") from error
    check_times(dates, path)
    return dates.rename("time")


def _check_whole(days: pd.Index, path: Path) -> None:
    steps = np.flatnonzero(np.diff(days.to_numpy()) != np.timedelta64(1, "D"))
    if len(steps):
        raise InputError(
            f"{path}: days are missing in {len(steps)} places, first after "
            f"{days[steps[0]]:%Y-%m-%d}; expected one line a day, leap days too"
        )


def read_streamflow(path: Path, area: float) -> pd.Series:
    """Read the runoff of a basin in mm/day; -999 is missing, days without a line are too.

    The file gives cubic feet per second; `area` in km2 is that of the head of a forcing file,
    with which it equals Caravan's to its rounding.
    """
    names = ["gauge", *DATE, "cfs", "flag"]
    try:
        table = pd.read_csv(path, sep=r"\s+", header=None, names=names, dtype={"gauge": str})
        flow = table["cfs"].astype(np.float64)
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path} cannot be read as a streamflow file of CAMELS-US (id, year, month, day, cubic "
            f"feet per second, flag): {error}"
        ) from error
    if set(table["gauge"]) != {path.name.split("_")[0]}:
        raise InputError(f"{path} holds gauge {table['gauge'].iloc[0]!r}, not that of its name")
    values = flow.where(flow >= 0).to_numpy() * MM3_IN_CUBIC_FOOT * 86400 / (area * 1e12)
    return pd.Series(values, _dates(table, path, 1), name="q").asfreq("D")


def read_basins(tree: Path, ids: list[str], product: str, days: pd.DatetimeIndex) -> xr.Dataset:
    """Read forcing and runoff of basins [basin, time] onto a common axis of days.

    Gives p, q (mm/day), t, t_min, t_max (degC), srad (W m-2), vapour_pressure (Pa), swe (mm),
    and the heads' lat, elevation (m) and area (km2); days outside a record are missing.
    """
    forcing, flow = find_forcing(tree, product), find_streamflow(tree)
    unknown = [name for name in ids if name not in forcing or name not in flow]
    if unknown:
        raise InputError(
            f"{tree} has no {product} forcing or no streamflow of {len(unknown)} basins: "
            f"{', '.join(unknown[:5])} (ids have eight digits)"
        )
    tables, stations = [], []
    for name in ids:
        table, station = read_forcing(forcing[name])
        runoff = read_streamflow(flow[name], station.area)
        tables.append(table.reindex(days).assign(q=runoff.reindex(days)))
        stations.append(station)
    out = xr.Dataset(
        {
            name: (
                ("basin", "time"),
                np.stack([t[name].to_numpy(np.float32) for t in tables]),
                {"units": units, "long_name": long_name},
            )
            for name, (units, long_name) in UNITS.items()
        },
        coords={"basin": ids, "time": ("time", days.as_unit("ns"))},
        attrs={"source": f"CAMELS-US {product}"},
    )
    for name, units in (("lat", "degrees_north"), ("elevation", "m"), ("area", "km2")):
        out[name] = ("basin", [getattr(s, name) for s in stations], {"units": units})
    return out


def read_polygons(tree: Path, ids: Sequence[str]) -> gpd.GeoDataFrame:
    """Read the polygons of basins in the order of their ids, in degrees (HCDN_nhru_final_671)."""
    files = sorted(tree.rglob(POLYGONS))
    if not files:
        raise InputError(f"no {POLYGONS} below {tree}: unpack basin_set_full_res.zip there")
    return read_shapes(files, "hru_id", ids, digits=8)


def read_attributes(folder: Path) -> pd.DataFrame:
    """Read all tables of attributes as one, by gauge id; ids and huc_02 keep their zeros."""
    parts = []
    for path in sorted(folder.glob("camels_*.txt")):
        try:
            part = pd.read_csv(path, sep=";", dtype={"gauge_id": str, "huc_02": str})
            part = part.set_index("gauge_id")
        except (OSError, ValueError, KeyError) as error:
            raise InputError(f"{path} cannot be read as a table of CAMELS-US: {error}") from error
        part.index = part.index.str.zfill(8)
        if not part.index.is_unique:
            raise InputError(f"{path} has a gauge twice: {part.index[part.index.duplicated()][0]}")
        parts.append(part)
    if not parts:
        raise InputError(f"no table camels_*.txt in {folder}: is it the folder of CAMELS-US?")
    table = pd.concat(parts, axis=1)
    for name in table.select_dtypes(["object", "string"]):
        table[name] = table[name].str.strip()
    if "huc_02" in table:
        table["huc_02"] = table["huc_02"].str.zfill(2)
    return table


def read_model_output(path: Path) -> pd.DataFrame:
    """Read a published run of the Sacramento model with Snow-17: mm/day, degC, swe in mm.

    Columns swe, p, rain_and_melt, t, pet, et, q_simulated, q. The last is the model's own copy of
    the observation, with zero where there is none: take runoff from the streamflow file.
    """
    try:
        table = pd.read_csv(path, sep=r"\s+")
        values = table[list(MODEL)].astype(np.float64).rename(columns=MODEL)
    except (OSError, ValueError, KeyError) as error:
        raise InputError(
            f"{path} cannot be read as model output of CAMELS-US (columns YR MNTH DY HR "
            f"{' '.join(MODEL)}): {error}"
        ) from error
    values.index = _dates(table, path, 0)
    return values.mask(values == MISSING)
