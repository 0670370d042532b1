"""Files of the published reconstruction of the GRACE gap, for training on and comparing with it.

Mo et al. (2022, Water Resources Research 58, e2022WR031997) trained on MATLAB files: predictors
from 2002-01, storage anomalies and their trend from 2002-04, each [month, row, column] on one
degree, detrended, the first 144 rows of which span 60 S to 84 N. Which way rows and columns run
is found from the land mask. Their reconstruction is netCDF or MATLAB.
"""

import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import permutations
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import scipy.io
import xarray as xr
from scipy.io.matlab import MatReadError

from vadose.axes import AXIS_ATTRS
from vadose.errors import InputError
from vadose.grid import Grid
from vadose.sources.canonical import (
    ADVICE,
    describe,
    open_source,
    to_canonical_grid,
    to_months,
    without_fills,
)

REGION = Grid(-59.5, -179.5, 1, 1, 144, 360)
ROWS = (144, 150)  # to 84 N or to the pole
PREDICTORS = ("sTWSA", "CWSC", "P", "T", "CWB", "CPA", "CCWB")
STORAGE = (
    ("twsa", "GRACE_TWSA.mat", "GRACE_TWSA"),
    ("twsa_trend", "trend.mat", "trend"),
)
FIRST_PREDICTOR, FIRST_STORAGE, FIRST_OF_GAP = "2002-01", "2002-04", "2017-07"
MONTHS_OF_GAP = 11
HDF5_MAGIC = b"MATLAB 7.3"
# Centres of cells (degrees north, east) that are land, and that are sea, beyond any doubt.
LAND = ((23.5, 10.5), (-5.5, -60.5), (62.5, 100.5), (-24.5, 134.5), (45.5, -100.5), (52.5, 30.5))
SEA = ((0.5, -150.5), (-30.5, -15.5), (-20.5, 80.5), (35.5, -155.5), (45.5, -35.5), (-45.5, 120.5))


def read_gap_training(paths: Sequence[Path]) -> xr.Dataset:
    """Read the authors' training data: predictors and storage (time, lat, lon), land mask.

    paths are predictors_raw.mat, GRACE_TWSA.mat, trend.mat and land_mask.mat. Gives the seven
    predictors under the authors' names (detrended, in their units), twsa and twsa_trend in mm,
    missing before 2002-04, and land_mask, 1 on land, on one degree from 60 S to 84 N. Raises
    InputError for a file that is missing or an array that is not [months, 144, 360].
    """
    files = {path.name: path for path in paths}
    needed = ("predictors_raw.mat", "GRACE_TWSA.mat", "trend.mat", "land_mask.mat")
    missing = [name for name in needed if name not in files]
    if missing:
        raise InputError(f"of the authors' training data {', '.join(missing)} are missing")
    mask = _to_region(read_mat(files["land_mask.mat"], "land_mask"), files["land_mask.mat"], "it")
    rows, columns = _orientation(np.nan_to_num(mask[0]) > 0, files["land_mask.mat"])

    def field(file: str, name: str, first: str, factor: float = 1) -> xr.DataArray:
        values = _to_region(read_mat(files[file], name), files[file], name)
        return _field(values[:, rows, columns] * factor, first)

    fields = {
        name: describe(field("predictors_raw.mat", name, FIRST_PREDICTOR), "as given", name)
        for name in PREDICTORS
    }
    # ASSUME the storage anomalies and their trend are in cm, as in the publication.
    for name, file, array in STORAGE:
        anomaly = field(file, array, FIRST_STORAGE, 10)
        fields[name] = describe(anomaly.reindex_like(fields["P"]), "mm", f"{array} of the authors")
    land = _field(mask[:, rows, columns], FIRST_STORAGE).isel(time=0, drop=True)
    fields["land_mask"] = describe(land, "1", "1 on land, 0 on the sea")
    return xr.Dataset(fields, attrs={"source": "training data of Mo et al. 2022"})


def read_mat(path: Path, name: str) -> np.ndarray:
    """Read one array of a MATLAB file of any version, with the axes in MATLAB's order."""
    names = mat_names(path)
    if name not in names:
        raise InputError(f"{path} has no array {name!r} (it has {', '.join(names) or 'none'})")
    with _readable(path):
        if _is_hdf5(path):
            with h5py.File(path) as file:
                return np.asarray(file[name]).T
        return scipy.io.loadmat(path, variable_names=[name])[name]


def mat_names(path: Path) -> list[str]:
    """Name the numeric arrays of a MATLAB file of any version."""
    with _readable(path):
        if _is_hdf5(path):
            with h5py.File(path) as file:
                arrays = {n: v for n, v in file.items() if isinstance(v, h5py.Dataset)}
                return [n for n, v in arrays.items() if v.dtype.kind in "fiu"]
        return [
            n for n, _, kind in scipy.io.whosmat(path) if kind not in ("cell", "struct", "char")
        ]


