"""One record of monthly leaf area index without gaps, from several sensors.

Conventions: a record is an array [time, ...] in m2 m-2, NaN where missing; `month` is the calendar
month [time], 1 to 12, of times that follow each other without a break. Every cell (whatever the
other axes are: a grid, basins) is treated by itself, save where it shares too little time.
"""

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from vadose.seasons import usual_year

FEWEST_SHARED = 12  # months that two sensors share, below which their climatologies are matched
# ASSUME a year of shared months tells as much of a cell's bias as all other cells together.
WEIGHT_OF_OTHERS = 12.0
# ASSUME no two sensors differ by more than a factor of two; ratios beyond come from tiny values.
LARGEST_RATIO = 2.0
LONGEST_INTERPOLATED = 2  # months
DECAY = 1.0  # months after which an anomaly has faded to 1/e
NO_SENSOR = -1


class Flag(IntEnum):
    """Where a value of the filled record comes from."""

    OBSERVED = 0
    INTERPOLATED = 1
    CLIMATOLOGY = 2
    MISSING = 3


class Record(NamedTuple):
    """Leaf area index of several sensors at one level, and which sensor each value is of."""

    lai: np.ndarray
    sensor: np.ndarray  # place in the list of sensors, NO_SENSOR where missing


class Filled(NamedTuple):
    """Leaf area index without gaps, and the Flag of each value."""

    lai: np.ndarray
    flag: np.ndarray


def homogenise(records: Sequence[np.ndarray], month: np.ndarray) -> Record:
    """Bring later sensors to the level of the first and join them; the first that has a month wins.

    Records [time, ...] on the same times. The sensor that shares most with the record so far is
    matched to it first, so that one without a month in common with the first sensor is matched
    through those between. Values of the first sensor are kept as they are.
    """
    joined = records[0]
    adjusted = {0: records[0]}
    waiting = list(range(1, len(records)))
    while waiting:
        nearest = max(waiting, key=lambda k: int((_known(joined) & _known(records[k])).sum()))
        adjusted[nearest] = to_level(records[nearest], joined, month)
        joined = np.where(_known(joined), joined, adjusted[nearest])
        waiting.remove(nearest)
    lai = np.full_like(records[0], np.nan)
    sensor = np.full(lai.shape, NO_SENSOR, np.int8)
    for k in range(len(records)):
        takes = _known(adjusted[k]) & ~_known(lai)
        lai[takes], sensor[takes] = adjusted[k][takes], k
    return Record(lai, sensor)


def to_level(record: np.ndarray, reference: np.ndarray, month: np.ndarray) -> np.ndarray:
    """Give a sensor's record the mean and the spread of the reference in each cell.

    Both [time, ...]. They are compared over the months that both have. The ratios of a cell are
    weighted with those of all cells together by the number of its months, so that a cell that
    shares little is corrected like the others are.
    """
    both = _known(record) & _known(reference)
    shared = both.any(axis=tuple(range(1, both.ndim)))
    if shared.sum() >= FEWEST_SHARED:
        x, y = record[shared], reference[shared]
    else:
        # ASSUME sensors that share less than a year saw the same seasons in different years.
        x, y = climatology(record, month), climatology(reference, month)
    both = _known(x) & _known(y)
    n = both.sum(0)
    mean_x, mean_y = _mean(x, both), _mean(y, both)
    level = _ratio(mean_y, mean_x, n)
    spread = _ratio(_spread(y, both, mean_y), _spread(x, both, mean_x), n)
    centre = np.where(n > 0, mean_x, _mean(record, _known(record)))
    return np.maximum(level * centre + spread * (record - centre), 0).astype(record.dtype)


def climatology(
    record: np.ndarray, month: np.ndarray, training: np.ndarray | None = None
) -> np.ndarray:
    """Average each calendar month: [12, ...], NaN where none was observed.

    `training` [time] marks the months that count; without it all do.
    """
    return usual_year(record, month, training, axis=0, dtype=np.float64)


def fill(record: np.ndarray, month: np.ndarray, training: np.ndarray | None = None) -> Filled:
    """Fill the gaps of a record with its usual seasons and the anomalies beside the gap.

    Gaps of up to two months are interpolated linearly in the anomaly from the calendar-month
    means; longer ones and those at an end take the mean and the anomaly of either edge, which
    fades with an e-fold of a month. Means rest on the months that `training` [time] marks, or on
    all; a cell without any stays as it is. What was observed is never changed.
    # ASSUME where a calendar month was never observed (polar night, lasting snow) plants are
    # dormant: it takes the smallest of the cell's calendar-month means.
    """
    flat = record.reshape(len(record), -1)
    known = _known(flat)
    usual = climatology(flat, month, training)
    dormant = np.isnan(usual)
    usual = np.where(dormant, np.fmin.reduce(usual, axis=0), usual)
    season = month - 1
    anomaly = np.where(known & ~dormant[season], flat - usual[season], 0)
    time, cell = np.nonzero(~known & np.isfinite(usual[0]))
    departure, interpolated = _departure(anomaly, known, time, cell)
    asleep = dormant[season[time], cell]
    value = usual[season[time], cell] + np.where(asleep, 0, departure)
    lai = flat.copy()
    lai[time, cell] = np.maximum(value, 0)
    flag = np.where(known, Flag.OBSERVED, Flag.MISSING).astype(np.int8)
    flag[time, cell] = np.where(interpolated & ~asleep, Flag.INTERPOLATED, Flag.CLIMATOLOGY)
    return Filled(lai.reshape(record.shape), flag.reshape(record.shape))


