"""The planet's mascons: solutions count days, and errors are one number each."""

import numpy as np
import pandas as pd
import pytest
from tests.small_planet import small_planet

from vadose.planet.writers.grace import mascons, solution_mean, uncertainty


def test_the_mean_counts_days() -> None:
    months = pd.date_range("2002-01-01", periods=2, freq="MS")
    field = np.array([1.0, 5.0]).reshape(2, 1, 1)
    assert solution_mean(field, months, 28.0, 32.0)[0, 0] == pytest.approx(2.0)  # 3 and 1 days
    assert solution_mean(field, months, 40.0, 90.0)[0, 0] == pytest.approx(5.0)


def test_the_error_is_one_number_a_mascon() -> None:
    world, seen = small_planet(1.5, "2002-04", "2002-12")
    ids, error = mascons(world.lat, world.lon), uncertainty(world, seen)
    assert len(np.unique(ids)) == 48 * 120 and np.all(np.bincount(ids.ravel())[ids] == 4)
    for number in np.unique(ids)[::500]:
        assert np.ptp(error[ids == number]) < 1e-12
    inland = error[world.land].mean()
    assert inland == pytest.approx(0.7 * 400.0 / 12.0**0.5 / 10.0, rel=0.1)  # sd of a flat 400 mm
