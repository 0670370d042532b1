"""Scores agree with other people's implementations and skip what is missing."""

import hydroeval
import numpy as np
import pytest
import spotpy.objectivefunctions as spotpy_scores

from vadose import metrics
from vadose.metrics import in_blocks, kge, kge_prime, log_nse, nse, scores


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


def test_error_and_bias_are_those_of_spotpy(pair) -> None:
    simulated, observed = pair
    found = scores(simulated, observed)
    np.testing.assert_allclose(found["rmse"], spotpy_scores.rmse(observed, simulated))
    np.testing.assert_allclose(found["bias"], -spotpy_scores.bias(observed, simulated))


def test_log_nse_is_nse_of_logarithms_above_a_floor_that_dry_days_need(pair) -> None:
    simulated, observed = pair
    simulated, observed = np.append(simulated, 2.0), np.append(observed, 0.0)
    floor = observed.mean() / 100
    expected = spotpy_scores.nashsutcliffe(np.log(observed + floor), np.log(simulated + floor))
    np.testing.assert_allclose(log_nse(simulated, observed), expected)
    missing = np.append(simulated, 5.0), np.append(observed, np.nan)
    np.testing.assert_allclose(log_nse(*missing), expected)


def test_all_scores_agree_with_those_that_stand_alone(pair) -> None:
    found, (simulated, observed) = scores(*pair), pair
    alone = {"kge": kge(*pair).kge, "nse": nse(*pair), "kge_prime": kge_prime(*pair)}
    for name, value in alone.items():
        np.testing.assert_array_equal(found[name], value)
    assert found["n"] == len(observed) == len(simulated)


def test_blocks_of_units_give_what_all_units_give_at_once(monkeypatch) -> None:
    rng = np.random.default_rng(3)
    simulated, observed = rng.gamma(2, 3, (2, 7, 40)).astype(np.float32)
    whole = scores(simulated, observed)
    monkeypatch.setattr(metrics, "BLOCK", 80)
    for name, values in in_blocks(scores, simulated, observed).items():
        np.testing.assert_array_equal(values, whole[name])
    nobody = in_blocks(scores, simulated[:0], observed[:0])
    assert nobody.keys() == whole.keys() and not any(map(len, nobody.values()))


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
