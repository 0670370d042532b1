"""Calibration of a table of units: from monthly series to a table of the calibration contract."""

import logging
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from vadose import kinds
from vadose.calibrate import Forcing, Periods, calibrate, no_calibration, results, split_periods
from vadose.progress import progress
from vadose.reasons import BLOCKING, count_reasons, data_reason
from vadose.search import Settings
from vadose.water_balance.model import Snow, load_model

log = logging.getLogger("vadose")


class Usable(NamedTuple):
    """Monthly series of units, the months that calibrate and verify, and which units allow it."""

    forcing: Forcing
    periods: Periods
    reason: np.ndarray  # [unit], a code of Reason
    ready: np.ndarray  # [unit], a mask


def usable(data: xr.Dataset, calibration_share: float, least_months: int) -> Usable:
    """Find the units of monthly data, p, pet, t and q [unit, time], that can be calibrated."""
    forcing = Forcing(*(data[name].values for name in Forcing._fields))
    periods = split_periods(forcing.q, calibration_share)
    reason = data_reason(*forcing, periods.calibration, least_months)
    return Usable(forcing, periods, reason, ~np.isin(reason, BLOCKING))


def calibrate_table(
    data: xr.Dataset,
    what: str,
    *,
    model: str,
    snow: Snow,
    calibration_share: float,
    least_months: int,
    search: Mapping[str, Any],
    capacity: np.ndarray | None = None,
    **options: Any,
) -> xr.Dataset:
    """Calibrate every unit whose data allow it; the others carry the reason why not.

    `data` holds p, pet, t and q [unit, time] with the units' places; `capacity` [unit], in mm,
    fixes the storage capacity, and units without one are left out. `options` are those of
    vadose.calibrate.calibrate; `what` names the work in the progress bar.
    """
    forcing, periods, reason, ready = usable(data, calibration_share, least_months)
    structure = load_model(model, snow)
    if capacity is not None:
        bounds = structure.parameters[structure.capacity]
        ready &= np.isfinite(capacity)
        options["capacity"] = np.clip(capacity[ready], bounds.low, bounds.high)
    log.info(
        "%d of %d units can be calibrated (%s)", ready.sum(), len(ready), count_reasons(reason)
    )
    with progress(f"calibrate {what}", int(ready.sum()), "units") as done:
        found = (
            calibrate(
                structure,
                forcing.select(ready),
                list(data["unit"].values[ready].astype(str)),
                periods=periods.select(ready),
                settings=Settings(**search),
                progress=done,
                **options,
            )
            if ready.any()
            else no_calibration(structure, options["restarts"], forcing.q.shape[-1])
        )
    table = results(structure, found, ready, periods)
    table = table.assign_coords(unit=data["unit"], time=data["time"])
    table = table.assign({name: data[name] for name in kinds.UNIT})
    table["data_reason"] = ("unit", reason)
    return table.assign_attrs(model=model, snow=snow, capacity=structure.capacity)
