"""The usual year: by hand, against pandas, and whatever axis time is on."""

import numpy as np
import pandas as pd
import pytest

from vadose.seasons import usual, usual_year, without_season

DAYS = pd.date_range("2001-03-01", periods=70, freq="MS")
MONTH = DAYS.month.to_numpy()


@pytest.fixture
def series() -> np.ndarray:
    """Three series; the first never saw April, the last nothing."""
    values = np.random.default_rng(0).normal(5, 2, (3, len(DAYS)))
    values[np.random.default_rng(1).random(values.shape) < 0.2] = np.nan
    values[0, MONTH == 4] = np.nan
    values[2] = np.nan
    return values


def test_the_usual_year_is_pandas_mean_of_each_calendar_month(series: np.ndarray) -> None:
    expected = pd.DataFrame(series.T).groupby(MONTH).mean().to_numpy().T
    np.testing.assert_allclose(usual_year(series, MONTH), expected)
    assert np.isnan(usual_year(series, MONTH)[0, 3]) and np.isnan(expected[2]).all()


def test_time_may_stand_on_any_axis(series: np.ndarray) -> None:
    first = usual_year(np.ascontiguousarray(series.T), MONTH, axis=0)
    np.testing.assert_allclose(first.T, usual_year(series, MONTH))
    middle = usual(series.reshape(3, 70, 1), MONTH, axis=1)
    np.testing.assert_array_equal(middle[..., 0], usual(series, MONTH))


def test_months_that_do_not_count_change_nothing(series: np.ndarray) -> None:
    counts = np.arange(70) < 40
    other = np.where(counts, series, 1e6)
    np.testing.assert_array_equal(
        usual_year(series, MONTH, counts), usual_year(other, MONTH, counts)
    )
    first = usual_year(series[:, :40], MONTH[:40])
    np.testing.assert_array_equal(usual_year(series, MONTH, counts), first)


def test_sums_can_be_of_more_digits_than_the_series() -> None:
    series = np.full(12 * 1000, 1e4, np.float32)
    series[::12] += 0.001 * np.arange(1000, dtype=np.float32)
    month = np.tile(np.arange(1, 13), 1000)
    exact = usual_year(series.astype(float), month)
    np.testing.assert_allclose(usual_year(series, month, dtype=float), exact, rtol=1e-12)


def test_calendar_means_and_what_is_left_add_up_to_the_series(series: np.ndarray) -> None:
    np.testing.assert_allclose(usual(series, MONTH) + without_season(series, MONTH), series)
    left = usual_year(without_season(series, MONTH), MONTH)
    assert np.nanmax(np.abs(left)) < 1e-12
