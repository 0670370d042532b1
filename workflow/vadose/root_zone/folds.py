"""Folds of years: each year after the spin-up is tested once, by networks that never saw it."""

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import pandas as pd

from vadose.basins import month_starts
from vadose.errors import InputError


class Part(IntEnum):
    """What a year serves for in a fold."""

    NOTHING = -1  # it was not there when the networks learnt
    SPIN_UP = 0
    TRAINING = 1
    VALIDATION = 2
    TEST = 3


class Years(NamedTuple):
    """What years serve for in each fold."""

    years: np.ndarray  # [year]
    part: np.ndarray  # [fold, year], a Part

    def of_days(self, days: pd.DatetimeIndex) -> np.ndarray:
        """Tell the part of each day, [fold, time]; years that are not listed serve for nothing."""
        place = np.searchsorted(self.years, days.year).clip(max=len(self.years) - 1)
        known = self.years[place] == days.year
        return np.where(known, self.part[:, place], int(Part.NOTHING))

    def first(self, folds: int) -> "Years":
        """Keep the first folds."""
        return self._replace(part=self.part[:folds])

    def spin_up(self, days: pd.DatetimeIndex) -> int:
        """Count the days of the spin-up, the first ones."""
        return int((self.of_days(days)[0] == Part.SPIN_UP).sum())

    def training_months(self, days: pd.DatetimeIndex) -> np.ndarray:
        """Mark the months of training, [fold, month]."""
        return self.of_days(month_starts(days)) == Part.TRAINING

    def test_fold(self, days: pd.DatetimeIndex) -> np.ndarray:
        """Tell which fold tests each day, -1 where none does; [time]."""
        tests = self.of_days(days) == Part.TEST
        return np.where(tests.any(0), tests.argmax(0), -1)


def deal_out(
    days: pd.DatetimeIndex, *, spin_up_years: int, folds: int, validation_every: int
) -> Years:
    """Cut the years after the spin-up into folds that follow one another.

    The spin-up has so many whole years, and what is there of a year before them. A fold tests its
    own years; of the others every n-th validates. The first folds take the years that are left
    over. InputError where there are too few years.
    """
    years = np.unique(days.year)
    if spin_up_years and days[0].day_of_year > 1:
        spin_up_years += 1
    dealt = np.array_split(years[spin_up_years:], folds)
    most = max(len(part) for part in dealt)
    if min(len(part) for part in dealt) < 1 or len(years) - spin_up_years - most < validation_every:
        raise InputError(
            f"{len(years)} years less {spin_up_years} of spin-up are too few for {folds} folds "
            f"with one year of {validation_every} for validation: lengthen the period, or lower "
            "root_zone.folds, spin_up_years or validation_every"
        )
    part = np.full((folds, len(years)), int(Part.TRAINING), np.int8)
    part[:, :spin_up_years] = Part.SPIN_UP
    for row, tested in zip(part, dealt, strict=True):
        others = np.setdiff1d(years[spin_up_years:], tested)
        row[np.isin(years, others[validation_every - 1 :: validation_every])] = Part.VALIDATION
        row[np.isin(years, tested)] = Part.TEST
    return Years(years, part)


def seeds_of_members(seeds: Sequence[int], folds: int) -> list[int]:
    """Give each member its own seed, fold by fold: those of a fold differ from another's."""
    return [1000 * seed + fold for fold in range(folds) for seed in seeds]
