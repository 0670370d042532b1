"""Deficits add up, and their extremes tell the storage."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import gumbel_r

from vadose.capacity.mass_curve import (
    LEAST_YEARS,
    deficits,
    gumbel_quantiles,
    storage_capacity,
    yearly_maxima,
)
from vadose.errors import InputError

YEARS = 12
MONTH = np.tile(np.arange(1, 13), YEARS)


def seasonal(dry: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """Evaporation of 50 mm/month, and no rain from June to August of the years, else plenty.

    `dry` scales what evaporates in each year's dry season; one column.
    """
    summer = np.isin(MONTH, (6, 7, 8))
    et = np.where(summer, 50.0 * np.repeat(dry, 12), 50.0)[:, None]
    return np.where(summer, 0.0, 200.0)[:, None], et


def test_a_deficit_grows_without_rain_and_never_falls_below_zero() -> None:
    p = np.array([[10.0, 0], [0, 0], [5, 0], [100, 0], [0, 0]])
    et = np.array([[4.0, 1], [20, 1], [10, 1], [3, 1], [7, 1]])
    expected = [[0, 1], [20, 2], [25, 3], [0, 4], [7, 5]]
    np.testing.assert_allclose(deficits(p, et), expected)


def test_a_month_without_data_leaves_the_deficit_as_it_was() -> None:
    p = np.array([[0.0], [np.nan], [0.0], [5.0]])
    et = np.array([[20.0], [20.0], [np.nan], [10.0]])
    np.testing.assert_allclose(deficits(p, et)[:, 0], [20, 20, 20, 25])


def test_equal_years_give_their_deficit_at_every_return_period() -> None:
    capacity = storage_capacity(*seasonal([1] * YEARS), [2, 10, 40])
    np.testing.assert_allclose(capacity, 150)


def test_a_dry_season_over_new_year_counts_once() -> None:
    """The south: dry from November to February; the year begins after the lowest deficit."""
    dry = np.isin(MONTH, (11, 12, 1, 2))
    p, et = np.where(dry, 0.0, 200.0)[:, None], np.full((MONTH.size, 1), 50.0)
    maxima = yearly_maxima(deficits(p, et), np.isfinite(p))[:, 0]
    np.testing.assert_allclose(maxima[: YEARS - 1], 200)
    assert np.isnan(maxima[YEARS - 1])  # cut off by the end of the record


def test_each_cell_has_years_of_its_own() -> None:
    rng = np.random.default_rng(3)
    p, et = rng.uniform(0, 100, (MONTH.size, 20)), rng.uniform(0, 90, (MONTH.size, 20))
    together = storage_capacity(p, et, [2, 20])
    alone = [storage_capacity(p[:, [k]], et[:, [k]], [2, 20]) for k in range(20)]
    np.testing.assert_allclose(together, np.concatenate(alone, -1))
    assert np.isfinite(together).sum() > 20


def test_quantiles_are_those_of_gumbel_with_the_same_moments() -> None:
    maxima = np.random.default_rng(1).gamma(3, 40, (25, 6))
    periods = np.array([2.0, 5, 20, 100])
    for cell, found in zip(maxima.T, gumbel_quantiles(maxima, periods).T, strict=True):
        scale = cell.std(ddof=1) / gumbel_r.std()
        loc = cell.mean() - scale * gumbel_r.mean()
        np.testing.assert_allclose(found, gumbel_r(loc, scale).ppf(1 - 1 / periods))


def test_the_quantiles_of_a_gumbel_distribution_are_found_again() -> None:
    drawn = gumbel_r(120, 30).rvs((20_000, 1), random_state=5)
    expected = gumbel_r(120, 30).ppf(0.95)
    assert gumbel_quantiles(drawn, [20])[0, 0] == pytest.approx(expected, rel=0.01)


@settings(max_examples=40)
@given(arrays(float, (LEAST_YEARS, 3), elements=st.floats(0, 1000)))
def test_longer_return_periods_need_no_less_storage(maxima: np.ndarray) -> None:
    capacity = gumbel_quantiles(maxima, [1.5, 2, 5, 10, 40, 100])
    assert (capacity >= 0).all()
    assert (np.diff(capacity, axis=0) >= -1e-9).all()


def test_a_year_with_a_gap_is_not_counted() -> None:
    p, et = seasonal([1] * 5 + [4] + [1] * (YEARS - 6))
    assert storage_capacity(p, et, [20])[0, 0] > 150
    p[5 * 12 + 9] = np.nan  # October of the extreme year
    np.testing.assert_allclose(storage_capacity(p, et, [20]), 150)


def test_a_record_of_whole_years_loses_none_where_it_need_not() -> None:
    p, et = seasonal([1] * LEAST_YEARS + [0] * (YEARS - LEAST_YEARS))
    whole = slice(0, 12 * LEAST_YEARS)
    assert np.isfinite(yearly_maxima(deficits(p[whole], et[whole]), np.isfinite(p[whole]))).all()
    np.testing.assert_allclose(storage_capacity(p[whole], et[whole], [2]), 150)


def test_short_records_and_endless_deficits_have_no_capacity() -> None:
    p, et = seasonal([1] * YEARS)
    short = 12 * (LEAST_YEARS - 1)
    assert np.isnan(storage_capacity(p[:short], et[:short], [2, 10])).all()
    assert np.isnan(storage_capacity(p[:3], et[:3], [2])).all()
    assert np.isnan(storage_capacity(p, et + p.mean(), [2])).all()
    assert np.isnan(storage_capacity(p * np.nan, et, [2])).all()


def test_a_return_period_of_a_year_is_refused() -> None:
    with pytest.raises(InputError, match="longer than 1 year, got 1"):
        gumbel_quantiles(np.ones((10, 1)), [2, 1])
