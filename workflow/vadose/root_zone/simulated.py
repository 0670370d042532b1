"""What all networks of an experiment simulate, as a file, and what of it no network had seen."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr

from vadose.contracts import Kind, Variable
from vadose.root_zone.record import (
    Record,
    baseline_months,
    month_parts,
    monthly_mean,
    monthly_sum,
)

SERIES = ("member", "basin", "time")
SIMULATED: Kind = {
    "q": Variable(SERIES, "mm/day", 0, 1e4, 0, "streamflow"),
    "et": Variable(SERIES, "mm/day", 0, 100, 0, "evapotranspiration"),
    "swe": Variable(SERIES, "mm", 0, 1e5, 0, "snow water equivalent"),
    "avai": Variable(SERIES, "mm", 0, 1e5, 0, "water of the active root zone"),
    "tws": Variable(SERIES, "mm", 0, 1e6, 0, "all water in the basin"),
    "parameters": Variable(("parameter", "member", "basin"), "see unit", missing=0),
    "unit": Variable(("parameter",), ""),
    "residual": Variable(
        ("member", "basin"), "mm/day", 0, 1, 0, "error of the water balance over the whole record"
    ),
    "fold": Variable(("member",), "1", 0, 1000, 0, "fold that the member is tested in"),
    "seed": Variable(("member",), "1", 0, 1e6, 0, "seed of the member's first weights"),
    "test_fold": Variable(("time",), "1", -1, 1000, 0, "fold that tests the day, -1 none"),
}
FLOW: Kind = {name: SIMULATED[name] for name in ("q", "fold", "seed", "test_fold")}
FLOW["q"] = FLOW["q"]._replace(missing=1)  # not in the days of the spin-up


class HeldOut(NamedTuple):
    """What a member gives beside the observations of the days that it never saw."""

    fold: int
    seed: int
    pairs: dict[str, tuple[np.ndarray, np.ndarray]]  # target: simulated, observed [basin, step]


def as_targets(data: xr.Dataset, member: int, record: Record, baseline: np.ndarray) -> dict:
    """Give what a member has of the targets, in their form, each [step, basin].

    `baseline` [month] marks the months whose mean storage is the zero of the anomaly.
    """
    one, month = data.isel(member=member), record.month_of_day
    daily = {
        name: one[name].values.T.astype(np.float64)
        for name in ("q", "swe", "et", "tws")
        if name in one
    }
    found: dict[str, np.ndarray] = {name: daily[name] for name in ("q", "swe") if name in daily}
    if "et" in daily:
        found["et"] = monthly_sum(daily["et"], month)
    if "tws" in daily:
        storage = monthly_mean(daily["tws"], month)
        found["twsa"] = storage - storage[baseline].mean(0)
    return found


def held_out(data: xr.Dataset, record: Record, span: Sequence[str | None]) -> Iterator[HeldOut]:
    """Give, for each member, what it gives and what was observed in the days of its fold's test.

    `data` is of SIMULATED, or of FLOW with streamflow alone.
    """
    baseline = baseline_months(record.months, span)
    for member, (fold, seed) in enumerate(
        zip(data["fold"].values, data["seed"].values, strict=True)
    ):
        found = as_targets(data, member, record, baseline)
        days = data["test_fold"].values == fold
        months = month_parts(days, record.month_of_day)
        pairs = {}
        for name, values in found.items():
            part = days if len(values) == len(days) else months
            pairs[name] = values[part].T, getattr(record, name)[part].T
        yield HeldOut(int(fold), int(seed), pairs)
