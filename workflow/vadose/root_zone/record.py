"""What the hybrid model of root-zone storage learns from: daily forcing and targets of basins.

Conventions: series are [time, basin], days first; monthly ones [month, basin]. NaN where missing.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from vadose.basins import month_starts
from vadose.daily import contrast, first_gap
from vadose.errors import InputError

MONTHLY = ("lai", "et", "twsa")
TARGETS = ("q", "et", "swe", "twsa")  # the order of the ladder
UNITS = {"q": "mm/day", "et": "mm/month", "swe": "mm", "twsa": "mm"}
LONG_NAMES = {
    "q": "streamflow",
    "et": "evapotranspiration",
    "swe": "snow",
    "twsa": "storage anomaly",
}
FORCING = {
    "p": "precipitation",
    "t": "temperature",
    "srad": "net shortwave radiation",
    "lrad": "net longwave radiation",
}
SERIES = (*FORCING, "lai", *TARGETS)


class Record(NamedTuple):
    """Forcing, targets and what is constant of basins."""

    p: np.ndarray  # [time, basin] mm/day
    t: np.ndarray  # [time, basin] degC
    srad: np.ndarray  # [time, basin] net shortwave radiation, W/m2
    lrad: np.ndarray  # [time, basin] net longwave radiation, W/m2
    lai: np.ndarray  # [month, basin] m2 m-2, with gaps
    q: np.ndarray  # [time, basin] mm/day
    swe: np.ndarray  # [time, basin] mm
    et: np.ndarray  # [month, basin] mm/month
    twsa: np.ndarray  # [month, basin] mm
    static: np.ndarray  # [basin, attribute] as ATTRIBUTES of attributes.py
    area: np.ndarray  # [basin] km2, NaN where not known
    basins: list[str]
    days: pd.DatetimeIndex

    @property
    def rn(self) -> np.ndarray:
        """Give net radiation in W/m2, [time, basin]."""
        return self.srad + self.lrad

    @property
    def months(self) -> pd.DatetimeIndex:
        """Give the first day of each month."""
        return month_starts(self.days)

    @property
    def month_of_day(self) -> np.ndarray:
        """Give the place of each day's month, [time]."""
        return month_of_day(self.days)

    def after(self, days: int) -> "Record":
        """Leave out the first days, which end with a month."""
        months = len(month_starts(self.days[:days])) if days else 0
        cut: dict[str, Any] = {
            name: getattr(self, name)[months if name in MONTHLY else days :] for name in SERIES
        }
        return self._replace(**cut, days=self.days[days:])


def month_of_day(days: pd.DatetimeIndex) -> np.ndarray:
    """Give the place of each day's month among the months of the days, [time]."""
    return np.unique(days.year * 12 + days.month, return_inverse=True)[1]


def arrays_of(record: Record) -> dict[str, np.ndarray]:
    """Name the arrays by which a record is known."""
    return {name: getattr(record, name) for name in (*SERIES, "static", "area")}


def without_outliers(record: Record, *, most_q: float | None, least_swe: float | None) -> Record:
    """Leave out negative streamflow and evapotranspiration, floods and thin snow.

    Streamflow of `most_q` mm/day or more and snow of `least_swe` mm or less are missing; None keeps
    them. Evapotranspiration below zero is condensation or error, which the model does not know.
    """
    q = np.where(record.q < 0, np.nan, record.q)
    swe = np.where(record.swe < 0, np.nan, record.swe)
    if most_q is not None:
        q = np.where(q >= most_q, np.nan, q)
    if least_swe is not None:
        swe = np.where(swe <= least_swe, np.nan, swe)
    return record._replace(q=q, swe=swe, et=np.where(record.et < 0, np.nan, record.et))


def bridged(record: Record, longest: int) -> Record:
    """Fill gaps of temperature and radiation of up to `longest` days by straight lines.

    InputError names the basin, variable and days of a longer gap and of any gap in precipitation,
    which no line can fill.
    """
    lines: dict[str, Any] = {
        name: _filled(getattr(record, name), longest) for name in ("t", "srad", "lrad")
    }
    known = record._replace(**lines)
    for name, text in FORCING.items():
        gap = first_gap(getattr(known, name).T[..., None], record.basins, [text], record.days)
        if gap:
            raise InputError(
                f"{gap.what} is missing on {gap.length} days from {gap.first} to {gap.last} "
                f"({gap.basins} have such gaps): a water balance needs all days; shorten the "
                "period, leave the basins out by basins.ids, or raise root_zone.longest_gap_days"
            )
    return known


def _filled(values: np.ndarray, longest: int) -> np.ndarray:
    if np.isfinite(values).all():
        return values
    frame = pd.DataFrame(values)
    gap = frame.isna()
    length = gap.apply(lambda one: one.groupby((~one).cumsum()).transform("sum"))
    lines = frame.interpolate(limit_area="inside")
    return frame.where(~gap | (length > longest), lines).to_numpy(values.dtype)


def monthly_sum(daily: np.ndarray, month_of_day: np.ndarray) -> np.ndarray:
    """Sum a daily series [time, ...] over its months, [month, ...]; a missing day is missing."""
    starts = np.flatnonzero(np.diff(month_of_day, prepend=-1))
    return np.add.reduceat(daily, starts, axis=0)


def monthly_mean(daily: np.ndarray, month_of_day: np.ndarray) -> np.ndarray:
    """Average a daily series [time, ...] over its months, [month, ...]."""
    count = np.bincount(month_of_day).reshape(-1, *[1] * (daily.ndim - 1))
    return monthly_sum(daily, month_of_day) / count


def month_parts(part: np.ndarray, month_of_day: np.ndarray) -> np.ndarray:
    """Tell the part of each month, that of its first day; parts change with years."""
    return part[np.flatnonzero(np.diff(month_of_day, prepend=-1))]


def baseline_months(months: pd.DatetimeIndex, span: Sequence[str | None]) -> np.ndarray:
    """Mark the months whose mean storage is the zero of its anomaly, [month].

    `span` is their first and last day, None where not limited. InputError where no month of the
    record lies in it.
    """
    start, end = (pd.Timestamp(day) if day else None for day in span)
    inside = np.ones(len(months), bool)
    if start is not None:
        inside &= np.asarray(months >= start)
    if end is not None:
        inside &= np.asarray(months <= end)
    if not inside.any():
        raise InputError(
            f"root_zone.baseline {span[0]} to {span[1]} has no month of the record, "
            f"{months[0]:%Y-%m} to {months[-1]:%Y-%m}: choose months inside it"
        )
    return inside


def contrasting(record: Record) -> dict[str, int]:
    """Choose a snowy, a wet and a dry basin by their means; gives their places.

    Basins without streamflow on half of the days do not count.
    """
    gauged = np.isfinite(record.q).mean(0) > 0.5
    flow, snow = (
        np.nansum(values, 0) / np.isfinite(values).sum(0).clip(min=1)
        for values in (record.q, record.swe)
    )
    return contrast(flow, snow, gauged)
