"""Particles find the posterior where it is known, killed or not; an ensemble is its networks."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.systems.killed import Killed
from torch import Tensor, nn
from torch.distributions import Gamma, Normal, StudentT

from vadose.nets.unet import Shape, UNet
from vadose.svgd import (
    NOISE_PACE,
    Ensemble,
    flatten,
    log_likelihood,
    log_prior,
    stein_direction,
    stein_loss,
)
from vadose.training import Checkpoint, Plan, Task, prepare, shuffled, train


@pytest.fixture(autouse=True)
def _same_numbers() -> None:
    prepare("cpu", seed=0)


class Rows(nn.Module):
    """Particles of a density that is no network's."""

    def __init__(self, particles: Tensor) -> None:
        super().__init__()
        self.particles = nn.Parameter(particles)


def moved(particles: Tensor, log_density: Callable[[Tensor], Tensor], plan: Plan) -> Tensor:
    """Move particles by the one training loop; `log_density` maps [S, P] to [S]."""
    model = Rows(particles)

    def loss(_: Tensor) -> Tensor:
        at = model.particles.detach().requires_grad_()
        value = log_density(at)
        (score,) = torch.autograd.grad(value.sum(), at)
        return stein_loss(model.particles, value.detach(), score)

    epochs = iter(range(plan.epochs))  # the last is the best
    train(model, Task(lambda _: [torch.arange(1)] * 20, loss, lambda: -next(epochs)), plan)
    return model.particles.detach()


SETTLE = Plan(epochs=40, rates=((0, 0.05), (20, 0.01), (30, 0.002)))


SHAPE = Shape(2, "cbam", width=4)


def unets(n: int) -> list[UNet]:
    return [UNet(SHAPE) for _ in range(n)]


def ensemble_of(nets: list[UNet], together: int) -> Ensemble:
    rest = iter(nets)
    return Ensemble(lambda: next(rest), len(nets), log_beta=0.5, together=together)


def test_particles_find_a_gaussian_posterior() -> None:
    log_density = Normal(3.0, 0.5).log_prob
    found = moved(torch.randn(50, 1), lambda x: log_density(x).sum(1), SETTLE)
    assert float(found.mean()) == pytest.approx(3.0, abs=0.02)
    assert float(found.std()) == pytest.approx(0.5, rel=0.05)


def test_particles_find_the_posterior_of_a_linear_regression() -> None:
    """Of known noise and Gaussian prior: precision X'X / s2 + 1, mean by its equations."""
    x = torch.randn(15, 2)
    x[:, 1] += 0.7 * x[:, 0]  # so that the coefficients hang together
    noise = 0.8
    y = x @ torch.tensor([1.0, -2.0]) + noise * torch.randn(15)
    covariance = torch.linalg.inv(x.T @ x / noise**2 + torch.eye(2))
    mean = covariance @ (x.T @ y) / noise**2

    def log_density(w: Tensor) -> Tensor:
        errors = y - w @ x.T
        return -0.5 * (errors.square().sum(1) / noise**2 + w.square().sum(1))

    found = moved(torch.randn(60, 2), log_density, SETTLE)
    assert torch.allclose(found.mean(0), mean, atol=0.03)
    assert torch.allclose(found.T.cov(), covariance, rtol=0.12, atol=0.001)


def posterior_by_grid(x: Tensor, y: Tensor, samples: float) -> tuple[Tensor, Tensor]:
    """Mean and spread of (w, log beta) in y = w x + noise, from a fine grid of both."""
    w, log_beta = torch.meshgrid(
        torch.linspace(-2, 4, 601), torch.linspace(-5, 5, 501), indexing="ij"
    )
    spread = torch.exp(-0.5 * log_beta)
    log_density = StudentT(2.0, 0.0, math.sqrt(0.05)).log_prob(w)
    log_density = log_density + Gamma(2.0, 1e-6).log_prob(log_beta.exp()) + log_beta
    for xi, yi in zip(x.flatten(), y.flatten(), strict=True):
        log_density = log_density + samples * Normal(w * xi, spread).log_prob(yi)
    share = torch.softmax(log_density.flatten(), 0)
    both = torch.stack([w.flatten(), log_beta.flatten()])
    mean = both @ share
    return mean, (((both - mean[:, None]) ** 2) @ share).sqrt()


def test_an_ensemble_finds_weights_and_noise() -> None:
    """The smallest network: one weight. A batch of half the samples counts twice."""
    x = torch.randn(6, 1, 1, 1)
    y = (1.2 * x + 0.7 * torch.randn(6, 1, 1, 1))[:, 0]
    ensemble = Ensemble(
        lambda: nn.Sequential(nn.Conv2d(1, 1, 1, bias=False), nn.Flatten(0, 1)), 50, together=50
    )
    area = torch.ones(1, 1)
    epochs = iter(range(100))
    task = Task(
        lambda _: [torch.arange(6)] * 20,
        lambda batch: ensemble.loss(x[batch], y[batch], area, samples=12),
        lambda: -next(epochs),
    )
    train(ensemble, task, Plan(60, ((0, 0.02), (35, 0.005), (50, 0.001))))
    mean, spread = posterior_by_grid(x, y, samples=2)
    found = ensemble.particles.detach()
    assert torch.allclose(found.mean(0), mean, atol=0.03)
    assert torch.allclose(found.std(0), spread, rtol=0.1)


