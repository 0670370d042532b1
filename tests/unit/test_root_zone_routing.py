"""Runoff reaches the gauge late and in full, and its delay has a derivative."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from vadose.root_zone.routing import LONGEST, route, triangular_weights

maxbas = st.floats(1, 5)


@settings(deadline=None)
@given(maxbas)
def test_all_water_arrives_and_none_before_it_fell(length: float) -> None:
    weights = triangular_weights(torch.tensor([length], dtype=torch.float64))
    assert weights.min() >= 0 and abs(float(weights.sum()) - 1) < 1e-15
    runoff = torch.zeros(12, 1, dtype=torch.float64)
    runoff[3] = 7.0
    flow = route(runoff, weights)
    assert not flow[:3].any() and not flow[3 + LONGEST :].any()
    assert float(flow.sum()) == pytest.approx(7.0, rel=1e-14)


@pytest.mark.parametrize("length", [1.0, 1.7, 2.0, 3.5, 5.0])
def test_weights_are_the_areas_of_a_triangle(length: float) -> None:
    def triangle(u: float) -> float:
        return max(2 / length - abs(u - length / 2) * 4 / length**2, 0)

    edges = [length / 2, length]
    areas = [
        quad(triangle, i, i + 1, points=[e for e in edges if i < e < i + 1] or None)[0]
        for i in range(LONGEST)
    ]
    weights = triangular_weights(torch.tensor(length, dtype=torch.float64))
    np.testing.assert_allclose(weights, areas, atol=1e-12)


def test_one_day_passes_at_once_and_four_days_take_two_on_average() -> None:
    weights = triangular_weights(torch.tensor([1.0, 4.0]))
    assert weights[:, 0].tolist() == [1, 0, 0, 0, 0]
    assert weights[:, 1].tolist() == [0.125, 0.375, 0.375, 0.125, 0]


@settings(max_examples=25, deadline=None)
@given(maxbas.filter(lambda x: min(abs(x - k) for k in (1, 2, 3, 4, 5)) > 1e-3))
def test_a_longer_base_delays_and_the_derivative_says_so(length: float) -> None:
    given_length = torch.tensor([length], dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(triangular_weights, (given_length,))
    delay = (triangular_weights(given_length)[:, 0] * torch.arange(LONGEST)).sum()
    delay.backward()
    assert given_length.grad is not None and float(given_length.grad) > 0
