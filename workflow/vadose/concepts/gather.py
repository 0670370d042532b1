"""Forcing, streamflow, stores and attributes of basins, from the files of all sources."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from vadose import contracts, kinds
from vadose.capacity.basin_attributes import predictors_of_basins
from vadose.concepts.record import FLOW, Record
from vadose.concepts.series_file import forcing_of, read_attributes_of
from vadose.concepts.stores import targets_of
from vadose.sources.snow import read_basin_swe


def read_snow(paths: Sequence[Path], source: str) -> xr.DataArray | None:
    """Read snow of another source than the series': our basin means, or a file of them."""
    if not paths:
        return None
    if source == "ua_swe":
        return contracts.read_blocks(kinds.BASIN_FIELDS, paths)["swe"]
    return read_basin_swe(paths[0])["swe"]


def read_told(own: Path | None, told: str, table: pd.DataFrame) -> pd.DataFrame:
    """Give what is told of the basins of Caravan's `table`: its attributes, a user's, or nothing.

    `own` is the user's table, `told` names Caravan or another.
    """
    if told == "caravan":
        return predictors_of_basins(table)
    basins = list(table.index)
    return read_attributes_of(own, basins) if own else pd.DataFrame(index=basins)


def record_of(
    daily: xr.Dataset,
    lat: np.ndarray,
    told: pd.DataFrame,
    snow: xr.DataArray | None,
    *,
    inputs: Sequence[str],
    stores: Sequence[str],
    pet: str,
) -> Record:
    """Join daily series of basins at `lat`, what is told of them, and snow to a record.

    daily (basin, time) as kinds.BASINS_DAILY; `pet` is a method of demand.
    """
    return Record(
        forcing_of(daily, inputs, lat, pet),
        targets_of(daily, stores, snow),
        told.to_numpy(float),
        list(told.index),
        pd.DatetimeIndex(daily["time"].values),
        list(inputs),
        [FLOW, *stores],
        list(told.columns),
    )
