"""Small networks give each basin parameters within their ranges, many members at once."""

import pytest
import torch
from torch import Tensor, nn

from vadose.root_zone.parameters import (
    ATTRIBUTES,
    OF_LAND,
    OF_PLANTS,
    PLANTS,
    Basins,
    Design,
    RootZone,
    capacity,
)

BASINS = 9


def some_basins(members: int | None = None, seed: int = 0, spread: float = 1.0) -> Basins:
    draw = torch.Generator().manual_seed(seed)
    lead = () if members is None else (members,)
    return Basins(
        spread * torch.randn(BASINS, len(ATTRIBUTES), generator=draw),
        spread * torch.randn(*lead, BASINS, len(PLANTS), generator=draw),
        5 * torch.rand(*lead, BASINS, generator=draw),
    )


def test_a_member_has_2028_weights() -> None:
    for members in (1, 3):
        count = sum(weight.numel() for weight in RootZone(range(members)).parameters())
        assert count == 2028 * members


@pytest.mark.parametrize("spread", [1.0, 1e4])
def test_parameters_keep_within_their_ranges(spread: float) -> None:
    of = RootZone([1, 2])(some_basins(spread=spread))
    for name, bounds in (OF_LAND | OF_PLANTS).items():
        if name != "cap_base":
            values = getattr(of, name)
            slack = 1e-6 * (bounds.high - bounds.low)
            assert values.shape == (2, BASINS), name
            assert values.min() >= bounds.low - slack and values.max() <= bounds.high + slack, name
    assert of.cap.min() >= 1 and of.cap.max() <= 2500


def alone(x: Tensor, bank: nn.Module, member: int, network: int) -> Tensor:
    """Run one network of one member by torch's own layers."""
    weight, bias = bank.weight[member, network], bank.bias[member, network, 0]
    out_weight, out_bias = bank.out_weight[member, network], bank.out_bias[member, network, 0]
    hidden = torch.relu(nn.functional.linear(x, weight.T, bias))
    return torch.sigmoid(nn.functional.linear(hidden, out_weight.T, out_bias))[:, 0]


def test_each_network_is_linear_relu_linear_sigmoid_of_its_own_inputs() -> None:
    model, basins = RootZone([4, 5]).eval(), some_basins(members=2)
    of = model(basins)
    for member in range(2):
        both = torch.cat([basins.plants[member], basins.attributes], -1)
        for bank, ranges, x in (
            (model.land, OF_LAND, basins.attributes),
            (model.plants, OF_PLANTS, both),
        ):
            for network, (name, bounds) in enumerate(ranges.items()):
                unit = alone(x, bank, member, network)
                expected = bounds.low + (bounds.high - bounds.low) * unit
                if name == "cap_base":
                    name = "cap"
                    expected = capacity(expected, basins.lai_mean[member], basins.attributes[:, 0])
                torch.testing.assert_close(getattr(of, name)[member], expected)


def test_a_member_is_the_same_alone_and_among_others() -> None:
    among = RootZone([3, 8, 5]).eval()(some_basins())
    for k, seed in enumerate([3, 8, 5]):
        alone = RootZone([seed]).eval()(some_basins())
        for one, many in zip(alone, among, strict=True):
            torch.testing.assert_close(one[0], many[k])


def test_seeds_make_members_different() -> None:
    of = RootZone([0, 1]).eval()(some_basins())
    assert (of.cap[0] != of.cap[1]).any()


def test_units_drop_out_in_training_alone() -> None:
    torch.manual_seed(0)
    model, basins = RootZone([0]), some_basins()
    assert (model(basins).kf != model(basins).kf).any()
    model.eval()
    assert (model(basins).kf == model(basins).kf).all()


def test_capacity_by_hand() -> None:
    # half the leaf factor at 3 m2/m2; at the mean slope 2.5 - 0.5
    three = capacity(torch.tensor(100.0), torch.tensor(3.0), torch.tensor(0.0))
    assert float(three) == pytest.approx(100 * 0.5 * 2)
    assert float(capacity(torch.tensor(100.0), torch.tensor(0.0), torch.tensor(0.0))) == 1


def test_variants_fix_the_capacity_silence_the_leaves_and_hold_the_overflow() -> None:
    basins = some_basins()
    fixed = RootZone([0], Design(capacity=150))(basins)
    assert (fixed.cap == 150).all() and (fixed.brim == 150).all()
    assert not RootZone([0], Design(lai_effect=False))(basins).beta.any()
    assert torch.isinf(RootZone([0], Design(overflow=False))(basins).brim).all()


def test_every_weight_learns() -> None:
    model = RootZone([0, 1], Design(dropout=0))
    sum(values.sum() for values in model(some_basins())).backward()
    for name, weight in model.named_parameters():
        assert weight.grad is not None and weight.grad.flatten(2).abs().sum(-1).min() > 0, name
