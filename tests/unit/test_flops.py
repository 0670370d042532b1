"""Sizes and operations of networks, against numbers by hand."""

import pytest
import torch
from torch import nn

from vadose.nets.flops import flops_per_sample, running_statistics, trainable


def test_a_linear_layer_multiplies_and_adds_each_weight_once() -> None:
    layer = nn.Linear(7, 5)
    assert flops_per_sample(layer, torch.zeros(3, 7)) == 2 * 7 * 5
    assert trainable(layer) == 7 * 5 + 5
    assert running_statistics(layer) == 0


def test_a_convolution_applies_its_weights_at_every_cell() -> None:
    layer = nn.Conv2d(4, 6, 3, padding=1, stride=2)
    assert flops_per_sample(layer, torch.zeros(2, 4, 10, 10)) == 2 * (3 * 3 * 4 * 6) * (5 * 5)
    assert trainable(layer) == 3 * 3 * 4 * 6 + 6


@pytest.mark.parametrize("batch", [1, 8])
def test_the_batch_does_not_matter(batch: int) -> None:
    net = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 1))
    assert flops_per_sample(net, torch.zeros(batch, 4)) == 2 * (4 * 3 + 3)


def test_inputs_may_be_several() -> None:
    class Sum(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.other = nn.Linear(2, 4), nn.Linear(3, 4)

        def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
            return self.one(x) + self.other(y)

    inputs = torch.zeros(5, 2), torch.zeros(5, 3)
    assert flops_per_sample(Sum(), inputs) == 2 * (2 * 4 + 3 * 4)


def test_counting_leaves_the_network_as_it_was() -> None:
    net = nn.Sequential(nn.Conv2d(2, 8, 3), nn.BatchNorm2d(8), nn.BatchNorm2d(8))
    net[1].eval()  # frozen within a network that trains
    before = {name: values.clone() for name, values in net.state_dict().items()}
    flops_per_sample(net, torch.ones(4, 2, 5, 5))
    assert net.training and net[0].training and not net[1].training and net[2].training
    assert all(torch.equal(values, before[name]) for name, values in net.state_dict().items())
    assert running_statistics(net) == 2 * 8 + 2 * 8
    net[0].requires_grad_(False)
    assert trainable(net) == 2 * 8 + 2 * 8
