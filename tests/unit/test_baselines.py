"""Baselines see the training part alone, choose on the validation part and keep the bounds."""

import logging

import numpy as np
import pytest

from vadose.capacity import baselines
from vadose.capacity.baselines import BASELINES, Units, fit_predict
from vadose.errors import InputError

BOUNDS = (0.0, 1000.0)
N = 600


def drawn() -> Units:
    rng = np.random.default_rng(1)
    place = np.column_stack([rng.uniform(-60, 70, N), rng.uniform(-180, 180, N)])
    return Units(rng.normal(size=(N, 4)), place)


UNITS, PART = drawn(), np.random.default_rng(2).permutation(N) % 4
PARTS = {"train": PART < 2, "validation": PART == 2, "test": PART == 3}


@pytest.fixture
def brief(monkeypatch) -> None:
    """Few trees and epochs, where skill does not matter."""
    monkeypatch.setattr(baselines, "MOST_TREES", 20)
    monkeypatch.setattr(baselines, "MOST_EPOCHS", 3)


def predict(name: str, units: Units, y: np.ndarray, parts: dict, **changes) -> np.ndarray:
    masks = {part: parts[part] for part in ("train", "validation")}
    given = {"bounds": BOUNDS, "seed": 3, "target": units} | masks | changes
    return fit_predict(name, units, y, **given)


def r2(predicted: np.ndarray, observed: np.ndarray) -> float:
    return 1 - float(np.mean((predicted - observed) ** 2) / np.var(observed))


def test_neighbours_tell_what_depends_on_place_alone_over_the_date_line_too() -> None:
    y, test = 300 + 100 * np.cos(np.radians(UNITS.place[:, 1])), PARTS["test"]
    assert r2(predict("nearest", UNITS, y, PARTS)[test], y[test]) > 0.9
    two = Units(np.zeros((3, 1)), np.array([[0.0, 179.0], [0.0, 170.0], [0.0, 178.0]]))
    masks = {"train": np.array([True, True, False]), "validation": np.array([False, False, True])}
    over = Units(np.zeros((1, 1)), np.array([[0.0, -179.0]]))
    assert predict("nearest", two, np.array([100.0, 500.0, 100.0]), masks, target=over) == [100]


def test_neighbours_are_nearest_on_the_sphere_not_in_degrees() -> None:
    """At 80 degrees north 10 degrees of longitude are shorter than 3 of latitude."""
    units = Units(np.zeros((3, 1)), np.array([[80.0, 10.0], [77.0, 0.0], [80.0, 9.0]]))
    masks = {"train": np.array([True, True, False]), "validation": np.array([False, False, True])}
    target = Units(np.zeros((1, 1)), np.array([[80.0, 0.0]]))
    assert predict("nearest", units, np.array([1.0, 2.0, 1.0]), masks, target=target) == [1]


@pytest.mark.parametrize(("noise", "expected"), [(0.0, 1), (200.0, 32)])
def test_the_number_of_neighbours_is_chosen_on_validation(noise, expected, caplog) -> None:
    """Of a smooth field the nearest label is best; of pure noise many are."""
    rng = np.random.default_rng(4)
    lon = np.repeat(np.arange(-170.0, 170.0, 1.0), 2)
    units = Units(np.zeros((len(lon), 1)), np.column_stack([np.zeros_like(lon), lon]))
    train = np.arange(len(lon)) % 2 == 0
    y = 500 + (lon if not noise else rng.normal(0, noise, len(lon)))
    with caplog.at_level(logging.INFO, "vadose"):
        predict("nearest", units, y, {"train": train, "validation": ~train})
    assert caplog.messages == [f"nearest labels: {expected}"]


def test_the_mean_is_that_of_the_training_part() -> None:
    y = np.where(PARTS["train"], 100.0, 900.0)
    assert (predict("mean", UNITS, y, PARTS) == 100).all()


@pytest.mark.usefixtures("brief")
@pytest.mark.parametrize("name", BASELINES)
def test_nothing_is_read_of_units_outside_training_and_validation(name) -> None:
    y = 300 + 50 * UNITS.x[:, 0]
    hidden = np.where(PARTS["test"], np.nan, y)
    np.testing.assert_array_equal(
        predict(name, UNITS, y, PARTS), predict(name, UNITS, hidden, PARTS)
    )


@pytest.mark.usefixtures("brief")
@pytest.mark.parametrize("name", ["linear", "mlp"])
def test_scales_come_from_the_training_part_alone(name) -> None:
    """Units of another part, however wild, do not move the prediction of the others."""
    y = 300 + 50 * UNITS.x[:, 0]
    wild = UNITS._replace(x=np.where(PARTS["test"][:, None], 1e6, UNITS.x))
    calm = ~PARTS["test"]
    np.testing.assert_allclose(
        predict(name, wild, y, PARTS)[calm], predict(name, UNITS, y, PARTS)[calm]
    )


@pytest.mark.usefixtures("brief")
@pytest.mark.parametrize("name", BASELINES)
def test_predictions_keep_the_bounds_and_repeat_themselves(name) -> None:
    y = 300 + 500 * UNITS.x[:, 0]
    first = predict(name, UNITS, y, PARTS, bounds=(200.0, 400.0))
    assert first.min() >= 200 and first.max() <= 400 and first.shape == (N,)
    np.testing.assert_array_equal(predict(name, UNITS, y, PARTS, bounds=(200.0, 400.0)), first)


@pytest.mark.usefixtures("brief")
def test_a_missing_predictor_counts_as_the_training_mean() -> None:
    y = 300 + 50 * UNITS.x[:, 0]
    mean = UNITS.x[PARTS["train"]].mean(0)
    missing = Units(np.full((1, 4), np.nan), np.zeros((1, 2)))
    filled = Units(mean[None], np.zeros((1, 2)))
    for name in ("linear", "mlp"):
        np.testing.assert_allclose(
            predict(name, UNITS, y, PARTS, target=missing),
            predict(name, UNITS, y, PARTS, target=filled),
        )


def test_bad_parts_are_refused_with_a_sentence() -> None:
    y, none = np.full(N, 100.0), np.zeros(N, bool)
    with pytest.raises(InputError, match="the validation part has no unit"):
        predict("mean", UNITS, y, PARTS, validation=none)
    with pytest.raises(InputError, match="units are in training and in validation"):
        predict("mean", UNITS, y, PARTS, validation=PARTS["train"])
    with pytest.raises(InputError, match="300 of 300 units of the training part have no label"):
        predict("mean", UNITS, np.where(PARTS["train"], np.nan, y), PARTS)
    with pytest.raises(InputError, match="none of the 4 predictors varies"):
        predict("linear", UNITS._replace(x=np.ones((N, 4))), y, PARTS)
    with pytest.raises(InputError, match="no baseline 'forest', expected one of mean, nearest"):
        predict("forest", UNITS, y, PARTS)
