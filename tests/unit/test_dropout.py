"""Dropout leaves out the share that is asked for, at random, and keeps the mean."""

import pytest
import torch

from vadose.nets.dropout import Dropout


def draw(rate: float, *shape: int, seed: int = 1) -> torch.Tensor:
    """What is left of ones while training."""
    torch.manual_seed(seed)
    return Dropout(rate).train()(torch.ones(*shape))


@pytest.mark.parametrize("rate", [0.1, 0.4, 0.5, 0.9])
def test_the_share_asked_for_is_left_out_and_the_mean_kept(rate: float) -> None:
    left = draw(rate, 400_000)
    assert float((left == 0).float().mean()) == pytest.approx(rate, abs=4e-3)
    assert torch.allclose(left[left > 0], torch.tensor(1 / (1 - rate)), rtol=1e-3)
    assert float(left.mean()) == pytest.approx(1, abs=0.02)


def test_values_are_left_out_independently_of_their_neighbours() -> None:
    """Four neighbours share a random number of 64 bits; any of its parts must do."""
    dropped = (draw(0.4, 100_000, 4) == 0).double()
    assert torch.allclose(dropped.mean(0), torch.tensor(0.4).double(), atol=0.01)
    related = torch.corrcoef(dropped.T) - torch.eye(4)
    assert related.abs().max() < 0.015


@pytest.mark.parametrize("shape", [(7,), (3, 5), (2, 3, 5), (0, 4)])
def test_any_shape_is_served(shape: tuple[int, ...]) -> None:
    left = draw(0.5, *shape)
    assert left.shape == shape
    assert set(left.flatten().tolist()) <= {0.0, 2.0}


def test_derivatives_reach_only_what_was_kept() -> None:
    x = torch.ones(1000, requires_grad=True)
    left = Dropout(0.4).train()(x)
    left.sum().backward()
    assert torch.equal(x.grad, left.detach())


def test_the_same_seed_leaves_out_the_same_values() -> None:
    assert torch.equal(draw(0.4, 500), draw(0.4, 500))
    assert not torch.equal(draw(0.4, 500), draw(0.4, 500, seed=2))


def test_a_network_in_use_leaves_nothing_out() -> None:
    x = torch.randn(50)
    assert Dropout(0.4).eval()(x) is x
    assert Dropout(0.0).train()(x) is x
