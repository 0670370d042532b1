"""What the networks of the GRACE gap are told of a month: simulated storage, weather and balances.

Conventions: fields are [time, lat, lon] of whole months without a gap in time, p, pet, et and q in
mm/month, t in degC, soil water in m3 m-3, snow in mm; NaN at sea. Fields are known as `role.name`,
such as `simulated.swe`: the role is the key of the configuration that names the source.
The predictors are those of Mo et al. (2022, Water Resources Research 58, e2022WR031997).
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from vadose import seasons

LAYERS = {"swvl1": 70.0, "swvl2": 210.0, "swvl3": 720.0, "swvl4": 1890.0}  # depths in mm
_SIMULATED = tuple(f"simulated.{name}" for name in (*LAYERS, "swe"))
_BALANCE = ("simulated.p", "simulated.et", "simulated.q")
BASE = ("2004-01", "2009-12")  # the months whose mean storage anomalies are measured against


class Predictor(NamedTuple):
    """Unit and meaning of one predictor, and the fields that it is made of."""

    unit: str
    long_name: str
    fields: tuple[str, ...] = ()


PREDICTORS = {
    "twsa_simulated": Predictor("mm", "simulated storage anomaly", _SIMULATED),
    "cwsc": Predictor("mm", "sum of all months' p - et - q since the first", _BALANCE),
    "p": Predictor("mm/month", "precipitation", ("p.p",)),
    "t": Predictor("degC", "air temperature at 2 m", ("t.t",)),
    "cwb": Predictor("mm/month", "climatic water balance, p - pet", ("p.p", "pet.pet")),
    "cpa": Predictor("mm", "sum of all months' anomalies of p since the first", ("p.p",)),
    "ccwb": Predictor("mm", "sum of all months' p - pet since the first", ("p.p", "pet.pet")),
}
# Known of any month and place without a source; they have neither lags nor trends.
FIXED = {
    "season": Predictor("1", "cosine and sine of the year and of half a year"),
    "place": Predictor("1", "the cell's direction from the middle of the Earth"),
}


def compute(
    name: str, fields: Mapping[str, np.ndarray], months: pd.DatetimeIndex, training: np.ndarray
) -> np.ndarray:
    """Compute one predictor [time, lat, lon] from the fields of all months of its record.

    Sums begin with the record's first month. `training` [time] are the months that means are
    taken from. A cell that misses any month of a field is missing.
    """
    # ASSUME the expansions of the authors' abbreviations: CWSC is the sum of p - et - q, CPA that
    # of precipitation less its usual value of the calendar month, CCWB that of p - pet.
    if name == "twsa_simulated":
        return storage_anomaly(fields, months)
    if name == "cwsc":
        p, et, q = (fields[field] for field in _BALANCE)
        return np.cumsum(p - et - q, 0, dtype=np.float64)
    if name == "t":
        return fields["t.t"]
    p = fields["p.p"]
    if name == "p":
        return p
    if name == "cpa":
        usual = seasons.usual(p, months.month.to_numpy(), training, axis=0)
        return np.cumsum(p - usual, 0, dtype=np.float64)
    balance = p - fields["pet.pet"]
    return balance if name == "cwb" else np.cumsum(balance, 0, dtype=np.float64)


def storage_anomaly(fields: Mapping[str, np.ndarray], months: pd.DatetimeIndex) -> np.ndarray:
    """Water in the simulated soil and snow (mm) above its mean of 2004-2009, [time, lat, lon].

    The mean is over all months where the record has none of those years.
    """
    soil = [depth * fields[f"simulated.{layer}"] for layer, depth in LAYERS.items()]
    whole = np.sum(soil, 0) + fields["simulated.swe"]
    base = (months >= pd.Timestamp(BASE[0])) & (months <= pd.Timestamp(BASE[1]))
    return whole - whole[base if base.any() else slice(None)].mean(0)


def fixed(name: str, months: pd.DatetimeIndex, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Give the maps of a predictor that needs no source, [component, time, lat, lon]."""
    if name == "season":
        angle = 2 * np.pi * (months.month.to_numpy() - 0.5) / 12
        parts = np.stack([np.cos(angle), np.sin(angle), np.cos(2 * angle), np.sin(2 * angle)])
        maps = parts[:, :, None, None]
    else:
        north, east = np.radians(lat)[:, None], np.radians(lon)
        parts = np.stack(
            np.broadcast_arrays(
                np.sin(north), np.cos(north) * np.cos(east), np.cos(north) * np.sin(east)
            )
        )
        maps = parts[:, None]
    return np.broadcast_to(maps, (len(maps), len(months), len(lat), len(lon)))
