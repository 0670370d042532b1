"""Networks of capacity: their labels, patches and spread."""

import numpy as np
import pytest
import torch

from vadose.capacity.ensemble import over_networks
from vadose.capacity.network import (
    CAPACITY,
    Design,
    learn,
    mirrored,
)
from vadose.capacity.samples import Labels, Predictors
from vadose.errors import InputError
from vadose.grid import Grid
from vadose.training import Plan, prepare

GRID = Grid.window(-30, 30, 0, 90, 5.0)
NAMES = ["p_mean", "t_mean"]
DESIGN = Design(patch=3, depth=16, widths=(4, 8, 16), loss="mse", batch=32, mirror=True)
PLAN = Plan(epochs=3, rates=((0, 0.02),), optimiser="sgd", weight_decay=1e-3)
ROWS, COLUMNS = (x.ravel() for x in np.indices(GRID.shape))


@pytest.fixture(autouse=True)
def one_thread() -> None:
    prepare("cpu", seed=1)


def predictors() -> Predictors:
    random = np.random.default_rng(4)
    maps = np.stack([random.uniform(200, 2000, GRID.shape), random.uniform(-5, 30, GRID.shape)])
    return Predictors(maps, NAMES, wraps=False)


def labels(of: Predictors, noise: float = 0.0) -> Labels:
    """Capacities that grow with rain, with the noise of a half of them named."""
    random = np.random.default_rng(5)
    clean = 100 + 0.3 * of.maps[0][ROWS, COLUMNS]
    noisy = np.arange(ROWS.size) % 2 == 1
    capacity = clean + noisy * noise * random.normal(size=ROWS.size)
    spread = np.where(noisy, max(noise, 1.0), 1.0)
    return Labels(ROWS, COLUMNS, np.clip(capacity, *CAPACITY), spread)


def parts() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    kind = np.random.default_rng(6).choice(3, ROWS.size, p=[0.6, 0.15, 0.25])
    return kind == 0, kind == 1, kind == 2


@pytest.mark.parametrize("wrong", [-1.0, 1200.0, np.nan])
def test_labels_outside_the_bounds_are_named(wrong: float) -> None:
    of = predictors()
    bad = labels(of)
    bad.capacity[7] = wrong
    train, validation, _ = parts()
    with pytest.raises(InputError, match=r"1 of \d+ labels are missing or outside 0 to 1000 mm"):
        learn(of, bad, train, validation, DESIGN, PLAN, seed=1)


def test_mirrored_patches_keep_their_middle() -> None:
    patches = torch.arange(25.0).reshape(1, 1, 5, 5)
    seen = {tuple(mirrored(patches).ravel().tolist()) for _ in range(60)}
    assert len(seen) == 4 and {values[12] for values in seen} == {12.0}


def test_one_network_has_no_spread_and_untested_cells_no_held_out_value() -> None:
    everywhere, blind = np.array([[1.0, 5.0], [3.0, 5.0]]), np.array([[3.0, np.nan]])
    found = over_networks(everywhere, blind)
    assert found["capacity"].tolist() == [2, 5]
    assert found["capacity_spread"][0] == pytest.approx(2**0.5)
    np.testing.assert_array_equal(found["held_out"], [3, np.nan])
    assert np.isnan(over_networks(everywhere[:1], blind)["capacity_spread"]).all()