def learning(ensemble: Ensemble, losses: float = math.inf) -> Task:
    """Learn a map, and be killed when so many losses were asked for."""
    random = np.random.default_rng(2)
    x = torch.tensor(random.normal(size=(12, 2, 8, 8)), dtype=torch.float32)
    y, area, count = x[:, 0] - x[:, 1], torch.ones(8, 8), iter(range(1000))

    def loss(batch: Tensor) -> Tensor:
        if next(count) >= losses:
            raise Killed
        return ensemble.loss(x[batch], y[batch], area, samples=8)

    def validate() -> float:
        return float((ensemble(x[8:]).mean(0) - y[8:]).square().mean())

    return Task(shuffled(8, 4, seed=1), loss, validate)


PLAN = Plan(epochs=4, rates=((0, 0.0025),), plateau=(0.1, 10))


def small_ensemble(seed: int) -> Ensemble:
    prepare("cpu", seed)
    return Ensemble(lambda: UNet(Shape(2, width=4)), 3)


@pytest.mark.parametrize("losses", [2, 5, 7])
def test_killed_and_resumed_equals_uninterrupted(tmp_path: Path, losses: int) -> None:
    whole = small_ensemble(3)
    history = train(whole, learning(whole), PLAN)
    assert history[-1].validation < history[0].validation
    checkpoint = Checkpoint(tmp_path / "c.pt", "a", 0)
    model = small_ensemble(3)
    with pytest.raises(Killed):
        train(model, learning(model, losses), PLAN, checkpoint=checkpoint)
    again = small_ensemble(99)
    train(again, learning(again), PLAN, checkpoint=checkpoint)
    for name, values in whole.state_dict().items():
        assert torch.equal(again.state_dict()[name], values), name


@pytest.mark.parametrize("together", [1, 2, 3])
def test_an_ensemble_is_its_networks_one_by_one(together: int) -> None:
    """Densities, gradients, statistics and predictions; one slope of PReLU for all layers."""
    nets = unets(3)
    ensemble = ensemble_of(nets, together)
    x, y, area = torch.randn(4, 2, 8, 16), torch.randn(4, 8, 16), torch.rand(8, 16)
    y[0, 0, 0] = math.nan
    loss = ensemble.loss(x, y, area, samples=10)
    loss.backward()
    densities, scores, log_betas = [], [], torch.full((3,), 0.5, requires_grad=True)
    for net, log_beta in zip(nets, log_betas, strict=True):
        weights = list(net.parameters())
        density = 10 / 4 * log_likelihood(net(x), y, area, log_beta)
        density = density + log_prior(torch.cat([w.reshape(-1) for w in weights]), log_beta)
        *of_weights, of_noise = torch.autograd.grad(density, [*weights, log_betas])
        densities.append(density.detach())
        scores.append(torch.cat([flatten(of_weights), of_noise.sum()[None]]))
    rows = torch.stack([torch.cat([flatten(n.parameters()), torch.tensor([0.5])]) for n in nets])
    towards = stein_direction(rows, torch.stack(scores))
    assert float(loss.detach()) == pytest.approx(-float(torch.stack(densities).mean()), rel=1e-5)
    assert ensemble.weights.grad is not None and ensemble.paced_log_beta.grad is not None
    assert torch.allclose(ensemble.weights.grad, -towards[:, :-1], rtol=1e-3, atol=1e-3)
    assert torch.allclose(ensemble.paced_log_beta.grad, -NOISE_PACE * towards[:, -1], rtol=1e-4)
    kept = torch.stack([flatten(b for b in n.buffers() if b.is_floating_point()) for n in nets])
    assert torch.allclose(ensemble.statistics, kept, atol=1e-5)
    with torch.no_grad():
        expected = torch.stack([net.eval()(x) for net in nets])
        assert torch.allclose(ensemble(x), expected, atol=1e-5)
    assert torch.allclose(ensemble.statistics, kept, atol=1e-5)  # predictions teach nothing


def test_an_ensemble_holds_its_numbers_and_no_network() -> None:
    net = UNet(SHAPE)
    count = sum(p.numel() for p in net.parameters())
    ensemble = Ensemble(lambda: UNet(SHAPE), 3)
    shapes = {name: tuple(values.shape) for name, values in ensemble.state_dict().items()}
    seen = sum(m.num_features * 2 for m in net.modules() if isinstance(m, nn.BatchNorm2d))
    assert shapes == {"weights": (3, count), "paced_log_beta": (3,), "statistics": (3, seen)}
    assert ensemble.particles.shape == (3, count + 1)
    assert not torch.equal(ensemble.weights[0], ensemble.weights[1])
