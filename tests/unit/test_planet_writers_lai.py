"""Nights at the poles and names of files in the planet's leaf area."""

import numpy as np
import pandas as pd

from vadose.planet.writers.lai import dark, day_file


def test_the_poles_have_no_sun_in_their_winter() -> None:
    night = dark(np.array([-75.0, 0.0, 75.0]), pd.DatetimeIndex(["2013-06-21", "2013-12-21"]))
    np.testing.assert_array_equal(night, [[True, False, False], [False, False, True]])


def test_a_day_is_named_by_its_satellite() -> None:
    names = {
        "1983-01-05": "AVHRR-Land_v005_AVH15C1_NOAA-07_19830105_c20180830231613.nc",
        "2003-01-05": "AVHRR-Land_v005_AVH15C1_NOAA-16_20030105_c20180830231613.nc",
        "2013-12-25": "AVHRR-Land_v005_AVH15C1_NOAA-19_20131225_c20180830231613.nc",
        "2014-01-05": "VIIRS-Land_v001_NPP15C1_S-NPP_20140105_c20220601000000.nc",
    }
    assert {day: day_file(pd.Timestamp(day)) for day in names} == names
