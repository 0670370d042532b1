"""The U-shaped networks and their parts are the published ones, and see over the date line."""

import pytest
import torch
from torch import nn

from vadose.nets import unet_blocks as blocks
from vadose.nets.flops import running_statistics, trainable
from vadose.nets.unet import Shape, UNet, fitted


@pytest.fixture(autouse=True)
def _same_numbers() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)


@pytest.mark.parametrize(("kind", "weights"), [("cbam", 377_521), ("rrdb", 3_608_396)])
def test_they_have_the_published_numbers_of_weights(kind: str, weights: int) -> None:
    assert trainable(UNet(Shape(21, kind))) == weights  # type: ignore[arg-type]
    slopes = trainable(UNet(Shape(21, kind, activation="relu")))  # type: ignore[arg-type]
    assert weights - slopes == 1  # one PReLU for the whole network


def test_their_parts_have_the_published_numbers_of_weights() -> None:
    common = blocks.Common(48, nn.ReLU(), True)
    assert trainable(blocks.AttentionUnit(common)) == 4_818
    assert trainable(blocks.DenseBlock(common)) == 217_572
    assert trainable(blocks.RrdbBlock(common)) == 662_352
    assert trainable(blocks.CbamBlock(common)) == 20_995


def test_normalisation_keeps_mean_and_variance_of_each_of_its_channels() -> None:
    assert running_statistics(UNet(Shape(21))) == 10 * 2 * 48
    assert running_statistics(UNet(Shape(21, "rrdb"))) == (5 * 3 * 4 + 5) * 2 * 48


def test_a_window_does_not_see_its_other_side() -> None:
    """By convolutions, that is: attention looks at the whole map."""
    x = torch.zeros(1, 2, 4, 12)
    x[..., 0] = 1
    for wraps, expected in ((True, [0, 1, 11]), (False, [0, 1])):
        felt = blocks.Conv(2, 1, wraps, bias=False)(x).abs().amax((0, 1, 2))
        assert felt.nonzero().flatten().tolist() == expected


def test_going_around_changes_nothing_far_from_the_edges() -> None:
    common = blocks.Common(2, nn.Identity(), True)
    for make in (
        lambda c: blocks.Conv(2, 2, c.wraps),
        lambda c: blocks.Conv(2, 2, c.wraps, stride=2),
    ):
        one, other = make(common), make(common._replace(wraps=False))
        other.load_state_dict(one.state_dict())
        x = torch.randn(1, 2, 8, 16)
        assert torch.allclose(one(x)[..., 1:-1], other(x)[..., 1:-1], atol=1e-6)
    up, plain = blocks.Up(common).eval(), blocks.Up(common._replace(wraps=False)).eval()
    plain.load_state_dict(up.state_dict())
    low, skipped = torch.randn(1, 2, 4, 8), torch.randn(1, 2, 4, 8)
    there, here = up(low, skipped), plain(low, skipped)
    assert there.shape == here.shape == (1, 2, 8, 16)
    assert torch.allclose(there[..., 1:-1], here[..., 1:-1], atol=1e-6)
    rolled = up(low.roll(3, -1), skipped.roll(3, -1))
    assert torch.allclose(there.roll(6, -1), rolled, atol=1e-6)


def test_grids_that_cannot_be_halved_are_enlarged_on_all_sides() -> None:
    x = torch.arange(1.0, 13.0).view(1, 1, 1, 12)
    window, around = fitted(x, wraps=False), fitted(x, wraps=True)
    assert window.shape == around.shape == (1, 1, 8, 16)
    assert window[0, 0, 3].tolist() == [0, 0, *range(1, 13), 0, 0]
    assert around[0, 0, 3].tolist() == [11, 12, *range(1, 13), 1, 2]
    assert around.sum() == around[0, 0, 3].sum()  # zeros beyond the poles
    exact = torch.randn(1, 1, 8, 16)
    assert fitted(exact, wraps=True) is exact


def test_attention_weighs_by_hand() -> None:
    """With all scores at 0 a gate halves what it weighs."""
    common = blocks.Common(4, nn.ReLU(), True)
    x = torch.randn(2, 4, 6, 8)
    unit = blocks.AttentionUnit(common)
    for gate in (unit.cells.conv, unit.channels.widen):
        nn.init.zeros_(gate.weight)
    eye = torch.eye(4)[:, :, None, None]
    with torch.no_grad():
        unit.merge.weight.copy_(torch.cat([eye, 2 * eye], 1))
    assert torch.allclose(unit(x), x + 0.5 * x + 2 * 0.5 * x)
    block = blocks.CbamBlock(common).eval()
    nn.init.zeros_(block.channels.widen.weight)
    nn.init.zeros_(block.cells.conv.weight)
    nn.init.constant_(block.cells.conv.bias, 50.0)  # type: ignore[arg-type]
    inner = block.norm(block.conv(x))
    assert torch.allclose(block(x), x + torch.relu(0.5 * inner), atol=1e-6)
