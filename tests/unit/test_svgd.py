"""Particles move as the equations say, and functions of weights leave networks alone."""

import math

import numpy as np
import pytest
import torch
from sklearn.metrics.pairwise import rbf_kernel
from torch import nn
from torch.distributions import ExpTransform, Gamma, Normal, StudentT, TransformedDistribution

from vadose.svgd import (
    Ensemble,
    Prior,
    flatten,
    functional,
    kernel,
    log_likelihood,
    log_prior,
    stein_direction,
    stein_loss,
    unflatten,
)
from vadose.training import prepare


@pytest.fixture(autouse=True)
def _same_numbers() -> None:
    prepare("cpu", seed=0)


def test_the_kernel_is_that_of_scikit_learn() -> None:
    particles = torch.randn(7, 5)
    k, l2 = kernel(particles)
    d2 = [float(((a - b) ** 2).sum()) for i, a in enumerate(particles) for b in particles[:i]]
    assert float(l2) == pytest.approx(0.5 * np.median(d2) / math.log(7), rel=1e-5)
    np.testing.assert_allclose(k, rbf_kernel(particles.numpy(), gamma=0.5 / float(l2)), rtol=1e-5)


def test_two_particles_by_hand() -> None:
    """Their kernel is 1/2 at any distance: d2 = 4 makes l2 = 2 / log 2."""
    particles, score = torch.tensor([[0.0, 1.0], [2.0, 1.0]]), torch.tensor([[1.0, 0], [0, 4]])
    apart = 0.5 * 2 * math.log(2) / 2
    expected = [[0.5 * (1 - apart), 0.5 * 2], [0.5 * (0.5 + apart), 0.5 * 4]]
    assert stein_direction(particles, score).tolist() == [pytest.approx(row) for row in expected]


def test_a_single_particle_climbs() -> None:
    score = torch.randn(1, 4)
    assert torch.equal(stein_direction(torch.randn(1, 4), score), score)


def test_the_direction_is_that_of_liu_and_wang() -> None:
    """Mean over j of k(x_j, x_i) score_j + the gradient of k(x_j, x_i) with respect to x_j."""
    x, score = torch.randn(5, 3, dtype=torch.float64), torch.randn(5, 3, dtype=torch.float64)
    _, l2 = kernel(x)
    moving = x.clone().requires_grad_()
    found = stein_direction(x, score)
    for i in range(5):
        near = torch.exp(-0.5 * (moving - x[i]).square().sum(1) / l2)
        (slope,) = torch.autograd.grad(near.sum(), moving)
        expected = (near.detach()[:, None] * score + slope).mean(0)
        assert torch.allclose(found[i], expected)


def test_where_particles_are_does_not_matter_for_their_repulsion() -> None:
    """Rounding included: far from 0 the distances would be lost."""
    x, score = torch.randn(6, 4), torch.randn(6, 4)
    assert torch.allclose(
        stein_direction(x, score), stein_direction(x + 64, score), rtol=1e-3, atol=1e-4
    )


def test_the_loss_descends_where_particles_are_to_go() -> None:
    particles, score, density = (
        torch.randn(4, 3, requires_grad=True),
        torch.randn(4, 3),
        torch.randn(4),
    )
    loss = stein_loss(particles, density, score)
    loss.backward()
    assert float(loss.detach()) == pytest.approx(-float(density.mean()))
    assert particles.grad is not None
    assert torch.allclose(particles.grad, -stein_direction(particles.detach(), score))


def test_the_prior_is_students_and_a_gamma_with_its_jacobian() -> None:
    prior = Prior(1.5, 0.3, 3.0, 0.7)
    weights = torch.randn(6, 4, dtype=torch.float64, requires_grad=True)
    log_beta = torch.randn(6, dtype=torch.float64, requires_grad=True)
    ours = log_prior(weights, log_beta, prior)
    precision = Gamma(*torch.tensor([3.0, 0.7], dtype=torch.float64))
    theirs = StudentT(2 * 1.5, 0.0, math.sqrt(0.3 / 1.5)).log_prob(weights).sum(1)
    theirs = theirs + TransformedDistribution(precision, [ExpTransform().inv]).log_prob(log_beta)
    assert torch.allclose(ours - ours[0], theirs - theirs[0])
    inputs = (weights, log_beta)
    for mine, other in zip(
        torch.autograd.grad(ours.sum(), inputs),
        torch.autograd.grad(theirs.sum(), inputs),
        strict=True,
    ):
        assert torch.allclose(mine, other)
    # The Jacobian written out: d beta / d log beta = beta, whose logarithm is log beta.
    by_hand = precision.log_prob(log_beta.exp()) + log_beta
    (slope,) = torch.autograd.grad(by_hand.sum(), log_beta)
    assert torch.allclose(slope, 3.0 - 0.7 * log_beta.exp())


