"""The prepared series as a file, and how the sources' files become it."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from vadose import contracts, kinds
from vadose.basins import month_starts
from vadose.contracts import Kind, Variable
from vadose.fields import to_whole_months
from vadose.grid import Grid
from vadose.lai_record import homogenise
from vadose.root_zone.attributes import ATTRIBUTES, estimated_lai
from vadose.root_zone.forcing import estimated_radiation
from vadose.root_zone.record import FORCING, SERIES, Record, month_of_day, monthly_mean
from vadose.sources.caravan import read_polygons
from vadose.weights import area_weights, basin_means

log = logging.getLogger("vadose")

DAILY, MONTHLY = ("basin", "time"), ("basin", "month")
SERIES_FILE: Kind = {
    "p": kinds.BASINS_DAILY["p"]._replace(missing=0),
    "t": kinds.BASINS_DAILY["t"]._replace(missing=0),
    "srad": kinds.BASINS_DAILY["srad"]._replace(missing=0),
    "lrad": kinds.BASINS_DAILY["lrad"]._replace(missing=0),
    "q": kinds.BASINS_DAILY["q"],
    "swe": kinds.BASINS_DAILY["swe"],
    "lai": kinds.BASIN_FIELDS["lai"]._replace(dims=MONTHLY),
    "et": kinds.BASIN_FIELDS["et"]._replace(dims=MONTHLY),
    "twsa": kinds.BASIN_FIELDS["twsa"]._replace(dims=MONTHLY),
    "static": Variable(("basin", "attribute"), "see attribute", missing=0),
    "area": Variable(("basin",), "km2", 0, 1e7, 1, "area"),
    "lat": Variable(("basin",), "degrees_north", -90, 90, 1, "latitude of the gauge"),
    "lon": Variable(("basin",), "degrees_east", -180, 360, 1, "longitude of the gauge"),
}


def to_dataset(record: Record, place: np.ndarray) -> xr.Dataset:
    """Lay a record out as SERIES_FILE, with the places of its gauges [basin, (lat, lon)]."""
    daily = {name: (DAILY, getattr(record, name).T) for name in (*FORCING, "q", "swe")}
    monthly = {name: (MONTHLY, getattr(record, name).T) for name in ("lai", "et", "twsa")}
    return xr.Dataset(
        {
            **daily,
            **monthly,
            "static": (("basin", "attribute"), record.static),
            "area": ("basin", record.area),
            "lat": ("basin", place[:, 0]),
            "lon": ("basin", place[:, 1]),
        },
        coords={
            "basin": record.basins,
            "time": record.days,
            "month": record.months,
            "attribute": list(ATTRIBUTES),
        },
    )


def to_record(data: xr.Dataset) -> Record:
    """Read a record as `to_dataset` laid it out."""
    series: dict[str, Any] = {name: np.ascontiguousarray(data[name].values.T) for name in SERIES}
    return Record(
        **series,
        static=data["static"].values,
        area=data["area"].values,
        basins=data["basin"].values.astype(str).tolist(),
        days=pd.DatetimeIndex(data["time"].values),
    )


def read_record(path: Path) -> Record:
    """Read the record of a file."""
    return to_record(contracts.read(SERIES_FILE, path))


def record_of(
    daily: xr.Dataset,
    static: np.ndarray,
    table: pd.DataFrame,
    fields: dict[str, xr.DataArray],
    sensors: Sequence[xr.DataArray],
) -> Record:
    """Join daily series, attributes and basin means to a record.

    daily (basin, time) as kinds.BASINS_DAILY; `table` has lat, lon, area by basin; `fields` may
    have swe (daily), et and twsa (monthly), each (basin, time); `sensors` are records of leaf area
    in the order of precedence. What is not there is missing, and leaf area is then estimated.
    """
    days = pd.DatetimeIndex(daily["time"].values)
    months, t = month_starts(days), _daily(daily, "t")
    if sensors:
        lai = leaf_area_of(sensors, daily, months)
    else:
        lai = estimated_lai(static, monthly_mean(t, month_of_day(days)))
    srad, lrad = radiation_of(daily, table, static)
    return Record(
        p=_daily(daily, "p"),
        t=t,
        srad=srad,
        lrad=lrad,
        lai=lai.astype(np.float32),
        q=_daily(daily, "q"),
        swe=_on(fields.get("swe"), daily, days),
        et=_on(fields.get("et"), daily, months),
        twsa=_on(fields.get("twsa"), daily, months),
        static=static,
        area=table["area"].to_numpy(float),
        basins=daily["basin"].values.astype(str).tolist(),
        days=days,
    )


def radiation_of(
    daily: xr.Dataset, table: pd.DataFrame, static: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Take net shortwave and longwave radiation in W/m2, each [time, basin].

    A basin whose file lacks either has both estimated from temperature and latitude.
    """
    known = _daily(daily, "srad"), _daily(daily, "lrad")
    without = ~np.isfinite(known[0] + known[1]).any(0)
    if not without.any():
        return known
    log.info("radiation of %d basins is estimated from temperature and latitude", without.sum())
    days = pd.DatetimeIndex(daily["time"].values)
    spread = _daily(daily, "t_max") - _daily(daily, "t_min")
    height = static[:, ATTRIBUTES.index("elevation")]
    lat = table["lat"].to_numpy(float)
    guess = estimated_radiation(_daily(daily, "t"), spread, days, lat, height)
    short, long = (np.where(without, new, old) for new, old in zip(guess, known, strict=True))
    return short.astype(np.float32), long.astype(np.float32)


def leaf_area_of(
    sensors: Sequence[xr.DataArray], daily: xr.Dataset, months: pd.DatetimeIndex
) -> np.ndarray:
    """Bring basin means of sensors to one level, [month, basin] with the gaps of all of them.

    # ASSUME sensors differ by the same level and spread in all years, also those that are tested.
    """
    parts = [to_whole_months(one.to_dataset(name="lai"))["lai"] for one in sensors]
    values = [_on(one, daily, months) for one in parts]
    return homogenise(values, months.month.to_numpy()).lai


def _daily(daily: xr.Dataset, name: str) -> np.ndarray:
    if name not in daily:
        return np.full((daily.sizes["time"], daily.sizes["basin"]), np.nan, np.float32)
    return daily[name].transpose("time", "basin").values


def _on(field: xr.DataArray | None, daily: xr.Dataset, times: pd.DatetimeIndex) -> np.ndarray:
    """Lay a field out on times and basins, [time, basin]; missing where it has none."""
    if field is None:
        return np.full((len(times), daily.sizes["basin"]), np.nan, np.float32)
    known = field.reindex(basin=daily["basin"], time=times).transpose("time", "basin")
    return known.values.astype(np.float32)


def gap_free(storage: Path, shapefiles: Sequence[Path], basins: Sequence[str]) -> xr.DataArray:
    """Average a gridded storage anomaly without gaps, twsa (time, lat, lon), over basins."""
    with contracts.opened(storage) as data:
        field = data[["twsa"]].load()
    grid = Grid.of(field["lat"].values, field["lon"].values)
    weights = area_weights(read_polygons(shapefiles, basins), grid)
    return basin_means(weights, field)["twsa"].transpose("basin", "time")
