"""Whole U-shaped networks, on any grid and around the date line."""

from functools import cache

import pytest
import torch

from vadose.nets.unet import ACTIVATIONS, Shape, UNet
from vadose.training import prepare

KINDS = ("cbam", "rrdb")
SMALL = Shape(3, width=6)


@pytest.fixture(autouse=True)
def one_thread() -> None:
    prepare("cpu", seed=0)


@cache
def untrained(kind: str, wraps: bool) -> UNet:
    """A small network, built once for all grids."""
    return small(kind, wraps=wraps)


def small(kind: str, **settings: object) -> UNet:
    return UNet(SMALL._replace(kind=kind, **settings))  # type: ignore[arg-type]


@pytest.mark.parametrize("wraps", [True, False])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "grid", [(144, 360), (48, 120), (60, 120), (18, 36), (9, 17), (8, 8)], ids=str
)
def test_any_grid_gives_a_map_of_its_own(kind: str, grid: tuple[int, int], wraps: bool) -> None:
    with torch.no_grad():
        assert untrained(kind, wraps)(torch.randn(2, 3, *grid)).shape == (2, *grid)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("training", [True, False])
def test_it_does_not_matter_where_a_map_around_the_earth_is_cut(kind: str, training: bool) -> None:
    x, net = torch.randn(2, 3, 12, 24), small(kind).train(training)
    there = net(x)
    for columns in (8, 16):
        assert torch.allclose(there.roll(columns, -1), net(x.roll(columns, -1)), atol=1e-5)
    window = small(kind, wraps=False)
    assert not torch.allclose(window(x).roll(8, -1), window(x.roll(8, -1)), atol=1e-2)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("activation", list(ACTIVATIONS))
def test_every_weight_learns(kind: str, activation: str) -> None:
    net = small(kind, activation=activation, width=12)
    net(torch.randn(2, 3, 8, 16)).square().sum().backward()
    gradients = [p.grad for p in net.parameters()]
    assert all(g is not None and torch.isfinite(g).all() for g in gradients)
    assert net.stem.weight.grad is not None and net.stem.weight.grad.abs().sum() > 0


@pytest.mark.parametrize("kind", KINDS)
def test_predictions_of_a_month_do_not_depend_on_others(kind: str) -> None:
    net, x = small(kind).eval(), torch.randn(5, 3, 16, 24)
    assert torch.allclose(net(x)[2:3], net(x[2:3]), atol=1e-6)