def test_the_prior_of_the_papers_is_the_default() -> None:
    weights, log_beta = torch.tensor([0.1, -0.4]), torch.tensor(2.0)
    of_weights = -1.5 * sum(math.log(1 + w**2 / (2 * 0.05)) for w in (0.1, -0.4))
    of_noise = 2 * 2.0 - 1e-6 * math.exp(2.0)
    assert float(log_prior(weights, log_beta)) == pytest.approx(of_weights + of_noise)


def test_the_likelihood_counts_what_was_seen_by_its_area() -> None:
    predicted = torch.tensor([[[1.0, 2.0], [3.0, 4.0]]], requires_grad=True)
    observed = torch.tensor([[[1.5, math.nan], [5.0, 9.0]]])
    area, log_beta = torch.tensor([[1.0, 1.0], [0.5, 0.0]]), torch.tensor(0.3)
    found = log_likelihood(predicted, observed, area, log_beta)
    spread = math.exp(-0.15)
    expected = Normal(1.0, spread).log_prob(torch.tensor(1.5))
    expected = expected + 0.5 * Normal(3.0, spread).log_prob(torch.tensor(5.0))
    assert float(found.detach()) == pytest.approx(float(expected))
    found.backward()
    beta = math.exp(0.3)
    assert predicted.grad is not None
    assert predicted.grad[0].tolist() == [pytest.approx([0.5 * beta, 0]), pytest.approx([beta, 0])]


def test_numbers_in_a_row_come_back_in_place() -> None:
    shapes = {"a": torch.Size([2, 3]), "b": torch.Size([]), "c": torch.Size([4])}
    values = {name: torch.randn(shape) for name, shape in shapes.items()}
    row = flatten(values.values())
    again = unflatten(row, shapes)
    assert row.shape == (11,) and all(torch.equal(again[k], values[k]) for k in shapes)
    again["b"].fill_(7)
    assert row[6] == 7
    assert flatten([]).shape == (0,)


def test_a_function_of_weights_leaves_its_network_alone() -> None:
    norm = nn.BatchNorm1d(3)
    net = nn.Sequential(nn.Linear(2, 3), norm)
    before = {name: values.clone() for name, values in net.state_dict().items()}
    call = functional(net)
    weights, statistics = flatten(net.parameters()), flatten([torch.zeros(3), torch.ones(3)])
    x = torch.randn(5, 2)
    out, learnt = call(weights, statistics, x, True)
    assert all(torch.equal(net.state_dict()[name], before[name]) for name in before)
    assert torch.equal(statistics, torch.tensor([0.0, 0, 0, 1, 1, 1]))
    assert torch.allclose(out, net(x))
    assert torch.allclose(
        learnt, flatten([norm.get_buffer("running_mean"), norm.get_buffer("running_var")])
    )


def test_noise_learns_at_its_own_pace() -> None:
    """The first step of Adam is the learning rate, whatever the gradient."""
    ensemble = Ensemble(lambda: nn.Conv2d(1, 1, 1), 2, log_beta=1.0)
    optimiser = torch.optim.Adam(ensemble.parameters(), 0.0025)
    before = ensemble.particles.detach()
    x, y = torch.randn(3, 1, 2, 2), torch.randn(3, 1, 2, 2)
    ensemble.loss(x, y, torch.ones(2, 2), samples=3).backward()
    optimiser.step()
    moved = (ensemble.particles.detach() - before).abs()
    assert torch.allclose(moved[:, :-1], torch.tensor(0.0025), rtol=1e-3)
    assert torch.allclose(moved[:, -1], torch.tensor(0.01), rtol=1e-3)
