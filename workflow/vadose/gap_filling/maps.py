"""What the networks of the GRACE gap learn from and what they give: maps, month by month.

Conventions: fields are [time, lat, lon], one map a month without a gap in time; predictors are
[channel, time, lat, lon], each predictor with all its lags, then the next one. All lines, means and
scales are those of training months: later months are not known to a network before its test.
"""

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import pandas as pd

from vadose.errors import InputError
from vadose.gap_filling import predictors
from vadose.trends import Line, least_squares

Span = tuple[str | None, str | None]  # first and last day; None does not limit
LEAST_MONTHS = 24  # with an observation that a cell needs for a line


class Part(IntEnum):
    """What a month is for."""

    NONE = 0  # not observed, or in no period
    TRAINING = 1
    VALIDATION = 2
    TEST = 3


class Maps(NamedTuple):
    """Predictors, storage and what each month is for."""

    predictors: np.ndarray  # [channel, time, lat, lon], without lines or means, NaN at sea
    channels: list[str]  # such as cwsc_2: the predictor two months before
    units: list[str]  # of the channels
    twsa: np.ndarray  # [time, lat, lon] mm, as observed
    simulated: np.ndarray  # [time, lat, lon] mm; NaN where no model is given
    line: Line  # of twsa in mm, in the training months
    detrend: bool  # whether predictors and what is learnt lose their lines, or their means alone
    area: np.ndarray  # [lat, lon] cos(latitude), 0 where nothing is to be learnt
    part: np.ndarray  # [time]
    in_gap: np.ndarray  # [time]
    months: pd.DatetimeIndex
    lat: np.ndarray
    lon: np.ndarray

    @property
    def base(self) -> np.ndarray:
        """What is not learnt: the line of the training months or their mean, [time, lat, lon]."""
        mean = fit_line(self.twsa, self.part == Part.TRAINING, sloped=False)
        return (self.line if self.detrend else mean).over(len(self.months))


def arrays_of(maps: Maps) -> dict[str, np.ndarray]:
    """Name the arrays by which the months that are learnt from are known."""
    learnt = (maps.part == Part.TRAINING) | (maps.part == Part.VALIDATION)
    arrays = {"predictors": maps.predictors[:, learnt], "twsa": maps.twsa[learnt]}
    return arrays | {"part": maps.part[learnt]}


class Reconstruction(NamedTuple):
    """Storage of all months with its uncertainty, and how well it was foretold where observed."""

    mean: np.ndarray  # [time, lat, lon] mm with trends, as are the others
    std: np.ndarray
    epistemic: np.ndarray  # standard deviation by which the networks differ
    quantiles: np.ndarray  # [level, time, lat, lon]
    log_density: np.ndarray  # of the observation, per mm
    crps: np.ndarray
    recalibration: float  # factor on the spread that suits the validation months; 1 is honest


class Storage(NamedTuple):
    """Observed storage from the first to the last observed month."""

    twsa: np.ndarray  # [time, lat, lon] mm
    months: pd.DatetimeIndex
    lat: np.ndarray
    lon: np.ndarray


class Periods(NamedTuple):
    """Which months train, choose the weights and judge them, which are gaps, and their trends."""

    training: Span
    validation: Span
    test: Span
    gaps: Sequence[Span]
    detrend: bool = True  # by the line of the training months; else by their mean alone


def within(months: pd.DatetimeIndex, span: Span) -> np.ndarray:
    """Tell which months begin in a period, [time]."""
    start, end = span
    after = months >= pd.Timestamp(start) if start else np.ones(len(months), bool)
    return np.asarray(after & (months <= pd.Timestamp(end)) if end else after)


def trains(months: pd.DatetimeIndex, periods: Periods) -> np.ndarray:
    """Tell which months lie in the training period and in no gap, observed or not, [time]."""
    return within(months, periods.training) & ~gaps_in(months, periods)


def gaps_in(months: pd.DatetimeIndex, periods: Periods) -> np.ndarray:
    """Tell which months lie in a gap, [time]."""
    return np.any([within(months, gap) for gap in periods.gaps] or [months < months[0]], axis=0)


def parts_of(storage: Storage, periods: Periods) -> np.ndarray:
    """Say what each month is for, as codes of `Part`, int8 [time].

    A month in a gap that was observed after all, as an artificial gap is, belongs to the test.
    InputError where training, validation or test has no observed month.
    """
    months = storage.months
    observed = np.isfinite(storage.twsa).any((1, 2))
    part = np.full(len(months), Part.NONE, np.int8)
    for name in ("training", "validation", "test"):
        part[within(months, getattr(periods, name)) & observed] = Part[name.upper()]
    part[gaps_in(months, periods) & observed] = Part.TEST
    for one in (Part.TRAINING, Part.VALIDATION, Part.TEST):
        if not (part == one).any():
            raise InputError(
                f"gap_filling.{one.name.lower()} has no observed month: the storage record has "
                f"{observed.sum()} from {months[0]:%Y-%m} to {months[-1]:%Y-%m}; choose a period "
                "inside it"
            )
    return part