def _is_hdf5(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(HDF5_MAGIC)) == HDF5_MAGIC


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, NotImplementedError, zlib.error, MatReadError) as error:
        raise InputError(f"{path} cannot be read as a MATLAB file ({error}); {ADVICE}") from error


def _to_region(values: np.ndarray, path: Path, name: str) -> np.ndarray:
    """Order an array [n, 144, 360], whichever way it lies in the file; single precision."""
    stack = values[None] if values.ndim == 2 else values
    fits = [
        order
        for order in permutations(range(stack.ndim))
        if stack.ndim == 3
        and stack.shape[order[1]] in ROWS
        and stack.shape[order[2]] == REGION.n_lon
    ]
    if not fits or (len(fits) > 1 and fits[0] != (0, 1, 2)):
        raise InputError(
            f"{path}: {name} has the shape {values.shape}, expected {REGION.n_lat} (or {ROWS[1]}) "
            f"rows, {REGION.n_lon} columns and months"
        )
    return stack.transpose(fits[0])[:, : REGION.n_lat].astype(np.float32)


def _orientation(land: np.ndarray, path: Path) -> tuple[slice, np.ndarray]:
    """Find how to take rows and columns so that land lies where it does on Earth.

    land [144, 360] is True on land; gives the rows from south to north and the columns from 180 W.
    """
    columns = np.arange(REGION.n_lon)
    for rows in (slice(None), slice(None, None, -1)):
        for turned in (columns, np.roll(columns, REGION.n_lon // 2)):
            here = land[rows, turned]
            if all(here[_cell(*p)] for p in LAND) and not any(here[_cell(*p)] for p in SEA):
                return rows, turned
    raise InputError(
        f"{path}: its land is not that of the Earth on one degree from 60 S to 84 N, whichever way "
        "rows and columns run"
    )


def _cell(lat: float, lon: float) -> tuple[int, int]:
    return int(lat - REGION.lat0), int(lon - REGION.lon0)


def _field(values: np.ndarray, first: str) -> xr.DataArray:
    """Give [month, lat, lon] its coordinates; `first` is the first month."""
    months = pd.date_range(first, periods=len(values), freq="MS").as_unit("ns")
    coords = {"time": ("time", months, {"standard_name": "time"})} | {
        axis: (axis, getattr(REGION, axis), AXIS_ATTRS[axis]) for axis in ("lat", "lon")
    }
    return xr.DataArray(values, coords, ("time", "lat", "lon"))


def read_gap_reconstruction(path: Path) -> xr.Dataset:
    """Read the published reconstruction of the gap: twsa (time, lat, lon) in mm.

    netCDF with its own coordinates, or MATLAB with one array of the region: eleven months are
    those of the gap, others begin in 2002-04. Without units it is in cm, as in the publication.
    Raises InputError where the file has several records or none.
    """
    field, units = _from_mat(path) if path.suffix == ".mat" else _from_netcdf(path)
    factors = {"mm": 1, "cm": 10}
    if units not in factors:
        raise InputError(f"{path}: {field.name} is in {units!r}, expected 'cm' or 'mm'")
    twsa = describe(field * factors[units], "mm", "terrestrial water storage anomaly")
    return xr.Dataset({"twsa": twsa}, attrs={"source": "reconstruction of Mo et al. 2022"})


def _from_netcdf(path: Path) -> tuple[xr.DataArray, str]:
    with open_source(path) as raw:
        data = to_canonical_grid(to_months(raw, path))
        found = [str(n) for n, v in data.data_vars.items() if v.dims == ("time", "lat", "lon")]
        field = data[_only(found, path)].load()
    # ASSUME a reconstruction without units is in cm, as in the publication.
    return without_fills(field), str(field.attrs.get("units", "cm")).strip()


def _from_mat(path: Path) -> tuple[xr.DataArray, str]:
    arrays = {name: read_mat(path, name) for name in mat_names(path)}
    name = _only([n for n, v in arrays.items() if v.ndim == 3], path)
    values = _to_region(arrays[name], path, name)
    rows, columns = _orientation(np.isfinite(values).all(0) & (values != 0).any(0), path)
    first = FIRST_OF_GAP if len(values) == MONTHS_OF_GAP else FIRST_STORAGE
    return _field(values[:, rows, columns], first).rename(name), "cm"


def _only(names: Sequence[str], path: Path) -> str:
    """Choose the one record of storage: the only one, or the only one that is named so."""
    named = [name for name in names if "twsa" in name.lower()] if len(names) > 1 else names
    if len(named) != 1:
        raise InputError(
            f"{path} has {len(names)} records in time and space "
            f"({', '.join(map(str, names)) or 'none'}), expected one of twsa"
        )
    return named[0]
