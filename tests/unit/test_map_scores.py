"""Scores of maps agree with other people's, and weights count units more than once."""

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings, strategies
from sklearn import metrics

from vadose.errors import InputError
from vadose.map_scores import scores


@pytest.fixture
def pair() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    observed = np.round(rng.gamma(2, 100, 200), -2)  # to hundreds, so that many are equal
    return np.round(observed * rng.uniform(0.5, 1.5, 200) + 20, -1), observed


def test_scores_are_those_of_scipy_and_sklearn(pair) -> None:
    predicted, observed = pair
    assert scores(*pair) == pytest.approx(
        {
            "n": 200,
            "bias": predicted.mean() - observed.mean(),
            "mae": metrics.mean_absolute_error(observed, predicted),
            "rmse": metrics.root_mean_squared_error(observed, predicted),
            "r2": metrics.r2_score(observed, predicted),
            "pearson": scipy.stats.pearsonr(*pair).statistic,
            "spearman": scipy.stats.spearmanr(*pair).statistic,
        }
    )


def test_weighted_scores_are_those_of_sklearn(pair) -> None:
    predicted, observed = pair
    area = np.random.default_rng(2).uniform(500, 3000, 200)
    got = scores(*pair, area)
    theirs = {"sample_weight": area}
    assert got["mae"] == pytest.approx(metrics.mean_absolute_error(observed, predicted, **theirs))
    assert got["rmse"] == pytest.approx(
        metrics.root_mean_squared_error(observed, predicted, **theirs)
    )
    assert got["r2"] == pytest.approx(metrics.r2_score(observed, predicted, **theirs))
    moments = np.cov(predicted, observed, aweights=area)
    assert got["pearson"] == pytest.approx(moments[0, 1] / np.sqrt(moments[0, 0] * moments[1, 1]))


@settings(max_examples=40)
@given(seed=strategies.integers(0, 10_000))
def test_a_whole_weight_is_so_many_units(seed: int) -> None:
    rng = np.random.default_rng(seed)
    predicted, observed = rng.integers(0, 12, (2, 30)).astype(float)
    times = rng.integers(0, 5, 30)
    weighted = scores(predicted, observed, times)
    repeated = scores(np.repeat(predicted, times), np.repeat(observed, times))
    assert weighted.pop("n") == (times > 0).sum() and repeated.pop("n") == times.sum()
    assert weighted == pytest.approx(repeated, nan_ok=True)


def test_numbers_by_hand() -> None:
    got = scores(np.array([1.0, 2.0, 6.0]), np.array([1.0, 3.0, 5.0]))
    assert (got["bias"], got["mae"], got["r2"]) == pytest.approx((0, 2 / 3, 1 - 2 / 8))
    assert got["spearman"] == pytest.approx(1)


def test_the_mean_has_no_skill_and_a_scaled_map_full_correlation(pair) -> None:
    observed = pair[1]
    mean = scores(np.full(200, observed.mean()), observed)
    assert mean["r2"] == pytest.approx(0) and np.isnan([mean["pearson"], mean["spearman"]]).all()
    double = scores(2 * observed, observed)
    assert (double["pearson"], double["spearman"]) == pytest.approx((1, 1)) and double["r2"] < 0


def test_missing_cells_do_not_count_and_areas_of_rows_extend() -> None:
    rng = np.random.default_rng(3)
    predicted, observed = rng.uniform(0, 500, (2, 6, 8))
    area = np.linspace(1, 2, 6)[:, None]
    gaps = observed.copy()
    gaps[0], gaps[2, 3] = np.nan, np.inf
    kept = np.isfinite(gaps)
    expected = scores(predicted[kept], observed[kept], np.broadcast_to(area, (6, 8))[kept])
    assert scores(predicted, gaps, area) == expected
    assert expected["n"] == 39


def test_what_is_not_defined_is_missing() -> None:
    nothing = scores(np.array([np.nan, 1.0]), np.array([1.0, np.nan]))
    assert nothing["n"] == 0 and np.isnan([v for k, v in nothing.items() if k != "n"]).all()
    flat = scores(np.array([1.0, 2.0]), np.array([0.1, 0.1]))
    assert np.isnan([flat["r2"], flat["pearson"], flat["spearman"]]).all()
    assert flat["bias"] == pytest.approx(1.4)


def test_bad_arrays_are_refused() -> None:
    with pytest.raises(InputError, match="is not of the shape"):
        scores(np.zeros(3), np.zeros(4))
    with pytest.raises(InputError, match="1 weights are negative"):
        scores(np.zeros(3), np.zeros(3), np.array([1, -1, 1]))
