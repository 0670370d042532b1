"""Folds of basins: tested once, blocks kept together."""

import numpy as np
import pytest

from vadose.capacity.baselines import Units
from vadose.capacity.basin_folds import basin_folds, over_draws, predict_folds, score_draws
from vadose.errors import InputError
from vadose.splits import Part

PLACE = np.random.default_rng(1).uniform([30, -120], [50, -70], (200, 2))


@pytest.mark.parametrize("kind", ["random", "spatial"])
def test_every_basin_is_tested_once_in_folds_of_about_one_size(kind: str) -> None:
    parts = basin_folds(PLACE, 5, 4.0, 0.1, seed=1)[kind]
    tested = parts == Part.TEST
    np.testing.assert_array_equal(tested.sum(0), 1)
    assert tested.sum(1).min() > 30 and tested.sum(1).max() < 50
    assert ((parts == Part.VALIDATION).sum(1) >= 0.1 * 150).all()


def test_basins_of_a_block_stay_together() -> None:
    parts = basin_folds(PLACE, 5, 4.0, 0.1, seed=1)["spatial"]
    _, block = np.unique(np.floor(PLACE / 4.0), axis=0, return_inverse=True)
    for one in np.unique(block):
        assert (parts[:, block == one] == parts[:, block == one][:, :1]).all()


def test_another_seed_gives_other_folds_and_the_same_seed_the_same() -> None:
    first, again, other = (basin_folds(PLACE, 5, 4.0, 0.1, seed)["random"] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_every_basin_is_predicted_by_fits_that_never_saw_it() -> None:
    y = np.where(np.arange(len(PLACE)) == 7, 900.0, 100.0)
    parts = basin_folds(PLACE, 5, 4.0, 0.1, seed=1)["random"]
    units = Units(np.random.default_rng(2).normal(size=(len(PLACE), 3)), PLACE)
    predicted = predict_folds(units, y, parts, "mean", seed=1, threads=1)
    assert predicted[7] == 100.0  # the one that differs is not in its own mean
    assert np.isfinite(predicted).all() and predicted.max() > 100.0


def test_too_few_blocks_are_named() -> None:
    with pytest.raises(InputError, match="200 labelled basins lie in 2 blocks, too few for 5"):
        basin_folds(PLACE, 5, 90.0, 0.1, seed=1)


def test_every_method_is_scored_in_every_draw_of_both_kinds_of_folds() -> None:
    units = Units(np.random.default_rng(2).normal(size=(len(PLACE), 3)), PLACE)
    how = {"folds": 3, "block": 4.0, "validation_share": 0.1, "seed": 1, "threads": 1}
    found = score_draws(units, PLACE[:, 0], ["mean", "nearest"], draws=2, **how)
    assert len(found) == 2 * 2 * 2 and set(found["folds"]) == {"random", "spatial"}
    table = over_draws(found)
    assert table.loc[("random", "nearest"), ("r2", "mean")] > 0.8
    one = found.query("folds == 'random' and method == 'mean'")["rmse"]
    assert table.loc[("random", "mean"), ("rmse", "mean")] == pytest.approx(one.mean())
