"""Baselines find laws in what they are told, whatever is missing and however many threads run."""

import numpy as np
import pytest
from tests.unit.test_baselines import PARTS, UNITS, N, predict, r2

from vadose.capacity import baselines
from vadose.capacity.baselines import BASELINES, Units


@pytest.fixture(autouse=True)
def impatient(monkeypatch) -> None:
    """Few epochs, where a law is found soon."""
    monkeypatch.setattr(baselines, "MOST_EPOCHS", 15)
    monkeypatch.setattr(baselines, "EPOCHS_WITHOUT_GAIN", 5)


@pytest.mark.parametrize(
    ("name", "skill"), [("linear", 0.999), ("trees", 0.85), ("mlp", 0.95), ("nearest", -0.2)]
)
def test_a_linear_law_is_found_from_predictors(name, skill) -> None:
    y = 300 + 50 * UNITS.x[:, 0] - 30 * UNITS.x[:, 1]
    test = PARTS["test"]
    assert r2(predict(name, UNITS, y, PARTS)[test], y[test]) > skill
    assert name != "nearest" or r2(predict(name, UNITS, y, PARTS)[test], y[test]) < 0.2


@pytest.mark.parametrize("name", ["trees", "mlp"])
def test_a_bent_law_is_found_where_a_line_finds_nothing(name) -> None:
    y, test = 300 + 60 * np.abs(UNITS.x[:, 0]), PARTS["test"]
    assert r2(predict("linear", UNITS, y, PARTS)[test], y[test]) < 0.1
    assert r2(predict(name, UNITS, y, PARTS)[test], y[test]) > 0.8


@pytest.mark.parametrize("name", BASELINES)
def test_the_number_of_threads_does_not_matter(name) -> None:
    y = 300 + 50 * UNITS.x[:, 0]
    two, one = (predict(name, UNITS, y, PARTS, threads=threads) for threads in (2, 1))
    np.testing.assert_allclose(two, one, rtol=1e-9)


@pytest.mark.parametrize("name", BASELINES)
def test_missing_and_constant_predictors_do_no_harm(name) -> None:
    y, test = 300 + 50 * UNITS.x[:, 0], PARTS["test"]
    x = np.column_stack([UNITS.x, np.full(N, np.nan), np.where(PARTS["test"], 1e9, 7.0)])
    x[np.random.default_rng(5).random(N) < 0.05, 1] = np.nan
    predicted = predict(name, Units(x, UNITS.place), y, PARTS, target=Units(x, UNITS.place))
    assert np.isfinite(predicted).all()
    if name in ("linear", "trees", "mlp"):
        assert r2(predicted[test], y[test]) > 0.8


def test_the_small_network_keeps_its_best_epoch(monkeypatch) -> None:
    """Of labels that are noise, more epochs than the best one do not make it worse."""
    y = np.random.default_rng(6).uniform(100, 500, N)
    short = predict("mlp", UNITS, y, PARTS)
    monkeypatch.setattr(baselines, "EPOCHS_WITHOUT_GAIN", 15)
    np.testing.assert_array_equal(predict("mlp", UNITS, y, PARTS), short)
