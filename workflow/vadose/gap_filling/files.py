"""The files of the GRACE gap: what networks learn from, and what methods make of all months."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from vadose import contracts
from vadose.contracts import Kind, Variable
from vadose.gap_filling.maps import Maps, Reconstruction
from vadose.trends import Line

FIELD = ("time", "lat", "lon")
PLACE = ("lat", "lon")
MAPS: Kind = {
    "predictors": Variable(
        ("channel", *FIELD), "see channel_unit", long_name="without lines or means"
    ),
    "channel_unit": Variable(("channel",), ""),
    "twsa": Variable(FIELD, "mm", -5000, 5000, 1, "observed terrestrial water storage anomaly"),
    "twsa_simulated": Variable(FIELD, "mm", -5000, 5000, 1, "simulated storage anomaly"),
    "trend": Variable(PLACE, "mm/month", long_name="trend of the training months"),
    "intercept": Variable(PLACE, "mm", long_name="value of that trend at the first month"),
    "detrended": Variable((), "1", 0, 1, 0, "1 where lines were taken, 0 where means were"),
    "area": Variable(PLACE, "1", 0, 1, 0, "area over that at the equator, 0 where not observed"),
    "part": Variable(("time",), "1", 0, 3, 0, "0 none, 1 training, 2 validation, 3 test"),
    "in_gap": Variable(("time",), "1", 0, 1, 0, "1 in a gap that is to be filled"),
}
RECONSTRUCTED: Kind = {
    "mean": Variable(FIELD, "mm", long_name="reconstructed storage anomaly"),
    "std": Variable(FIELD, "mm", 0, long_name="standard deviation of the reconstruction"),
    "epistemic": Variable(FIELD, "mm", 0, long_name="part of it by which networks differ"),
    "quantiles": Variable(("level", *FIELD), "mm", long_name="quantiles of the reconstruction"),
    "log_density": Variable(FIELD, "1", long_name="log density of what was observed, per mm"),
    "crps": Variable(FIELD, "mm", 0, long_name="continuous ranked probability score"),
    "recalibration": Variable(
        (), "1", 0, missing=0, long_name="factor on the spread from validation months"
    ),
    "part": MAPS["part"],
    "in_gap": MAPS["in_gap"],
}


def write_maps(maps: Maps, path: Path, **attrs: str) -> None:
    """Write what networks learn from."""
    data = xr.Dataset(
        {
            "predictors": (("channel", *FIELD), maps.predictors),
            "channel_unit": ("channel", np.array(maps.units, dtype=str)),
            "twsa": (FIELD, maps.twsa.astype(np.float32)),
            "twsa_simulated": (FIELD, maps.simulated),
            "trend": (PLACE, maps.line.slope),
            "intercept": (PLACE, maps.line.intercept),
            "detrended": ((), np.int8(maps.detrend)),
            "area": (PLACE, maps.area),
            "part": ("time", maps.part),
            "in_gap": ("time", maps.in_gap.astype(np.int8)),
        },
        coords={
            "channel": np.array(maps.channels, dtype=str),
            **{"time": maps.months, "lat": maps.lat, "lon": maps.lon},
        },
    )
    contracts.write(data, MAPS, path, **attrs)


def read_maps(path: Path) -> Maps:
    """Read what networks learn from."""
    data = contracts.read(MAPS, path)
    return Maps(
        data["predictors"].values,
        [str(name) for name in data["channel"].values],
        [str(unit) for unit in data["channel_unit"].values],
        data["twsa"].values,
        data["twsa_simulated"].values,
        Line(data["intercept"].values, data["trend"].values),
        bool(data["detrended"]),
        data["area"].values,
        data["part"].values.astype(np.int8),
        data["in_gap"].values.astype(bool),
        pd.DatetimeIndex(data["time"].values),
        *(data["lat"].values, data["lon"].values),
    )


def write_reconstruction(
    found: Reconstruction, maps: Maps, levels: Sequence[float], path: Path, **attrs: str
) -> None:
    """Write what a method makes of all months."""
    fields = {
        name: (FIELD, getattr(found, name))
        for name in ("mean", "std", "epistemic", "log_density", "crps")
    }
    data = xr.Dataset(
        {
            **fields,
            "quantiles": (("level", *FIELD), found.quantiles),
            "recalibration": ((), found.recalibration),
            "part": ("time", maps.part),
            "in_gap": ("time", maps.in_gap.astype(np.int8)),
        },
        coords={
            "level": np.array(levels, dtype=np.float64),
            **{"time": maps.months, "lat": maps.lat, "lon": maps.lon},
        },
    )
    contracts.write(data, RECONSTRUCTED, path, **attrs)


def read_reconstruction(path: Path) -> xr.Dataset:
    """Read what a method makes of all months, checked."""
    return contracts.read(RECONSTRUCTED, path)
