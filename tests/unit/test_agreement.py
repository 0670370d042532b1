"""Estimates of storage agree where they are near one another, and where they go together."""

import numpy as np
import pytest
import scipy.stats

from vadose.agreement import (
    agreeing,
    compare,
    correlate,
    correlate_seasons,
    median_of,
    square,
)
from vadose.seasons import without_season


def test_estimates_within_a_share_of_their_median_agree() -> None:
    estimates = np.array([[100.0, 100, 100], [120, 120, 300], [60, np.nan, 90], [150, np.nan, 110]])
    np.testing.assert_array_equal(agreeing(estimates), [2, np.nan, 3])


def test_two_estimates_are_too_few_to_agree() -> None:
    assert np.isnan(agreeing(np.array([[100.0], [100.0]]))).all()


def test_a_unit_without_any_estimate_has_no_median() -> None:
    np.testing.assert_array_equal(
        median_of(np.array([[np.nan, 1.0], [np.nan, 3.0]])), [np.nan, 2.0]
    )


def test_pairs_are_compared_by_rank_over_the_units_that_both_have() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.gamma(2, 50, (2, 60))
    b[:10] = np.nan
    (row,) = compare({"a": a, "b": b}).itertuples()
    assert row.n == 50
    assert row.spearman == pytest.approx(scipy.stats.spearmanr(a[10:], b[10:]).statistic)
    assert row.ratio == pytest.approx(np.median(b[10:]) / np.median(a[10:]))


def test_a_pair_without_a_common_unit_is_not_defined() -> None:
    (row,) = compare({"a": np.array([1.0, np.nan]), "b": np.array([np.nan, 2.0])}).itertuples()
    assert row.n == 0 and np.isnan(row.spearman) and np.isnan(row.ratio)


def test_a_series_that_is_all_season_leaves_nothing() -> None:
    month = np.tile(np.arange(1, 13), 4)
    season = np.sin(month)[None] * np.array([[3.0], [5.0]])
    season[0, 3] = np.nan
    left = without_season(season, month)
    assert np.nanmax(np.abs(left)) < 1e-12 and np.isnan(left[0, 3])


def test_series_correlate_by_the_median_unit_over_common_steps() -> None:
    rng = np.random.default_rng(2)
    a = rng.normal(size=(3, 80))
    b = a + np.array([[0.0], [1.0], [5.0]]) * rng.normal(size=(3, 80))
    b[1, :20] = np.nan
    r = [
        scipy.stats.pearsonr(a[k, 20 * (k == 1) :], b[k, 20 * (k == 1) :]).statistic
        for k in range(3)
    ]
    (row,) = correlate({"a": a, "b": b}).itertuples()
    assert row.n == 3 and row.r == pytest.approx(np.median(r))


def test_pairs_fill_a_symmetric_square() -> None:
    rng = np.random.default_rng(3)
    table = compare(dict(zip("abc", rng.normal(size=(3, 20)), strict=True)))
    matrix = square(table, "spearman", list("abc")).to_numpy()
    np.testing.assert_array_equal(matrix, matrix.T)
    assert (np.diag(matrix) == 1).all() and matrix[0, 2] == table["spearman"].iloc[1]


def test_a_shared_season_is_no_agreement_without_it() -> None:
    rng, month = np.random.default_rng(4), np.tile(np.arange(1, 13), 20)
    season = 10 * np.sin(2 * np.pi * month / 12)
    series = {name: season + rng.normal(size=(3, 240)) for name in "ab"}
    r = correlate_seasons(series, month).set_index("of")["r"]
    assert r["with season"] > 0.9 and abs(r["without season"]) < 0.2
