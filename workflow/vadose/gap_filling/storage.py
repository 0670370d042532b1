"""The record of water storage without gaps: observed months as they are, the others reconstructed.

Conventions: fields are [time, lat, lon] in mm, NaN at sea; river basins are areas of cells.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import xarray as xr

from vadose import contracts
from vadose.contracts import Kind, Variable
from vadose.gap_filling.files import FIELD, MAPS, PLACE, RECONSTRUCTED
from vadose.gap_filling.maps import Part
from vadose.gap_filling.rivers import LEAST_SHARE
from vadose.uncertainty import spread_factor, widened
from vadose.weights import Weights, aggregate

NO_DATA, OBSERVED, FILLED = 0, 1, 2
CODES = {
    "flag": {"flag_values": [0, 1, 2], "flag_meanings": "no_data observed reconstructed"},
    "part": {"flag_values": [0, 1, 2, 3], "flag_meanings": "none training validation test"},
}
MEAN = "area: mean time: mean"
STORAGE: Kind = {
    "twsa": Variable(
        FIELD, "mm", -5000, 5000, 1, "water storage anomaly, observed where it was", "", MEAN
    ),
    "twsa_mean": Variable(
        FIELD, "mm", missing=1, long_name="reconstructed water storage anomaly", cell_methods=MEAN
    ),
    "twsa_std": Variable(FIELD, "mm", 0, long_name="standard deviation of the reconstruction"),
    "twsa_quantiles": RECONSTRUCTED["quantiles"]._replace(cell_methods=MEAN),
    "flag": Variable(FIELD, "1", 0, 2, 0, "where twsa is from", "status_flag"),
    "part": MAPS["part"],
    "in_gap": MAPS["in_gap"],
}
TARGET = {name: MAPS[name] for name in ("twsa", "trend", "intercept", "area", "part", "in_gap")}
DROUGHT: Kind = {
    "wsd": Variable(
        FIELD,
        "mm",
        long_name="water storage deficit, negative where water lacks",
        cell_methods=MEAN,
    ),
    "wsdi": Variable(FIELD, "1", long_name="water storage deficit index", cell_methods=MEAN),
    "wsdi_std": Variable(FIELD, "1", 0, long_name="standard deviation of wsdi, 0 if observed"),
    "drought": Variable(FIELD, "1", -1, 4, 0, "class of drought", "status_flag"),
    "in_gap": MAPS["in_gap"],
}
SCORES = ("method", *PLACE)
SKILL: Kind = {
    f"{score}{suffix}": Variable(SCORES, unit, low, high, 1, f"{text}{of}")
    for suffix, of in (("", ""), ("_anomaly", " without trend and season"))
    for score, unit, low, high, text in (
        ("r", "1", -1.001, 1.001, "correlation in the test months"),
        ("nse", "1", -np.inf, 1, "Nash-Sutcliffe efficiency in the test months"),
    )
} | {"rmse": Variable(SCORES, "mm", 0, np.inf, 1, "root mean square error in the test months")}


def read_target(path: Path) -> xr.Dataset:
    """Read observed storage, its line and what months are for, without the predictors."""
    with contracts.opened(path) as data:
        target = data[[name for name in TARGET if name in data]].load()
    contracts.check(target, TARGET, path)
    return target


def gap_free(target: xr.Dataset, reconstructed: xr.Dataset, factor: float) -> xr.Dataset:
    """Join observed and reconstructed storage; the factor widens the reconstruction's spread.

    Standard deviation and quantiles are those of the reconstruction, also in observed months.
    """
    land = target["area"].values > 0
    observed = np.where(land, target["twsa"].values, np.nan)
    mean = np.where(land, reconstructed["mean"].values, np.nan)
    known, filled = np.isfinite(observed), np.isfinite(mean)
    fields = {
        "twsa": np.where(known, observed, mean),
        "twsa_mean": mean,
        "twsa_std": np.where(land, factor * reconstructed["std"].values, np.nan),
        "flag": np.select([known, filled], [OBSERVED, FILLED], NO_DATA),
    }
    quantiles = widened(reconstructed["quantiles"].values, mean, factor)
    types = {"flag": np.int8}
    data = xr.Dataset(
        {name: (FIELD, v.astype(types.get(name, np.float32))) for name, v in fields.items()}
        | {"twsa_quantiles": (("level", *FIELD), quantiles.astype(np.float32))},
        {"level": reconstructed["level"].values}
        | {name: target[name].values for name in ("time", "lat", "lon")},
    )
    for name in ("part", "in_gap"):
        data[name] = ("time", target[name].values.astype(np.int8))
    for name, codes in CODES.items():
        data[name].attrs |= codes | {"flag_values": np.array(codes["flag_values"], np.int8)}
    data["level"].attrs |= {"units": "1", "long_name": "share of the distribution below"}
    return data


class RiverSeries(NamedTuple):
    """Mean storage of river basins, [time, basin] in mm."""

    twsa: np.ndarray  # observed where it was, else reconstructed
    observed: np.ndarray  # NaN in months without observation
    mean: np.ndarray  # reconstruction
    std: np.ndarray  # of the basin's mean


def river_series(storage: xr.Dataset, rivers: Weights) -> RiverSeries:
    """Average a gap-free record over river basins.

    # ASSUME the spread of a basin's mean is one share of its cells' mean spread for all basins: the
    # share under which the validation months are likeliest. Errors of neighbours go together, so
    # that they neither add up nor cancel out; the share measures how far.
    """
    seen = storage["twsa"].where(storage["flag"] == OBSERVED)
    fields = (storage["twsa"], seen, storage["twsa_mean"], storage["twsa_std"])
    twsa, observed, mean, std = (aggregate(rivers, f.values, LEAST_SHARE)[0] for f in fields)
    validation = storage["part"].values == Part.VALIDATION
    share = spread_factor(mean[validation], std[validation], observed[validation])
    return RiverSeries(twsa, observed, mean, std * (share if np.isfinite(share) else 1.0))
