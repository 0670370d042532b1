"""Scores agree with other people's implementations and skip what is missing."""

import hydroeval
import numpy as np
import pytest
import spotpy.objectivefunctions as spotpy_scores

from vadose.metrics import kge, kge_prime, nse


@pytest.fixture
def pair() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    observed = rng.gamma(2, 30, 120)
    return observed * rng.uniform(0.5, 1.4, 120) + 3, observed


def test_kge_is_that_of_spotpy_and_hydroeval(pair) -> None:
    simulated, observed = pair
    parts = kge(simulated, observed)
    np.testing.assert_allclose(parts.kge, spotpy_scores.kge(observed, simulated))
    theirs = hydroeval.evaluator(hydroeval.kge, simulated, observed)[:, 0]
    np.testing.assert_allclose([parts.kge, parts.r, parts.alpha, parts.beta], theirs)


def test_kge_prime_is_that_of_hydroeval(pair) -> None:
    theirs = hydroeval.evaluator(hydroeval.kgeprime, *pair)[0, 0]
    np.testing.assert_allclose(kge_prime(*pair), theirs)


def test_nse_is_that_of_spotpy(pair) -> None:
    simulated, observed = pair
    np.testing.assert_allclose(
        nse(simulated, observed), spotpy_scores.nashsutcliffe(observed, simulated)
    )


def test_missing_steps_do_not_count(pair) -> None:
    simulated, observed = (x.copy() for x in pair)
    expected = kge(simulated[20:], observed[20:])
    simulated[:10], observed[10:20] = np.nan, np.nan
    got = kge(simulated, observed)
    np.testing.assert_allclose(got.kge, expected.kge)
    assert got.n == 100


def test_units_are_scored_each_by_itself(pair) -> None:
    simulated, observed = pair
    both = kge(np.stack([simulated, observed]), np.stack([observed, observed]))
    np.testing.assert_allclose(both.kge, [kge(simulated, observed).kge, 1])


def test_an_undefined_score_is_missing_and_says_how_many_steps_it_had() -> None:
    rng = np.random.default_rng(2)
    short = kge(rng.random(5), rng.random(5))
    assert np.isnan(short.kge) and short.n == 5
    flat = kge(rng.random(50), np.full(50, 3.0))
    assert np.isnan(flat.kge) and flat.n == 50
    assert np.isnan(nse(rng.random(50), np.full(50, 3.0)))


def test_climatological_mean_has_zero_nse(pair) -> None:
    observed = pair[1]
    np.testing.assert_allclose(nse(np.full(120, observed.mean()), observed), 0, atol=1e-12)
