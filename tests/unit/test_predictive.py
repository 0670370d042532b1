"""An ensemble's mean, variances and quantiles are those of a mixture of Gaussians."""

import math

import numpy as np
import pytest
import torch
from scipy import integrate, stats
from torch.distributions import Categorical, MixtureSameFamily, Normal

from vadose import uncertainty
from vadose.predictive import crps, log_density, quantiles, spread_factor, summary


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


def mixture(size: int = 5) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(3)
    members = torch.randn(size, 6, generator=generator, dtype=torch.float64)
    log_beta = torch.randn(size, generator=generator, dtype=torch.float64)
    return members, log_beta, torch.randn(6, generator=generator, dtype=torch.float64)


def test_log_density_is_that_of_the_mixture() -> None:
    members, log_beta, observed = mixture()
    spread = np.exp(-0.5 * log_beta.numpy())[:, None]
    expected = np.log(stats.norm.pdf(observed.numpy(), members.numpy(), spread).mean(0))
    assert log_density(members, log_beta, observed).tolist() == pytest.approx(expected.tolist())
    far = log_density(members, log_beta, observed + 1e4)  # where the density itself is 0
    assert torch.isfinite(far).all()


def test_crps_is_the_integral_of_the_squared_difference_of_distributions() -> None:
    members, log_beta, observed = mixture()
    spread = np.exp(-0.5 * log_beta.numpy())
    found = crps(members, log_beta, observed)
    for k, seen in enumerate(observed.tolist()):
        at = members[:, k].numpy()

        def below(x: float, at: np.ndarray = at) -> float:
            return float(stats.norm.cdf(x, at, spread).mean())

        left = integrate.quad(lambda x: below(x) ** 2, -30, seen, limit=200)[0]
        right = integrate.quad(lambda x: (1 - below(x)) ** 2, seen, 30, limit=200)[0]
        assert found[k].item() == pytest.approx(left + right, rel=1e-6)


def test_scores_of_equal_networks_are_those_of_one_gaussian() -> None:
    members, log_beta, observed = mixture(1)
    many = members.expand(4, -1), log_beta.expand(4), observed
    mean, std = members[0].numpy(), np.exp(-0.5 * log_beta[0].item())
    for score, of_one in ((crps, uncertainty.crps), (log_density, uncertainty.log_density)):
        expected = of_one(mean, np.full_like(mean, std), observed.numpy())
        assert score(*many).tolist() == pytest.approx(expected.tolist())


def test_scores_are_missing_where_nothing_is_observed() -> None:
    members, log_beta, observed = mixture()
    observed[2] = torch.nan
    for score in (crps, log_density):
        assert score(members, log_beta, observed).isnan().nonzero().ravel().tolist() == [2]


def test_spread_factor_is_the_root_mean_square_error_in_deviations() -> None:
    mean, std = torch.zeros(4), torch.tensor([1.0, 2.0, 1.0, 1.0])
    observed = torch.tensor([3.0, 2.0, -1.0, torch.nan])
    assert spread_factor(mean, std, observed) == pytest.approx(math.sqrt(11 / 3))
    area = np.array([0.5, 1.0, 1.0, 1.0])
    assert spread_factor(mean, std, observed, area) == pytest.approx(math.sqrt(6.5 / 2.5))
