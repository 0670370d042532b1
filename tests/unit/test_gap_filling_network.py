"""Networks of storage: what they refuse, and what they say by hand."""

import numpy as np
import pytest
import torch
from tests.gap_maps import PERIODS, world

from vadose.errors import InputError
from vadose.gap_filling.maps import Maps, Part, fit_line
from vadose.gap_filling.network import Design, Fitted, learn
from vadose.gap_filling.reconstruction import Members, pooled, reconstruction
from vadose.svgd import Ensemble
from vadose.training import Plan, prepare

DESIGN = Design(width=4, particles=2, batch=8, noise=0.7)
PLAN = Plan(epochs=2, rates=((0, 0.01),))
LEVELS = [0.05, 0.25, 0.5, 0.75, 0.95]


@pytest.fixture(autouse=True)
def one_thread() -> None:
    prepare("cpu", seed=1)


def fit(maps: Maps, design: Design = DESIGN, plan: Plan = PLAN) -> Fitted:
    prepare("cpu", seed=1)
    return learn(maps, design, plan, seed=1)


def test_a_predictor_that_teaches_nothing_is_named() -> None:
    maps = world()
    predictors = maps.predictors.copy()
    predictors[1] = 2.0
    with pytest.raises(InputError, match="b_0 is the same on all land"):
        fit(maps._replace(predictors=predictors))
    predictors[1] = np.nan
    with pytest.raises(InputError, match="b_0 is missing on all land"):
        fit(maps._replace(predictors=predictors))


def test_a_deep_ensemble_is_its_networks_trained_alone() -> None:
    """No particle moves another: the first of two goes where it goes by itself."""
    x = torch.randn(3, 2, 8, 16)
    y, area = torch.randn(3, 8, 16), torch.rand(8, 16)
    nets = [torch.nn.Sequential(torch.nn.Conv2d(2, 1, 1), torch.nn.Flatten(0, 1)) for _ in "ab"]
    rest = iter(nets * 2)
    pair = Ensemble(lambda: next(rest), 2, alone=True)
    pair.loss(x, y, area, 9).backward()
    for k, net in enumerate(nets):
        one = Ensemble(lambda net=net: net, 1)
        one.loss(x, y, area, 9).backward()
        assert torch.allclose(pair.weights.grad[k], one.weights.grad[0], rtol=1e-5)
    led = Ensemble(lambda: next(rest), 2)
    led.loss(x, y, area, 9).backward()
    assert not torch.allclose(pair.weights.grad, led.weights.grad)


def test_a_reconstruction_by_hand() -> None:
    """Two networks at base +- one scale of 10 mm, each with noise of half a scale."""
    maps = world()
    said = torch.stack([torch.ones(84, 8, 16), -torch.ones(84, 8, 16)])
    members = Members(said, torch.full((2,), -2 * np.log(0.5)), np.full((8, 16), 10.0))
    found = reconstruction(maps, members, LEVELS)
    land = maps.area > 0
    np.testing.assert_allclose(found.mean[:, land], maps.base[:, land], rtol=1e-4, atol=1e-3)
    assert found.std[0, 0, 0] == pytest.approx(np.hypot(10, 5), rel=1e-5)
    assert found.epistemic[0, 0, 0] == pytest.approx(10)
    assert found.quantiles[2][0, 0, 0] == pytest.approx(maps.base[0, 0, 0], abs=1e-3)
    assert (np.diff(found.quantiles[:, :, land], axis=0) > 0).all()
    assert np.isnan(found.mean[:, ~land]).all()
    observed = np.isfinite(maps.twsa) & land
    assert (np.isfinite(found.crps) == observed).all()
    error = (maps.twsa - maps.base)[observed]
    density = sum(np.exp(-((error - m) ** 2) / 50) / 5 for m in (10, -10)) / 2 / np.sqrt(2 * np.pi)
    np.testing.assert_allclose(found.log_density[observed], np.log(density), rtol=1e-3, atol=1e-3)
    two = pooled([members, members])
    assert two.predicted.shape[0] == 4 and len(two.log_beta) == 4


def test_trends_come_back() -> None:
    maps = world(periods=PERIODS._replace(detrend=True))
    twsa = maps.twsa + 5.0 * np.arange(84)[:, None, None]
    line = fit_line(twsa, maps.part == Part.TRAINING)
    maps = maps._replace(twsa=twsa, line=line)
    members = Members(torch.zeros(1, 84, 8, 16), torch.zeros(1), np.ones((8, 16)))
    found = reconstruction(maps, members, LEVELS)
    assert found.mean[83, 0, 0] - found.mean[0, 0, 0] == pytest.approx(5 * 83, rel=0.2)
