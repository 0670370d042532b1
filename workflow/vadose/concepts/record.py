"""What a network of hydrological concepts learns from: daily series of basins, scaled and checked.

Conventions: series are [basin, time, ...] in their own units outside, NaN where missing; targets
stand in the order streamflow, then the stores. A day is an index into `days`.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from vadose.daily import contrast, first_gap
from vadose.errors import InputError

FLOW = "q"  # the first target


class Record(NamedTuple):
    """Daily forcing and targets of basins, and what of them is constant."""

    forcing: np.ndarray  # [basin, time, input]
    targets: np.ndarray  # [basin, time, target]: streamflow in mm/day, stores in mm
    attributes: np.ndarray  # [basin, attribute]; may have none
    basins: list[str]
    days: pd.DatetimeIndex
    inputs: list[str]
    names: list[str]  # of the targets
    attribute_names: list[str]

    def keep(self, names: Sequence[str]) -> "Record":
        """Keep some of the targets."""
        columns = [self.names.index(name) for name in names]
        return self._replace(targets=self.targets[..., columns], names=list(names))

    def on(self, span: "Span") -> "Record":
        """Cut out a span of days."""
        days = slice(*span)
        forcing, targets = self.forcing[:, days], self.targets[:, days]
        return self._replace(forcing=forcing, targets=targets, days=self.days[days])


class Scale(NamedTuple):
    """Means and standard deviations, one for each column."""

    mean: np.ndarray
    std: np.ndarray

    def scaled(self, values: np.ndarray) -> np.ndarray:
        """Bring values [..., column] to mean 0 and standard deviation 1."""
        return ((values - self.mean) / self.std).astype(np.float32)

    def restored(self, values: np.ndarray) -> np.ndarray:
        """Bring scaled values [..., column] back to their units."""
        return values * self.std + self.mean


class Scales(NamedTuple):
    """The scale of each part of a record."""

    forcing: Scale
    targets: Scale
    attributes: Scale


class Span(NamedTuple):
    """Days from `first` up to, not including, `last`: indices into the days of a record."""

    first: int
    last: int

    @classmethod
    def of(
        cls,
        days: pd.DatetimeIndex,
        start: str | None,
        end: str | None,
        name: str,
        system: str = "concepts",
    ) -> "Span":
        """Find a period, both days included, in the days of a record; None does not limit it.

        InputError where no day of the record lies in it.
        """
        first = 0 if start is None else int(days.searchsorted(pd.Timestamp(start)))
        last = len(days) if end is None else int(days.searchsorted(pd.Timestamp(end), "right"))
        if last <= first:
            raise InputError(
                f"{system}.{name} is {start} to {end}, but the record has {days[0]:%Y-%m-%d} to "
                f"{days[-1]:%Y-%m-%d}: choose days inside it"
            )
        return cls(first, last)


def arrays_of(record: Record) -> dict[str, np.ndarray]:
    """Name the arrays by which a record is known."""
    return {name: getattr(record, name) for name in ("forcing", "targets", "attributes")}


def check_forcing(record: Record) -> None:
    """Refuse forcing with gaps: InputError names the basin, the variable and the days."""
    gap = first_gap(record.forcing, record.basins, record.inputs, record.days)
    if gap:
        raise InputError(
            f"{gap.what} is missing on {gap.length} days from {gap.first} to {gap.last} "
            f"({gap.basins} have gaps): a network needs all days; shorten the period, name other "
            "concepts.inputs, or leave the basins out by basins.ids"
        )


def scales(record: Record, training: np.ndarray, span: Span) -> Scales:
    """Measure means and deviations in the training basins (a mask) and days, and nowhere else.

    InputError for a series that is constant there or is never observed.
    """
    part = slice(*span)
    return Scales(
        _scale(record.forcing[training, part], record.inputs),
        _scale(record.targets[training, part], record.names),
        _of_attributes(record.attributes[training]),
    )


def _scale(values: np.ndarray, names: list[str]) -> Scale:
    """Measure columns of [basin, time, column], which must vary."""
    flat = values.reshape(-1, values.shape[-1]).astype(np.float64)
    known = np.isfinite(flat)
    for name, column, seen in zip(names, flat.T, known.T, strict=True):
        if not seen.any():
            raise InputError(
                f"{name} is never observed in the training basins and days: leave it out of "
                "concepts.stores or concepts.inputs, or choose another training period"
            )
        if np.ptp(column[seen]) == 0:
            raise InputError(
                f"{name} is {column[seen][0]:g} on all training days: nothing can be learnt from "
                "a constant; leave it out of concepts.stores or concepts.inputs"
            )
    return Scale(np.nanmean(flat, 0), np.nanstd(flat, 0))


def _of_attributes(values: np.ndarray) -> Scale:
    """Measure columns of [basin, attribute]; what is the same in all training basins stays 0."""
    known = np.where(np.isfinite(values).any(0), values, 0.0)
    std = np.nanstd(known, 0)
    return Scale(np.nanmean(known, 0), np.where(std > 0, std, np.inf))


def contrasting(record: Record, span: Span) -> dict[str, int]:
    """Choose a wet, a dry and a snowy basin by the means of a span of days; gives their indices.

    Snow is that of the record's stores. Basins without streamflow on half of the days do not count.
    """
    part = record.targets[:, slice(*span)]
    means = np.where(np.isfinite(part), part, 0).sum(1) / np.isfinite(part).sum(1).clip(min=1)
    gauged = np.isfinite(part[..., 0]).mean(1) > 0.5
    snow = means[:, record.names.index("swe")] if "swe" in record.names else None
    return contrast(means[:, 0], snow, gauged)
