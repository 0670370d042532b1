"""GRACE and GRACE-FO: monthly terrestrial water storage anomalies (JPL, CSR, GSFC mascons).

One file holds the whole record: `lwe_thickness` (time, lat, lon) in cm against the mean of
2004-2009, the middle of each solution as days since 2002-01-01. A solution is the mean over its
own days, which are not those of a calendar month: months are assigned by overlap, so that two
solutions whose middles fall into one month keep their own, and months without one stay missing.
The footprint is about 3 degrees: neighbouring cells are not independent.

JPL serves a coast-resolving (CRI) product with scale factors and a twin without, both with
uncertainty and land mask; CSR serves the land mask apart; GSFC's half-degree file has a land mask
and neither fill values nor uncertainty.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from scipy.optimize import linear_sum_assignment

from vadose.errors import InputError
from vadose.sources.canonical import (
    Extent,
    check_times,
    check_units,
    describe,
    open_source,
    require,
    to_canonical_grid,
    without_fills,
)

EPOCH = "2002-01-01"
# ASSUME Where a file gives no bounds (as some of CSR's), a solution spans 30.4 days.
HALF_SOLUTION_DAYS = 15.2
FIELDS = {
    "twsa": ("lwe_thickness", "terrestrial water storage anomaly"),
    "twsa_uncertainty": ("uncertainty", "standard error of twsa, one value a mascon"),
}
FILE_NAMES = (*(name for name, _ in FIELDS.values()), "scale_factor")
MASK_NAMES = ("land_mask", "LO_val")


def read_mascons(paths: Sequence[Path], extent: Extent | None = None) -> xr.Dataset:
    """Read the storage anomalies of land from the files of one centre, whichever it is.

    paths are the record and, where the centre serves it apart, its land mask. Gives twsa and,
    where known, twsa_uncertainty (time, lat, lon) in mm, missing on the sea; a record without any
    land mask stays whole. Raises InputError where the record is not one file.
    """
    masks = [path for path in paths if "mask" in path.name.lower()]
    records = [path for path in paths if path not in masks]
    if len(records) != 1 or len(masks) > 1:
        raise InputError(
            f"{', '.join(path.name for path in paths) or 'no file'}: expected one record of "
            "mascons and at most one land mask; remove older files of the same record"
        )
    out = read_grace(records[0], mask_path=next(iter(masks), None), extent=extent)
    if "land_mask" in out:
        out = _apply(out, land_only=True, scaled=False)
    named = out[[name for name in FIELDS if name in out]]
    return named.drop_vars(["solution_start", "solution_end"])


def read_grace(
    path: Path,
    *,
    land_only: bool = False,
    mask_path: Path | None = None,
    scaled: bool = False,
    extent: Extent | None = None,
) -> xr.Dataset:
    """Read terrestrial water storage anomalies in mm by calendar month, only observed months.

    Gives twsa (time, lat, lon), and where the file has them twsa_uncertainty (mm), land_mask
    (1 on land) and scale_factor (lat, lon); the coordinates solution_start and solution_end tell
    the days behind each month.

    `land_only` makes the sea missing; the mask is the file's own or that of `mask_path` (CSR serves
    it apart). `scaled` multiplies by the provider's scale factors, which restore the amplitude
    within a mascon from a land surface model: for hydrology below the size of a mascon, never for
    trends. Raises InputError for another file, other units, or solutions that share a month.
    """
    with open_source(path, decode_times=False) as raw:
        require(raw, ("lwe_thickness", "time"), path, "GRACE mascons")
        months, starts, ends = _solution_months(raw, path)
        names = [name for name in (*FILE_NAMES, *MASK_NAMES) if name in raw.data_vars]
        data = raw[names].assign_coords(
            time=("time", months),
            solution_start=("time", starts),
            solution_end=("time", ends),
        )
        data = to_canonical_grid(data, extent)
        out = xr.Dataset(
            {
                name: _in_mm(data[variable], path, long_name)
                for name, (variable, long_name) in FIELDS.items()
                if variable in data
            },
            attrs={"source": "GRACE", "scaled": str(scaled)},
        )
        out = out.assign(_static(data, mask_path).data_vars).load()
    _check_options(out, path, land_only, scaled)
    return _apply(out, land_only, scaled)


def _in_mm(array: xr.DataArray, path: Path, long_name: str) -> xr.DataArray:
    check_units(array, path, "cm")
    return describe(without_fills(array) * 10, "mm", long_name)


def _static(data: xr.Dataset, mask_path: Path | None) -> xr.Dataset:
    out = xr.Dataset()
    if "scale_factor" in data:
        out["scale_factor"] = describe(without_fills(data["scale_factor"]), "1", "CLM scale factor")
    mask = _read_mask(mask_path) if mask_path else _find_mask(data)
    if mask is not None:
        mask = mask.reindex(lat=data["lat"], lon=data["lon"], fill_value=0)
        out["land_mask"] = describe(mask, "1", "1 on land, 0 on the sea")
    return out


def _find_mask(data: xr.Dataset) -> xr.DataArray | None:
    return next((data[name] for name in MASK_NAMES if name in data), None)


def _read_mask(path: Path) -> xr.DataArray:
    with open_source(path, decode_times=False) as raw:
        found = [name for name in MASK_NAMES if name in raw.data_vars]
        if not found:
            raise InputError(f"{path} has no land mask ({' or '.join(MASK_NAMES)})")
        return to_canonical_grid(raw[found])[found[0]].load()


def _check_options(data: xr.Dataset, path: Path, land_only: bool, scaled: bool) -> None:
    if land_only and "land_mask" not in data:
        raise InputError(f"{path} has no land mask: give the provider's file of it (mask_path)")
    if scaled and "scale_factor" not in data:
        raise InputError(
            f"{path} has no scale factors: only JPL's CRI mascons have, set scaled off"
        )


def _apply(data: xr.Dataset, land_only: bool, scaled: bool) -> xr.Dataset:
    for name in FIELDS:
        if name in data:
            field = data[name]
            if scaled:
                field = field * data["scale_factor"]
            if land_only:
                field = field.where(data["land_mask"] == 1)
            data[name] = field.assign_attrs(data[name].attrs)
    return data


def observed_months(data: xr.Dataset) -> pd.DatetimeIndex:
    """Give the months that have a solution with any value."""
    seen = data["twsa"].notnull().any(("lat", "lon")).values
    return pd.DatetimeIndex(data["time"].values[seen])


def missing_months(data: xr.Dataset) -> pd.DatetimeIndex:
    """Give the months between the first and the last observed one that have no solution."""
    seen = observed_months(data)
    return pd.date_range(seen[0], seen[-1], freq="MS").as_unit("ns").difference(seen)


def _solution_months(
    raw: xr.Dataset, path: Path
) -> tuple[pd.DatetimeIndex, pd.DatetimeIndex, pd.DatetimeIndex]:
    """Give month, first and last day of each solution."""
    middle = _decode(raw["time"].values, raw["time"].attrs, path)
    check_times(middle, path)
    bounds = next((n for n in ("time_bounds", "time_bnds") if n in raw.variables), None)
    if bounds is None:
        half = pd.Timedelta(days=HALF_SOLUTION_DAYS)
        starts, ends = middle - half, middle + half
    else:
        values = raw[bounds].values
        starts, ends = (_decode(values[:, i], raw["time"].attrs, path) for i in (0, 1))
    try:
        return assign_months(starts, ends), starts, ends
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def _decode(values: np.ndarray, attrs: dict[str, object], path: Path) -> pd.DatetimeIndex:
    """Decode days by hand: CSR writes the units under a name that no library looks for."""
    units = str(attrs.get("units", attrs.get("Units", f"days since {EPOCH}")))
    found = re.match(r"days since (\d{4}-\d{1,2}-\d{1,2})", units.strip())
    if found is None:
        raise InputError(f"{path}: its times are in {units!r}, expected 'days since {EPOCH}'")
    days = pd.to_timedelta(np.asarray(values, np.float64), unit="D").round("s")
    return pd.DatetimeIndex(pd.Timestamp(found[1]) + days).as_unit("ns")


def assign_months(starts: pd.DatetimeIndex, ends: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Assign solutions to distinct calendar months so that the days they share are most.

    Of equal choices, the month of the middle is taken. Raises InputError where solutions cannot
    all have a month of their own that they touch.
    """
    months = pd.period_range(starts.min(), ends.max(), freq="M")
    edges = months.to_timestamp()
    following = (months + 1).to_timestamp()
    day = np.timedelta64(1, "D")
    first = np.maximum(starts.values[:, None], edges.values[None])
    last = np.minimum(ends.values[:, None], following.values[None])
    shared = np.maximum((last - first) / day, 0)
    middle = (starts + (ends - starts) / 2).values[:, None]
    tie = 1e-3 * ((edges.values[None] <= middle) & (middle < following.values[None]))
    if len(months) < len(starts):
        raise InputError(f"{len(starts)} solutions lie in {len(months)} months")
    rows, columns = linear_sum_assignment(np.where(shared > 0, shared + tie, -1e6), maximize=True)
    bad = (shared[rows, columns] <= 0) | np.r_[False, np.diff(columns) <= 0]
    if bad.any():
        i = int(np.argmax(bad))
        raise InputError(
            f"the solution of {starts[i]:%Y-%m-%d} to {ends[i]:%Y-%m-%d} has no month of its own, "
            "other solutions cover the same days: is a solution in the file twice?"
        )
    return pd.DatetimeIndex(edges[columns]).as_unit("ns")