def fit_line(values: np.ndarray, chosen: np.ndarray, sloped: bool = True) -> Line:
    """Fit a line to the chosen months [time] of every cell of [time, lat, lon] by least squares.

    Missing values do not count; cells with fewer than 24 chosen values have no line (NaN), or with
    fewer than half of them where less than 48 months are chosen. A line that is not sloped is the
    mean.
    """
    time = np.flatnonzero(chosen)
    return least_squares(values[chosen], time, max(2, min(LEAST_MONTHS, len(time) / 2)), sloped)


def without_trend(values: np.ndarray, training: np.ndarray, sloped: bool = True) -> np.ndarray:
    """Take from each cell of [time, lat, lon] the line of its training months, or their mean."""
    line = fit_line(values, training, sloped)
    return (values - line.over(len(values))).astype(np.float32)


def area_of(storage: Storage, line: Line) -> np.ndarray:
    """Weight of each cell, [lat, lon]: cos(latitude) where storage was observed, else 0.

    InputError where no cell has enough observations for its trend, as in a field of sea alone.
    """
    known = np.isfinite(line.slope)
    if not known.any():
        raise InputError(
            f"no cell of the storage record has {LEAST_MONTHS} observed months of training: check "
            "the source of fields.storage, the window and gap_filling.training"
        )
    return np.where(known, np.cos(np.radians(storage.lat))[:, None], 0.0).astype(np.float32)


def lagged(values: np.ndarray, first: int, n: int, lags: Sequence[int]) -> np.ndarray:
    """Give n months of a series [time, ...] from index `first` on, and the months before them.

    The result is [lag, n, ...]; InputError where the series does not reach back far enough.
    """
    if first < max(lags):
        raise InputError(
            f"a lag of {max(lags)} months needs as many months of the predictors before the first "
            f"of storage, they have {first}: begin period.start earlier, or lower gap_filling.lags"
        )
    return np.stack([values[first - lag : first - lag + n] for lag in lags])


def assemble(
    storage: Storage,
    fields: Mapping[str, np.ndarray],
    months: pd.DatetimeIndex,
    names: Sequence[str],
    lags: Sequence[int],
    periods: Periods,
) -> Maps:
    """Put predictors of all months and lags beside storage.

    `fields` are on the grid of storage in the months given, which begin so many before storage as
    the longest lag needs, or more, and reach to its last one.
    """
    training, first = trains(months, periods), int(months.searchsorted(storage.months[0]))
    channels, units, maps = [], [], []
    for name in names:
        if name in predictors.FIXED:
            parts = predictors.fixed(name, storage.months, storage.lat, storage.lon)
            numbers: Sequence[int] = range(len(parts))
        else:
            whole = predictors.compute(name, fields, months, training)
            parts = lagged(
                without_trend(whole, training, periods.detrend), first, len(storage.months), lags
            )
            numbers = lags
        channels += [f"{name}_{number}" for number in numbers]
        units += [(predictors.PREDICTORS | predictors.FIXED)[name].unit] * len(numbers)
        maps += [part.astype(np.float32) for part in parts]
    return finish(
        storage, np.stack(maps), channels, units, _simulated(storage, fields, months), periods
    )


def _simulated(
    storage: Storage, fields: Mapping[str, np.ndarray], months: pd.DatetimeIndex
) -> np.ndarray:
    """Simulated storage with its trend (mm) in the months of storage; NaN where none is given."""
    needed = predictors.PREDICTORS["twsa_simulated"].fields
    if not set(needed) <= set(fields):
        return np.full(storage.twsa.shape, np.nan, np.float32)
    found = predictors.storage_anomaly(fields, months)
    return found[months.get_indexer(storage.months)].astype(np.float32)


def finish(
    storage: Storage,
    maps: np.ndarray,
    channels: list[str],
    units: list[str],
    simulated: np.ndarray,
    periods: Periods,
) -> Maps:
    """Give ready predictors [channel, time, lat, lon] the trend, area and parts of storage."""
    line = fit_line(storage.twsa, trains(storage.months, periods))
    return Maps(
        maps,
        channels,
        units,
        storage.twsa,
        simulated,
        line,
        periods.detrend,
        area_of(storage, line),
        parts_of(storage, periods),
        gaps_in(storage.months, periods),
        *(storage.months, storage.lat, storage.lon),
    )
