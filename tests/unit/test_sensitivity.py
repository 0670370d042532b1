"""Sensitivities of functions whose derivatives and effects are known."""

import numpy as np
import pandas as pd
import pytest
import torch
from torch import Tensor

from vadose.concepts.record import Scale, Span
from vadose.nets.lstm import Sizes
from vadose.regionalization.model import Design, FlowLstm
from vadose.regionalization.sensitivity import (
    LEVELS,
    STEP,
    days_of_basins,
    elementary_effects,
    flow_of,
    gradients,
    mean_sizes,
    summary,
    trajectories,
)

SLOPES = torch.tensor([2.0, -3.0, 0.0], dtype=torch.float64)
UNITS = 4


def linear(static: Tensor) -> Tensor:
    return (static * SLOPES).sum(-1).expand(-1, UNITS)


def test_the_gradient_of_a_linear_function_is_its_slopes() -> None:
    static = torch.randn(UNITS, 3, dtype=torch.float64)
    found = gradients(lambda told: told @ SLOPES, static)
    np.testing.assert_allclose(found, SLOPES.repeat(UNITS, 1))
    assert not static.requires_grad


def test_a_units_gradient_is_that_of_finite_differences_and_of_its_vector_alone() -> None:
    static = torch.randn(UNITS, 3, dtype=torch.float64)

    def curved(told: Tensor) -> Tensor:
        return torch.sin(told[:, 0]) * told[:, 1] ** 2 + told[:, 2].exp()

    found = gradients(curved, static)
    for k in range(3):
        moved = torch.zeros(3, dtype=torch.float64)
        moved[k] = 1e-6
        expected = (curved(static + moved) - curved(static - moved)) / 2e-6
        np.testing.assert_allclose(found[:, k], expected, rtol=1e-6, atol=1e-9)


def test_sizes_are_averaged_over_the_days_of_a_basin() -> None:
    values = np.array([[1.0, -2.0], [-3.0, 2.0], [5.0, 0.0]])
    np.testing.assert_allclose(mean_sizes(values, np.array([0, 0, 1])), [[2, 2], [5, 0]])


def test_a_walk_changes_every_attribute_once_and_stays_on_the_levels() -> None:
    walks = trajectories(5, 200, np.random.default_rng(1))
    moves = np.diff(walks, axis=1)
    assert ((np.abs(moves) > 0).sum(1) == 1).all() and ((np.abs(moves) > 0).sum(2) == 1).all()
    np.testing.assert_allclose(np.abs(moves).max(-1), STEP)
    levels, counts = np.unique(np.round(walks * (LEVELS - 1), 9), return_counts=True)
    np.testing.assert_array_equal(levels, np.arange(LEVELS))
    assert counts.min() > 0.9 * counts.mean()


def test_effects_of_a_linear_function_are_slope_times_range_without_spread() -> None:
    low, high = torch.tensor([0.0, 1.0, -1.0]).double(), torch.tensor([1.0, 3.0, 1.0]).double()
    found = elementary_effects(linear, low, high, 5, np.random.default_rng(2))
    np.testing.assert_allclose(found.strength, [2, 6, 0], atol=1e-12)
    np.testing.assert_allclose(found.spread, 0, atol=1e-12)


def test_an_interaction_spreads_effects_and_keeps_their_size() -> None:
    """Of f = a b an effect is the other's value, whose mean and deviation are known."""
    ends = torch.zeros(2).double(), torch.ones(2).double()
    found = elementary_effects(
        lambda points: points.prod(-1).expand(-1, UNITS), *ends, 4000, np.random.default_rng(3)
    )
    levels = np.arange(LEVELS) / (LEVELS - 1)
    np.testing.assert_allclose(found.strength, levels.mean(), atol=0.02)
    np.testing.assert_allclose(found.spread, levels.std(), atol=0.02)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_direction_of_a_step_does_not_change_the_sign_of_an_effect(sign: float) -> None:
    """An effect that is always the same has no spread, whichever way the walks go."""
    found = elementary_effects(
        lambda points: (sign * points.sum(-1)).expand(-1, UNITS),
        torch.zeros(3).double(),
        torch.ones(3).double(),
        20,
        np.random.default_rng(4),
    )
    np.testing.assert_allclose(found.spread, 0, atol=1e-12)


@pytest.mark.parametrize("kind", ["ea", "ct"])
def test_a_networks_flow_is_that_of_its_last_day_in_mm(kind: str) -> None:
    torch.manual_seed(1)
    design = Design(kind, 8, 0.4, 3.0, 20, 1)
    model = FlowLstm(Sizes(2, 3, 8), design).eval()
    forcing, static = torch.randn(20, UNITS, 2), torch.randn(UNITS, 3)
    flow = flow_of(model, forcing, Scale(np.array([2.0]), np.array([1.5])))
    with torch.no_grad():
        expected = (1.5 * model(forcing, static)[-1] + 2.0).clamp(min=0)
        np.testing.assert_allclose(flow(static), expected, rtol=1e-5)
        of_all = flow(static[:, None])
    assert of_all.shape == (UNITS, UNITS)
    np.testing.assert_allclose(of_all.diagonal(), expected, rtol=1e-5)
    moved = gradients(flow, static)
    assert moved.shape == (UNITS, 3) and (moved != 0).any(1).all()


def test_windows_end_within_the_test_and_begin_within_the_record() -> None:
    windows = days_of_basins(3, Span(10, 100), 30, 5)
    ends = windows.first + windows.length - 1
    assert windows.first.min() >= 0 and ends.min() >= 10 and ends.max() == 99
    np.testing.assert_array_equal(np.bincount(windows.basin), [5, 5, 5])


def test_the_summary_ranks_attributes_by_the_median_basin() -> None:
    sizes = {"rain": [1.0, 3.0, 2.0], "clay": [0.1, 0.3, 0.2]}
    rows = [
        {"experiment": f"ea physical, seed {seed}", "variable": name, "unit_id": f"b{k}"}
        | {"value": value + seed}
        for name, values in sizes.items()
        for k, value in enumerate(values)
        for seed in (0, 1)
    ]
    effects = pd.DataFrame(
        {
            "architecture": "ea",
            "attribute": ["clay", "rain"] * 2,
            "strength": [0.0, 4.0, 1.0, 6.0],
            "spread": 0.5,
        }
    )
    found = summary(pd.DataFrame(rows), effects).set_index("attribute")
    assert list(found.index) == ["rain", "clay"]
    np.testing.assert_allclose(found.loc["rain", ["gradient", "strength"]].tolist(), [2.5, 5.0])
    np.testing.assert_allclose(found.loc["clay", ["low", "high"]].tolist(), [0.62, 0.78])
