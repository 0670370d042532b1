"""The residual network is the published one, and knows where its patches come from."""

import numpy as np
import pytest
import torch

from vadose.capacity.patches import Patches, scaled, scaling
from vadose.errors import InputError
from vadose.grid import Grid
from vadose.nets.flops import running_statistics, trainable
from vadose.nets.resnet import Block, ResNet, Shape

GRID = Grid.global_(10.0)
EVERYWHERE = np.nonzero(np.ones(GRID.shape, bool))


def test_it_has_the_published_number_of_weights() -> None:
    net = ResNet(Shape(13))
    assert (trainable(net), running_statistics(net)) == (1_486_657, 3_552)


@pytest.mark.parametrize(("depth", "layers"), [(16, 14), (32, 32), (64, 62)])
def test_depths_have_their_layers(depth: int, layers: int) -> None:
    net = ResNet(Shape(13, depth, (16, 32, 64)))
    blocks = [m for m in net.modules() if isinstance(m, Block)]
    assert 2 * len(blocks) + 2 == layers  # with the stem and the head


@pytest.mark.parametrize("size", [3, 4, 5, 10, 11])
def test_any_patch_gives_one_share_a_sample(size: int) -> None:
    out = ResNet(Shape(5, 16))(torch.randn(7, 5, size, size))
    assert out.shape == (7,)
    assert ((out > 0) & (out < 1)).all()


def test_every_weight_learns() -> None:
    net = ResNet(Shape(5, 16))
    net(torch.randn(8, 5, 6, 6)).sum().backward()
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in net.parameters())
    assert net.stem.weight.grad is not None and net.stem.weight.grad.abs().sum() > 0


def test_weights_begin_as_he_et_al_say() -> None:
    torch.manual_seed(0)
    net = ResNet(Shape(13))
    widest = max(
        (m for m in net.modules() if isinstance(m, torch.nn.Conv2d)), key=lambda m: m.weight.numel()
    )
    fan_in = widest.weight[0].numel()
    assert float(widest.weight.detach().std()) == pytest.approx((2 / fan_in) ** 0.5, rel=0.01)


def numbered(size: int) -> Patches:
    """Patches of a map whose cells carry their own number."""
    cells = np.arange(GRID.size, dtype=np.float32).reshape(1, *GRID.shape)
    return Patches(cells + 1, size, wraps=True)


@pytest.mark.parametrize("size", [1, 3, 4, 5, 10])
def test_a_cell_is_in_the_middle_of_its_patch(size: int) -> None:
    rows, columns = (torch.from_numpy(x) for x in EVERYWHERE)
    patches = numbered(size).at(rows, columns)
    assert patches.shape == (GRID.size, 1, size, size)
    middle = patches[:, 0, size // 2, size // 2].numpy()
    np.testing.assert_array_equal(middle, np.arange(GRID.size) + 1)


def test_patches_go_on_over_the_date_line_and_end_at_the_poles() -> None:
    first = torch.tensor([0]), torch.tensor([0])
    patch = numbered(3).at(*first)[0, 0].numpy()
    last = GRID.n_lon
    np.testing.assert_array_equal(patch, [[0, 0, 0], [last, 1, 2], [2 * last, last + 1, last + 2]])


def test_patches_of_a_window_end_at_its_edge() -> None:
    window = Grid.window(0, 30, 0, 40, 10.0)
    patch = Patches(np.ones((1, *window.shape), np.float32), 3, wraps=False).at(
        torch.tensor([0]), torch.tensor([0])
    )
    np.testing.assert_array_equal(patch[0, 0].numpy(), [[0, 0, 0], [0, 1, 1], [0, 1, 1]])


def test_channels_are_scaled_by_their_training_cells_alone_and_keep_their_level() -> None:
    random = np.random.default_rng(1)
    maps = random.normal(5, 3, (2, *GRID.shape))
    train = EVERYWHERE[0][:100], EVERYWHERE[1][:100]
    by = scaling(maps, ["a", "b"], train)
    changed = maps.copy()
    changed[:, 10:] += 1000
    again = scaling(changed, ["a", "b"], train)
    np.testing.assert_array_equal(by.mean, again.mean)
    out = scaled(maps, by)[:, *train]
    np.testing.assert_allclose(out[:2].mean(1), 0, atol=1e-6)
    np.testing.assert_allclose(out[:2].std(1), 1, rtol=1e-5)
    moved = scaled(maps + 1.5, by)[:2] - scaled(maps, by)[:2]
    np.testing.assert_allclose(
        moved, (1.5 / by.std)[:, None, None] * np.ones(GRID.shape), rtol=1e-4
    )


def test_what_is_missing_becomes_the_mean_and_the_last_channel_tells() -> None:
    maps = np.random.default_rng(2).normal(size=(2, *GRID.shape))
    maps[:, 0, 0] = np.nan  # the sea
    maps[1, 0, 1] = np.nan  # land with one predictor missing
    out = scaled(maps, scaling(maps, ["a", "b"], EVERYWHERE))
    np.testing.assert_array_equal(out[:, 0, 0], [0, 0, 0])
    assert (out[1, 0, 1], out[2, 0, 1], out[2, 0, 2]) == (0, 0.5, 1)
    assert np.isfinite(out).all()


def test_a_predictor_that_teaches_nothing_is_named() -> None:
    maps = np.random.default_rng(3).normal(size=(3, *GRID.shape))
    maps[1] = 7.5
    with pytest.raises(InputError, match=r"slope \(7\.5\): the same in all 648 training cells"):
        scaling(maps, ["p_mean", "slope", "t_mean"], EVERYWHERE)
    maps[1], maps[2] = maps[0], np.nan
    with pytest.raises(InputError, match="t_mean: missing in all 648 training cells"):
        scaling(maps, ["p_mean", "slope", "t_mean"], EVERYWHERE)
