"""Windows of daily series that stay on the device and are gathered by basin and first day.

Conventions: inside, time is first: [time, unit, column], a unit being one window of one basin.
A window never leaves its basin. Its first `warmup` days fill the stores and carry no loss.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from vadose.concepts.record import Record, Scales, Span
from vadose.errors import InputError
from vadose.training import Device


class Sampling(NamedTuple):
    """How windows are drawn."""

    batch: int
    stride: int  # days between the windows of a basin
    updates: int  # of one epoch at most


class Windows(NamedTuple):
    """Where windows begin, and how long they are."""

    basin: np.ndarray  # [window]
    first: np.ndarray  # [window], index of the first day
    length: int

    def __len__(self) -> int:
        return len(self.basin)


class Batch(NamedTuple):
    """Some windows, scaled."""

    forcing: Tensor  # [time, unit, input]
    attributes: Tensor  # [unit, attribute]
    targets: Tensor  # [time, unit, target]; NaN where missing


class Resident:
    """A scaled record on the device."""

    def __init__(self, record: Record, by: Scales, device: Device = "cpu") -> None:
        def put(values: np.ndarray) -> Tensor:
            return torch.from_numpy(np.ascontiguousarray(values)).to(device)

        self.forcing = put(by.forcing.scaled(record.forcing).swapaxes(0, 1))
        self.targets = put(by.targets.scaled(record.targets).swapaxes(0, 1))
        # ASSUME an attribute that is not known is that of the mean basin.
        self.attributes = put(np.nan_to_num(by.attributes.scaled(record.attributes)))
        self.device = device

    def at(self, windows: Windows) -> tuple[Tensor, Tensor, Tensor]:
        """Put the places of windows on the device: basin, first day, and the days that follow."""
        basin, first = (torch.from_numpy(x).to(self.device) for x in (windows.basin, windows.first))
        return basin, first, torch.arange(windows.length, device=self.device)[:, None]

    def gather(self, basin: Tensor, first: Tensor, following: Tensor) -> Batch:
        """Gather windows of basins [unit] from their first days [unit] on."""
        days = first + following
        return Batch(self.forcing[days, basin], self.attributes[basin], self.targets[days, basin])


def training_windows(
    observed: np.ndarray, basins: np.ndarray, span: Span, *, length: int, warmup: int, stride: int
) -> Windows:
    """Lay windows into a span of days of some basins, one every `stride` days.

    `observed` [basin, time] tells on which days any target is known, `basins` are indices. Windows
    without such a day after the warm-up are left out. InputError where none is left.
    """
    starts = np.arange(span.first, span.last - length + 1, stride)
    if not len(starts):
        raise InputError(
            f"the training period has {span.last - span.first} days, fewer than a window of "
            f"{length}: lengthen concepts.training or lower concepts.window"
        )
    basin, first = (x.ravel() for x in np.meshgrid(basins, starts, indexing="ij"))
    count = np.concatenate([np.zeros((len(observed), 1), int), observed.cumsum(1)], 1)
    seen = count[basin, first + length] > count[basin, first + warmup]
    if not seen.any():
        raise InputError(
            f"none of {len(seen)} windows of {len(basins)} basins has an observation after its "
            f"first {warmup} days: check streamflow and stores in the training period"
        )
    return Windows(basin[seen], first[seen], length)


def covering_windows(basins: np.ndarray, span: Span, *, length: int, warmup: int) -> Windows:
    """Lay windows so that each day of a span is once in the part after the warm-up of a window.

    The warm-up reaches before the span, as far as the record does; windows that the record's
    beginning or end would cut are moved inside it, so that a window may begin before the days that
    `first_counted` gives. InputError where the record is too short.
    """
    step = length - warmup
    starts = np.arange(span.first - warmup, span.last - warmup, step)
    starts = np.unique(np.clip(starts, 0, span.last - length))
    if span.last < length:
        raise InputError(
            f"{span.last} days are fewer than a window of {length}: lower concepts.window"
        )
    basin, first = (x.ravel() for x in np.meshgrid(basins, starts, indexing="ij"))
    return Windows(basin, first, length)


def check_judged(seen: np.ndarray, days: pd.DatetimeIndex, validation: Span, key: str) -> None:
    """Refuse validation days without any observation, `seen` [basin, time] telling: InputError."""
    if not seen[:, slice(*validation)].any():
        first, last = days[[validation.first, validation.last - 1]]
        raise InputError(
            f"none of {len(seen)} basins to learn from has an observation from {first:%Y-%m-%d} to "
            f"{last:%Y-%m-%d}, which chooses the weights: choose another {key}"
        )


def first_counted(windows: Windows, span: Span, warmup: int) -> np.ndarray:
    """Give the day within each of covering windows from which on days count, [window].

    So each day of the span counts once: days of the warm-up, before the span, or of the basin's
    window before do not.
    """
    fresh = np.maximum(windows.first + warmup, span.first)
    follows = windows.basin[1:] == windows.basin[:-1]
    ends = windows.first[:-1] + windows.length
    fresh[1:] = np.where(follows, np.maximum(fresh[1:], ends), fresh[1:])
    return fresh - windows.first


def put(
    out: np.ndarray, found: np.ndarray, windows: Windows, part: slice, span: Span, warmup: int
) -> None:
    """Write what windows give, [time, unit, ...], into the days of a span, [basin, time, ...].

    A window counts after its warm-up, or from the record's first day on; of two windows that give
    a day the later one counts.
    """
    starts = zip(windows.basin[part], windows.first[part], strict=True)
    for unit, (basin, first) in enumerate(starts):
        start = max(first + warmup if first else 0, span.first)
        stop = min(first + windows.length, span.last)
        days = slice(start - span.first, stop - span.first)
        out[basin, days] = found[start - first : stop - first, unit]
