"""Monthly models, compiled, conserve water and follow the equations of their papers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vadose.water_balance.arithmetic import double_precision
from vadose.water_balance.model import MODELS, load_model
from vadose.water_balance.simulate import simulate
from vadose.water_balance.snow import make_step

VARIANTS = [(name, snow) for name in MODELS for snow in ("none", "degree_day")]


def draw(model, seed: int, units: int = 50, months: int = 36):
    """Parameters anywhere in bounds, and forcing with droughts, floods, frost and dead calm."""
    rng = np.random.default_rng(seed)
    theta = rng.uniform(model.low, model.high, (units, len(model.low)))
    corner = rng.random(theta.shape)
    theta = np.where(corner < 0.1, model.low, np.where(corner > 0.9, model.high, theta))
    scale = rng.choice([0.0, 1.0, 50.0, 2000.0], (2, units, 1))
    p, pet = scale * rng.random((2, units, months))
    return theta, p, pet, rng.uniform(-40, 40, (units, months))


@pytest.mark.parametrize(("name", "snow"), VARIANTS)
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_water_is_conserved_and_nothing_is_negative(name: str, snow: str, seed: int) -> None:
    model = load_model(name, snow)
    theta, p, pet, t = draw(model, seed)
    out = simulate(model, theta, p, pet, t)
    stored = out.soil + out.ground + out.pack
    gain = p[:, 1:] - out.q[:, 1:] - out.et[:, 1:]
    np.testing.assert_allclose(gain, np.diff(stored, axis=-1), atol=1e-6)
    assert min(x.min() for x in out) >= -1e-9
    assert (out.et <= pet + 1e-9).all()
    capacity = theta[:, model.capacity_index, None]
    assert (out.soil <= capacity * (1 + 1e-12)).all()


def test_dwbm_follows_the_equations_of_its_paper() -> None:
    def fu(x: float, w: float) -> float:
        return 1 + x - (1 + x**w) ** (1 / w)

    sc, w1, w2, kg = 200.0, 2.1, 1.7, 0.3
    soil, ground, q_expected = 20.0, 0.001, []
    p, pet = np.array([80.0, 5.0, 140.0]), np.array([30.0, 110.0, 60.0])
    for rain, demand in zip(p, pet, strict=True):
        x = rain * fu((demand + sc - soil) / rain, w1)
        w = x + soil
        y = w * fu((demand + sc) / w, w2)
        e = w * fu(demand / w, w2)
        q_expected.append(rain - x + kg * ground)
        ground = (1 - kg) * ground + w - y
        soil = y - e
    out = simulate(load_model("dwbm"), np.array([sc, w1, w2, kg]), p, pet, np.zeros(3))
    np.testing.assert_allclose(out.q, q_expected, rtol=1e-12)
    np.testing.assert_allclose(out.soil[-1], soil, rtol=1e-12)


def test_swbm_month_by_hand() -> None:
    # S = 50, SC = 100, P = 20, PET = 40: Qs = 0.5*0.5*20, Qg = 0.2*50, E = 40*0.7
    out = simulate(
        load_model("swbm"),
        np.array([100, 0.5, 0.2]),
        np.array([20.0]),
        np.array([40.0]),
        np.zeros(1),
    )
    np.testing.assert_allclose([out.q[0], out.et[0], out.soil[0]], [15.0, 28.0, 27.0])


def test_tvgm_month_by_hand() -> None:
    theta = np.array([100, 0.2, 2.0, 0.05, 0.5])
    out = simulate(load_model("tvgm"), theta, np.array([14.0]), np.array([40.0]), np.zeros(1))
    q = 0.2 * 0.5**2 * 14 + 0.05 * (50 + 64) / 2
    et = 40 * 0.64**0.5
    np.testing.assert_allclose([out.q[0], out.et[0], out.soil[0]], [q, et, 64 - q - et])


def test_abcd_solves_the_quadratic_of_thomas() -> None:
    a, b, c, d = 0.95, 300.0, 0.4, 0.2
    w = 90.0 + 0.1 * b
    y = (w + b) / (2 * a) - np.sqrt(((w + b) / (2 * a)) ** 2 - w * b / a)
    out = simulate(
        load_model("abcd"), np.array([a, b, c, d]), np.array([90.0]), np.array([60.0]), np.zeros(1)
    )
    np.testing.assert_allclose(out.soil[0], y * np.exp(-60 / b))
    np.testing.assert_allclose(out.ground[0], (0.001 + c * (w - y)) / (1 + d))


def test_a_full_store_spills_into_runoff() -> None:
    out = simulate(
        load_model("swbm"), np.array([10, 0.1, 0.1]), np.full(5, 300.0), np.zeros(5), np.zeros(5)
    )
    assert out.soil[-1] == 10
    np.testing.assert_allclose(out.q[-1], 300)


def test_snow_waits_for_warmth() -> None:
    model = load_model("dwbm", "degree_day")
    theta = np.array([200, 2, 2, 0.5, -5, 3, 1.0])
    t = np.array([-10.0, -10, -10, 10, 10, 10])
    p = np.array([100.0, 100, 100, 0, 0, 0])
    out = simulate(model, theta, p, np.zeros(6), t)
    np.testing.assert_allclose(out.pack, [100, 200, 300, 0, 0, 0])
    assert out.q[:3].max() < 1 < out.q[3]


def test_snow_falls_and_melts_as_by_hand() -> None:
    """Half way from -4 to 4 degC half of 100 mm is snow, and 0.6 of half of the pack melts."""
    theta = [-4.0, 4.0, 0.6]
    step = make_step(double_precision())
    assert step(100.0, 0.0, theta, 0.0) == pytest.approx((65, 35))
    assert step(0.0, 0.0, theta, 35.0) == pytest.approx((10.5, 24.5))
    model, p = load_model("dwbm", "degree_day"), np.array([100.0, 0.0])
    out = simulate(model, np.array([200, 2, 2, 0.5, *theta]), p, np.zeros(2), np.zeros(2))
    np.testing.assert_allclose(out.pack, [35, 24.5])


def test_warm_months_make_snow_irrelevant() -> None:
    rng = np.random.default_rng(3)
    p, pet, t = rng.gamma(2, 40, 60), rng.gamma(2, 30, 60), rng.uniform(8.5, 30, 60)
    theta = np.array([150, 2, 3, 0.4])
    bare = simulate(load_model("dwbm"), theta, p, pet, t)
    snowy = simulate(load_model("dwbm", "degree_day"), np.r_[theta, -2, 4, 0.5], p, pet, t)
    np.testing.assert_allclose(snowy.q, bare.q, rtol=1e-12)
