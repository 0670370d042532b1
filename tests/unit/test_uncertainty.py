"""Scores of uncertain forecasts are right, and find out whether a forecast is honest."""

import numpy as np
import pytest
from scipy import integrate, stats

from vadose.uncertainty import (
    average,
    coverage,
    crps,
    log_density,
    median,
    share_below,
    spread_factor,
    widened,
)

LEVELS = np.array([0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95])


def forecast(said: float, true: float = 1.0) -> tuple[np.ndarray, ...]:
    """Mean, quantiles and observations of a forecast that says one spread where another is true."""
    rng = np.random.default_rng(4)
    mean = rng.normal(size=20_000)
    observed = mean + true * rng.normal(size=mean.size)
    return mean, mean + said * stats.norm.ppf(LEVELS)[:, None], observed


def test_log_density_is_that_of_scipy() -> None:
    mean, std, seen = np.array([1.0, -2.0]), np.array([0.5, 3.0]), np.array([1.4, 5.0])
    assert log_density(mean, std, seen) == pytest.approx(stats.norm.logpdf(seen, mean, std))


def test_crps_is_the_integral_of_the_squared_difference_of_distributions() -> None:
    mean, std, seen = 1.0, 2.0, -0.7
    left = integrate.quad(lambda x: stats.norm.cdf(x, mean, std) ** 2, -40, seen)[0]
    right = integrate.quad(lambda x: stats.norm.sf(x, mean, std) ** 2, seen, 40)[0]
    found = crps(np.array([mean]), np.array([std]), np.array([seen]))
    assert found[0] == pytest.approx(left + right)


def test_crps_without_spread_is_the_absolute_error() -> None:
    assert crps(np.array([2.0]), np.array([0.0]), np.array([5.0])).tolist() == [3.0]


def test_an_honest_forecast_covers_what_it_says() -> None:
    _, quantiles, observed = forecast(1.0)
    for interval, share in coverage(LEVELS, quantiles, observed).items():
        assert share == pytest.approx(interval, abs=0.01)
    assert share_below(quantiles, observed) == pytest.approx(LEVELS, abs=0.01)


def test_too_narrow_a_forecast_is_found_out_and_mended() -> None:
    mean, quantiles, observed = forecast(0.5)
    assert coverage(LEVELS, quantiles, observed)[0.9] < 0.65
    factor = spread_factor(mean, np.full(mean.shape, 0.5), observed)
    assert factor == pytest.approx(2.0, rel=0.02)
    mended = coverage(LEVELS, widened(quantiles, mean, factor), observed)
    assert mended[0.9] == pytest.approx(0.9, abs=0.01)


def test_the_spread_factor_makes_the_observations_likeliest() -> None:
    mean, _, observed = forecast(1.0, true=1.7)
    std = np.full(mean.shape, 1.2)
    best = spread_factor(mean, std, observed)
    likelihood = [
        log_density(mean, f * std, observed).mean() for f in (0.99 * best, best, 1.01 * best)
    ]
    assert likelihood[1] > max(likelihood[0], likelihood[2])


def test_intervals_without_their_levels_are_left_out() -> None:
    _, quantiles, observed = forecast(1.0)
    assert list(coverage(LEVELS[1:-1], quantiles[1:-1], observed)) == [0.5, 0.8]


def test_what_is_missing_or_without_weight_does_not_count() -> None:
    quantiles, observed = np.zeros((1, 4)), np.array([-1.0, 1.0, np.nan, -1.0])
    assert share_below(quantiles, observed) == pytest.approx([2 / 3])
    assert share_below(quantiles, observed, np.array([1, 1, 5, 0])) == pytest.approx([0.5])
    assert np.isnan(average(np.array([np.nan])))


def test_a_weighted_median_is_that_of_repeated_values() -> None:
    values, counts = np.array([5.0, 1.0, 3.0, np.nan, 8.0]), np.array([2, 3, 1, 9, 2])
    known = np.isfinite(values)
    assert median(values, counts) == np.median(np.repeat(values[known], counts[known]))
    assert median(values) == np.nanmedian(values)
    assert np.isnan(median(np.array([np.nan])))
