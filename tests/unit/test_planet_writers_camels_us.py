"""Signatures and climate indices of the planet's CAMELS-US, computed by hand."""

import numpy as np
import pandas as pd
import pytest

from vadose.planet.writers.camels_us_tables import (
    baseflow_index,
    elasticity,
    flow_signatures,
    half_flow_day,
    rain_seasonality,
)


def test_steady_flow_is_all_baseflow_and_passes_half_in_half_a_year() -> None:
    days = pd.date_range("2003-10-01", "2005-09-30")
    steady = np.full(len(days), 2.0)
    assert baseflow_index(steady) == pytest.approx(1.0)
    assert half_flow_day(steady, days) == pytest.approx(183.0)
    flood = np.where(days.day_of_year == 1, 100.0, 0.0)
    assert half_flow_day(flood, days) == pytest.approx(93.0)  # 1 January
    assert baseflow_index(flood) < 0.5


def test_runoff_that_doubles_the_change_of_rain_has_an_elasticity_of_two() -> None:
    days = pd.date_range("2001-01-01", "2002-12-31")
    wet = days.year == 2001
    p, q = np.where(wet, 1.1, 0.9), np.where(wet, 1.2, 0.8)
    assert elasticity(p, q, days) == pytest.approx(2.0)
    assert np.isnan(elasticity(np.ones(len(days)), q, days))


def test_rain_with_and_against_warmth_has_opposite_signs() -> None:
    wave = np.cos(2 * np.pi * np.arange(12) / 12)
    assert rain_seasonality(1.0 + 0.5 * wave, 10.0 + 8.0 * wave) == pytest.approx(0.5)
    assert rain_seasonality(1.0 - 0.5 * wave, 10.0 + 8.0 * wave) == pytest.approx(-0.5)
    assert np.isnan(rain_seasonality(np.ones(3), np.ones(3)))


def test_days_above_nine_medians_are_floods() -> None:
    days = pd.date_range("2003-01-01", "2004-12-31")
    q = np.ones(len(days))
    q[[10, 11, 400]] = 20.0
    found = flow_signatures(np.full(len(days), 2.0), q, days)
    assert found["high_q_freq"] == pytest.approx(3 * 365.25 / 731)
    assert found["high_q_dur"] == pytest.approx(1.5) and found["low_q_dur"] == 0.0
    short = flow_signatures(np.ones(len(days)), np.where(days < "2003-06-01", q, np.nan), days)
    assert all(np.isnan(value) for value in short.values()) and short.keys() == found.keys()
