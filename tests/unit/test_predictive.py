"""An ensemble's mean, variances and quantiles are those of a mixture of Gaussians."""

import math

import pytest
import torch
from torch.distributions import Categorical, MixtureSameFamily, Normal

from vadose.predictive import quantiles, summary


def test_variance_has_a_part_of_the_networks_and_one_of_the_noise() -> None:
    members = torch.tensor([[1.0, 2.0], [3.0, 2.0]])
    log_beta = -torch.tensor([0.5, 1.5]).log()  # variances of the noise
    said = summary(members, log_beta)
    assert said.mean.tolist() == [2.0, 2.0]
    assert said.epistemic.tolist() == [1.0, 0.0]
    assert said.aleatoric.tolist() == pytest.approx([1.0, 1.0])
    assert said.variance.tolist() == pytest.approx([2.0, 1.0])


def test_mean_and_variance_are_those_of_the_mixture() -> None:
    torch.manual_seed(1)
    members, log_beta = torch.randn(7, 3, 4), torch.randn(7)
    spread = torch.exp(-0.5 * log_beta)[:, None, None].expand_as(members)
    mixture = MixtureSameFamily(
        Categorical(torch.ones(3, 4, 7)), Normal(members.movedim(0, -1), spread.movedim(0, -1))
    )
    said = summary(members, log_beta)
    assert torch.allclose(said.mean, mixture.mean, atol=1e-6)
    assert torch.allclose(said.variance, mixture.variance, rtol=1e-5)
    levels = [0.05, 0.25, 0.5, 0.9, 0.999]
    found = quantiles(members, log_beta, levels)
    assert found.shape == (5, 3, 4)
    for level, values in zip(levels, found, strict=True):
        assert torch.allclose(mixture.cdf(values), torch.tensor(level), atol=1e-5)


def test_quantiles_of_one_network_are_those_of_its_gaussian() -> None:
    found = quantiles(torch.tensor([[2.0]]), torch.tensor([math.log(4.0)]), [0.5, 0.975])
    assert found[:, 0].tolist() == pytest.approx([2.0, 2.0 + 0.5 * 1.959964], rel=1e-5)


def test_networks_that_differ_make_a_distribution_of_two_humps() -> None:
    members, log_beta = torch.tensor([-1.0, 1.0]), torch.full((2,), math.log(1e4))
    low, quarter, high = quantiles(members, log_beta, [0.05, 0.25, 0.75]).tolist()
    assert (quarter, high) == pytest.approx((-1.0, 1.0), abs=1e-4)
    assert low == pytest.approx(-1.0 - 0.01 * 1.281552, abs=1e-4)  # 0.1 of the lower hump
