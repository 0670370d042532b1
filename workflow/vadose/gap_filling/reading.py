"""Read what the networks of the GRACE gap learn from, and refuse what they cannot learn from."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from vadose.cells import oudin_of_field
from vadose.errors import InputError
from vadose.fields import read_field
from vadose.gap_filling.maps import Maps, Periods, Storage, finish, lagged
from vadose.gap_filling.predictors import PREDICTORS
from vadose.grid import check_same_grid
from vadose.sources.gap_files import read_gap_training

# The authors' names of the predictors.
AUTHORS = {
    "twsa_simulated": "sTWSA",
    "cwsc": "CWSC",
    "p": "P",
    "t": "T",
    "cwb": "CWB",
    "cpa": "CPA",
    "ccwb": "CCWB",
}


def storage_of(twsa: xr.DataArray) -> Storage:
    """Take the record from its first to its last observed month; the months between stay.

    InputError where no month is observed.
    """
    twsa = twsa.transpose("time", "lat", "lon")
    seen = np.flatnonzero(np.isfinite(twsa.values).any((1, 2)))
    if not seen.size:
        raise InputError("the storage record has no observed value: check fields.storage")
    record = twsa.isel(time=slice(seen[0], seen[-1] + 1))
    months = pd.date_range(record["time"].values[0], record["time"].values[-1], freq="MS")
    record = record.reindex(time=months)
    return Storage(record.values, months, record["lat"].values, record["lon"].values)


def read_fields(
    files: Mapping[str, Sequence[Path]], names: Sequence[str]
) -> dict[str, xr.DataArray]:
    """Read the fields that some predictors need, from the files of each role.

    Without files of pet the demand is Oudin's from t. InputError where a role has no source.
    """
    fields = {}
    for name in names:
        for field in PREDICTORS[name].fields if name in PREDICTORS else ():
            role, variable = field.split(".")
            if field in fields:
                continue
            if files.get(role):
                fields[field] = read_field(variable, files[role]).transpose("time", "lat", "lon")
            elif role == "pet" and files.get("t"):
                t = read_field("t", files["t"]).transpose("time", "lat", "lon")
                fields[field] = oudin_of_field(t)
            else:
                raise InputError(
                    f"the predictor {name} needs the field {variable}: name a source in "
                    f"fields.{role}, or leave {name} out of gap_filling.predictors"
                )
    return fields


def on_months(
    fields: Mapping[str, xr.DataArray], storage: Storage, lags: Sequence[int]
) -> tuple[dict[str, np.ndarray], pd.DatetimeIndex]:
    """Bring all fields to the same months, from the first that all have to storage's last one.

    Sea, and land cells that miss any of these months, are NaN in all of them. InputError where
    a field lies on another grid or misses a month that storage or its longest lag needs.
    """
    first_needed = storage.months[0] - pd.DateOffset(months=max(lags))
    begins = {name: _observed(field)[0] for name, field in fields.items()}
    first = max(begins.values(), default=first_needed)
    months = pd.date_range(min(first, first_needed), storage.months[-1], freq="MS")
    found = {}
    for name, field in fields.items():
        check_same_grid(field, name, storage.lat, storage.lon, "twsa")
        lacking = months.difference(_observed(field))
        if len(lacking):
            role, variable = name.split(".")
            raise InputError(
                f"{variable} of fields.{role} is missing in {len(lacking)} months that storage or "
                f"its lags need, {lacking[0]:%Y-%m} to {lacking[-1]:%Y-%m}: choose a source or a "
                "period that has them, or leave out the predictors that need it"
            )
        values = field.reindex(time=months).values
        found[name] = np.where(np.isfinite(values).all(0), values, np.nan)
    return found, months


def _observed(field: xr.DataArray) -> pd.DatetimeIndex:
    """Months in which a field has any value; InputError where there is none."""
    seen = np.isfinite(field.values).any((1, 2))
    if not seen.any():
        raise InputError(f"{field.name} has no value in any month: check its source in fields")
    return pd.DatetimeIndex(field["time"].values[seen])


def read_authors(folder: Path, names: Sequence[str], lags: Sequence[int], periods: Periods) -> Maps:
    """Read the authors' own training data in place of our predictors and storage.

    Storage is their detrended record with their trend added, and loses the line of our training
    months; predictors stay as they detrended them, over months that we keep for the test.
    InputError for predictors that they do not have.
    """
    unknown = [name for name in names if name not in AUTHORS]
    if unknown:
        raise InputError(
            f"the authors' data have no {', '.join(unknown)}: leave it out of "
            f"gap_filling.predictors (known: {', '.join(AUTHORS)})"
        )
    data = read_gap_training(sorted(folder.glob("*.mat")))
    land = data["land_mask"].values > 0
    storage = storage_of((data["twsa"] + data["twsa_trend"]).where(land))
    months = pd.DatetimeIndex(data["time"].values)
    first = int(months.searchsorted(storage.months[0]))
    maps = [
        lagged(np.where(land, data[AUTHORS[name]].values, np.nan), first, len(storage.months), lags)
        for name in names
    ]
    channels = [f"{name}_{lag}" for name in names for lag in lags]
    units = [PREDICTORS[name].unit for name in names for _ in lags]
    simulated = np.where(land, data["sTWSA"].values, np.nan)[months.get_indexer(storage.months)]
    return finish(
        storage,
        np.concatenate(maps).astype(np.float32),
        channels,
        units,
        simulated.astype(np.float32),
        periods._replace(detrend=True),
    )