def _departure(
    anomaly: np.ndarray, known: np.ndarray, time: np.ndarray, cell: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Anomaly at the places (time, cell) of gaps, and whether it is interpolated or faded.

    anomaly and known are [time, cell]; the anomaly is 0 where it is not known.
    """
    length = len(known)
    before, after = (place[time, cell] for place in _neighbours(known))
    early = np.where(before >= 0, anomaly[before, cell], 0)
    late = np.where(after < length, anomaly[np.minimum(after, length - 1), cell], 0)
    short = (before >= 0) & (after < length) & (after - before - 1 <= LONGEST_INTERPOLATED)
    share = (time - before) / (after - before)
    linear = (1 - share) * early + share * late
    faded = early * np.exp((before - time) / DECAY) + late * np.exp((time - after) / DECAY)
    return np.where(short, linear, faded), short


def _neighbours(known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places of the last known value at or before, and the first at or after, each [time, cell].

    They are -1 and the number of times where there is none.
    """
    length = len(known)
    place = np.arange(length, dtype=np.int32)[:, None]
    before = np.maximum.accumulate(np.where(known, place, np.int32(-1)), axis=0)
    after = np.where(known, place, np.int32(length))[::-1]
    return before, np.minimum.accumulate(after, axis=0)[::-1]


def _known(values: np.ndarray) -> np.ndarray:
    return np.isfinite(values)


def _mean(values: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Mean over time of the values that count; 0 where none does."""
    total = np.where(counts, values, 0).sum(0, dtype=np.float64)
    return total / np.maximum(counts.sum(0), 1)


def _spread(values: np.ndarray, counts: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Standard deviation over time of the values that count; 0 where none does."""
    return np.sqrt(_mean((values - mean) ** 2, counts))


def _ratio(numerator: np.ndarray, denominator: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Ratio in each cell, drawn towards that of all cells by the n months behind it; 1 without any.

    All are [...]; a cell in which either is 0 has the ratio of all cells.
    """
    sums = [float((n * part).sum()) for part in (numerator, denominator)]
    common = sums[0] / sums[1] if min(sums) > 0 else 1.0
    usable = (numerator > 0) & (denominator > 0)
    own = np.divide(numerator, denominator, out=np.full(n.shape, common), where=usable)
    weight = n / (n + WEIGHT_OF_OTHERS)
    mixed = np.exp(weight * np.log(own) + (1 - weight) * np.log(common))
    return np.clip(mixed, 1 / LARGEST_RATIO, LARGEST_RATIO)


def to_dataset(
    record: Record,
    filled: Filled,
    sensors: Sequence[str],
    seen: np.ndarray,
    coords: Mapping[str, Any],
) -> xr.Dataset:
    """Lay the cells that were seen, a mask [lat, lon], out on the grid as LAI_RECORD.

    The record and what fills it are [time, cell]; `coords` are times, lat and lon.
    """
    fields = {
        "lai": _on_grid(filled.lai, seen, np.nan),
        "sensor": _on_grid(record.sensor, seen, NO_SENSOR),
        "flag": _on_grid(filled.flag, seen, Flag.MISSING),
    }
    data = xr.Dataset({name: (("time", "lat", "lon"), v) for name, v in fields.items()}, coords)
    data["sensor"].attrs = _meanings(NO_SENSOR, ["none", *sensors])
    data["flag"].attrs = _meanings(0, [flag.name.lower() for flag in Flag])
    return data


def _on_grid(values: np.ndarray, seen: np.ndarray, empty: float) -> np.ndarray:
    """Put values [time, cell] of the cells that were seen back onto the grid [time, lat, lon]."""
    whole = np.full((len(values), *seen.shape), empty, values.dtype)
    whole[:, seen] = values
    return whole


def _meanings(first: int, words: list[str]) -> dict[str, object]:
    """Attributes by which readers of CF know what the values of a flag mean."""
    values = np.arange(first, first + len(words), dtype=np.int8)
    return {"flag_values": values, "flag_meanings": " ".join(words)}
