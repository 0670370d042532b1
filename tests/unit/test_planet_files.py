"""Climate indices of the planet's basins by hand, and what cannot be written is named."""

import numpy as np
import pandas as pd
import pytest

from vadose.planet.attributes import mean_spell, moisture_of_months
from vadose.planet.basins import draw_basins
from vadose.planet.build import build_gauges
from vadose.planet.caravan import write_caravan


def test_climate_indices_match_values_worked_by_hand():
    assert mean_spell(np.array([True, True, False, True, False])) == pytest.approx(1.5)
    assert mean_spell(np.array([False])) == 0.0
    moisture = moisture_of_months(np.array([2.0, 1.0, 3.0]), np.array([1.0, 4.0, 3.0]))
    np.testing.assert_allclose(moisture, [0.5, -0.75, 0.0])


def test_missing_variables_are_named(tmp_path):
    with pytest.raises(ValueError, match="streamflow"):
        write_caravan(
            tmp_path, draw_basins(7, 1), [], [], pd.date_range("2000-01-01", "2000-01-31"), {}
        )


def test_an_empty_period_is_refused(tmp_path):
    with pytest.raises(ValueError, match="basins and days"):
        build_gauges(tmp_path, 7, 3, "2001-01-01", "2000-01-01")
