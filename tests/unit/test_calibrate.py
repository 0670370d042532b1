"""What a search starts from: seeds by name, and the months that calibrate and verify."""

import numpy as np

from vadose.calibrate import seeds_of, split_periods


def test_seeds_depend_on_names_not_on_order() -> None:
    one, two = seeds_of(1, ["a", "b"], 3), seeds_of(1, ["b", "a"], 3)
    np.testing.assert_array_equal(one, two[::-1])
    assert len(np.unique(one)) == 6
    assert (seeds_of(2, ["a", "b"], 3) != one).all()


def test_a_whole_record_is_split_as_in_the_original() -> None:
    periods = split_periods(np.ones((1, 408)), 0.75)
    assert np.flatnonzero(periods.calibration[0])[[0, -1]].tolist() == [24, 305]
    assert np.flatnonzero(periods.verification[0])[[0, -1]].tolist() == [306, 407]


def test_a_late_record_is_split_by_its_own_months() -> None:
    q = np.full((1, 400), np.nan)
    q[0, 200:300] = 1
    periods = split_periods(q, 0.75)
    assert periods.calibration.sum() == 75 and periods.verification.sum() == 25
    assert not (periods.calibration & periods.verification).any()
