"""The compiled water balance conserves water, follows its equations, and knows its derivatives."""

import math

import numpy as np
import pytest
import torch
from bench.root_zone import invent, plain
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from vadose.root_zone.balance import (
    Forcing,
    Parameters,
    State,
    Water,
    run,
    spin_up,
)
from vadose.root_zone.exponentials import make_exp2, make_log2
from vadose.root_zone.parameters import OF_LAND, OF_PLANTS
from vadose.root_zone.routing import triangular_weights

F64 = torch.float64


def draw(seed: int, times: int, basins: int, dtype: torch.dtype) -> tuple[Forcing, Parameters]:
    """Parameters anywhere in their ranges, corners too, with droughts, floods, frost and heat."""
    rng = np.random.default_rng(seed)
    of = {}
    for name, bounds in (OF_LAND | OF_PLANTS).items():
        corner = rng.random(basins)
        values = rng.uniform(bounds.low, bounds.high, basins)
        values = np.where(corner < 0.1, bounds.low, np.where(corner > 0.9, bounds.high, values))
        of[name] = torch.tensor(values, dtype=dtype)
    cap = of.pop("cap_base").clamp(min=1)
    scale = rng.choice([0.0, 1.0, 20.0, 300.0], (1, basins))
    series = (
        scale * rng.random((times, basins)),
        rng.uniform(-30, 40, (times, basins)),
        rng.uniform(-50, 300, (times, basins)),
        rng.random((times, basins)),
    )
    forcing = Forcing(*(torch.tensor(x, dtype=dtype) for x in series))
    return forcing, Parameters(**of, cap=cap, brim=cap)


def at_once(parameters: Parameters) -> Parameters:
    """Let all runoff pass the gauge on its day."""
    return parameters._replace(maxbas=torch.ones_like(parameters.maxbas))


def gain(forcing: Forcing, water: Water) -> np.ndarray:
    """What is left of each day's water, [time, basin], worked out in double precision."""
    p, et, q = (x.double().numpy() for x in (forcing.p, water.et, water.q))
    stores = sum(x.double().numpy() for x in (water.swe, water.avai, water.fast, water.slow))
    return p - et - q - np.diff(stores, axis=0, prepend=0)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_water_closes_and_no_store_is_negative_or_runs_over(seed: int) -> None:
    forcing, parameters = draw(seed, 40, 60, F64)
    water = run(forcing, at_once(parameters))
    assert np.abs(gain(forcing, water)).max() < 1e-9
    by_tws = forcing.p - water.et - water.q - water.tws.diff(dim=0, prepend=water.tws[:1] * 0)
    assert by_tws.abs().max() < 1e-9
    assert min(float(x.min()) for x in water[:7]) >= 0
    assert (water.avai <= parameters.cap).all()


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_single_precision_closes_to_four_units_in_the_last_place(seed: int) -> None:
    forcing, parameters = draw(seed, 40, 60, torch.float32)
    water = run(forcing, at_once(parameters))
    stores = torch.stack([water.swe, water.avai, water.fast, water.slow])
    before = torch.cat([torch.zeros_like(stores[:, :1]), stores[:, :-1]], 1)
    # A day's water is stored before it leaves.
    largest = (before.amax(0) + forcing.p).numpy()
    assert (np.abs(gain(forcing, water)) <= 4 * np.spacing(largest)).all()


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_routed_water_is_at_the_gauge_or_on_its_way(seed: int) -> None:
    forcing, parameters = draw(seed, 30, 20, F64)
    water = run(forcing, parameters)
    weights = triangular_weights(parameters.maxbas)
    later = sum(weights[day + 1 :].sum(0) * water.end.runoff[day] for day in range(4))
    left = forcing.p.sum(0) - water.et.sum(0) - water.q.sum(0) - water.tws[-1] - later
    assert left.abs().max() < 1e-8


def test_a_day_by_hand() -> None:
    one = torch.ones(1, dtype=F64)
    parameters = Parameters(
        tsnow=-1 * one, train=3 * one, fmt=2 * one, kf=0.5 * one, percmax=1 * one, ks=0.1 * one,
        maxbas=one, k=2 * one, beta=0.5 * one, efmax=0.8 * one, wp99=0.4 * one,
        cap=100 * one, brim=100 * one,
    )  # fmt: skip
    start = State(one, 60 * one, 3 * one, 50 * one, torch.zeros(4, 1, dtype=F64))
    forcing = Forcing(*(torch.full((1, 1), x, dtype=F64) for x in (16.0, 1.0, 100.0, 0.6)))
    water = run(forcing, parameters, start)
    # Half of 16 mm is snow; 2 mm of 9 melt. Infiltration 0.05 + 0.95 0.4^2 of 10 mm.
    entering = 10 * (0.05 + 0.95 * 0.16)
    wet = 60 + entering
    f_wet = 1 / (1 + math.exp(-2 * math.log(99) / 0.4 * (wet / 100 - 0.2)))
    et = 100 * 0.0864 / 2.45 * 0.8 * f_wet * (1 - 0.5 * 0.4**2)
    pool = 3 + 10 - entering
    expected = {
        "swe": 7.0,
        "et": et,
        "avai": wet - et,
        "fast": 0.5 * pool - 1,
        "slow": 51 * 0.9,
        "q": 0.5 * pool + 5.1,
    }
    for name, value in expected.items():
        assert getattr(water, name).item() == pytest.approx(value, rel=1e-12), name


def test_water_above_the_capacity_spills_unless_it_may_not() -> None:
    forcing, parameters = invent(200, 30, F64)
    tight = parameters._replace(cap=0 * parameters.cap + 20, brim=0 * parameters.brim + 20)
    free = tight._replace(brim=torch.full_like(tight.cap, torch.inf))
    spilling, holding = run(forcing, tight), run(forcing, free)
    assert spilling.avai.max() <= 20 < holding.avai.max()
    assert spilling.q.sum() > holding.q.sum()


def differentiated(forcing: Forcing, parameters: Parameters, simulate) -> tuple[list, Tensor]:
    """Give q, et, swe, avai and tws, and the derivatives of a loss of them to each parameter."""
    leaves = Parameters(*(x.clone().requires_grad_() for x in parameters))
    outputs = simulate(forcing, leaves)
    weights = torch.randn(5, *outputs[0].shape, generator=torch.Generator().manual_seed(1))
    loss = sum((x * w).sum() for x, w in zip(outputs, weights.to(outputs[0].dtype), strict=True))
    return list(outputs), torch.stack(torch.autograd.grad(loss, leaves))


def compiled(forcing: Forcing, parameters: Parameters) -> tuple[Tensor, ...]:
    water = run(forcing, parameters)
    return water.q, water.et, water.swe, water.avai, water.tws


@pytest.mark.parametrize(
    ("dtype", "near", "steep"), [(F64, 1e-10, 1e-10), (torch.float32, 1e-3, 1e-4)]
)
def test_series_and_derivatives_are_those_of_the_plain_loop(dtype, near, steep) -> None:
    problem = invent(200, 40, dtype)
    series, slopes = differentiated(*problem, compiled)
    expected, expected_slopes = differentiated(*problem, plain)
    for one, other in zip(series, expected, strict=True):
        torch.testing.assert_close(one, other, atol=near, rtol=0)
    error = (slopes - expected_slopes).norm(dim=1) / expected_slopes.norm(dim=1)
    assert expected_slopes.norm(dim=1).min() > 0 and error.max() < steep


def test_derivatives_to_parameters_and_start_pass_gradcheck() -> None:
    forcing, parameters = invent(9, 3, F64, seed=2)
    start = (1.0, 40.0, 2.0, 30.0)
    stores = [torch.full((3,), x, dtype=F64, requires_grad=True) for x in start]
    runoff = torch.rand(4, 3, dtype=F64).requires_grad_()
    leaves = [x.clone().requires_grad_() for x in parameters]

    def simulate(*given: Tensor) -> tuple[Tensor, ...]:
        return run(forcing, Parameters(*given[:13]), State(*given[13:]))[:7]

    assert torch.autograd.gradcheck(simulate, (*leaves, *stores, runoff))


def test_two_spans_are_one() -> None:
    forcing, parameters = invent(60, 5, F64)
    whole = run(forcing, parameters)
    first = run(Forcing(*(x[:23] for x in forcing)), parameters)
    second = run(Forcing(*(x[23:] for x in forcing)), parameters, first.end)
    for name in ("q", "et", "swe", "avai", "fast", "slow", "tws"):
        both = torch.cat([getattr(first, name), getattr(second, name)])
        assert torch.equal(both, getattr(whole, name)), name
    for one, other in zip(second.end, whole.end, strict=True):
        assert torch.equal(one, other)


def test_spin_up_ends_where_the_runs_end_and_is_cut_from_derivatives() -> None:
    forcing, parameters = invent(50, 5, F64)
    leaves = Parameters(*(x.clone().requires_grad_() for x in parameters))
    state = spin_up(forcing, leaves, rounds=2)
    twice = run(forcing, parameters, run(forcing, parameters).end).end
    for one, other in zip(state, twice, strict=True):
        assert torch.equal(one, other) and not one.requires_grad


def test_members_run_together_as_each_alone() -> None:
    forcing, parameters = invent(40, 6, F64)
    other = invent(40, 6, F64, seed=5)
    both = Parameters(*map(torch.stack, zip(parameters, other[1], strict=True)))
    lai = torch.stack([forcing.lai_n, other[0].lai_n], 1)
    together, slopes = differentiated(forcing._replace(lai_n=lai), both, compiled)
    weights = torch.randn(5, 40, 2, 6, generator=torch.Generator().manual_seed(1)).to(F64)
    for k, (own, of) in enumerate([(forcing, parameters), (other[0], other[1])]):
        leaves = Parameters(*(x.clone().requires_grad_() for x in of))
        alone = compiled(forcing._replace(lai_n=own.lai_n), leaves)
        for x, y in zip(alone, together, strict=True):
            assert torch.equal(x, y[:, k])
        loss = sum((x * w[:, k]).sum() for x, w in zip(alone, weights, strict=True))
        for x, y in zip(torch.autograd.grad(loss, leaves), slopes, strict=True):
            torch.testing.assert_close(x, y[k], rtol=1e-12, atol=0)


def test_results_do_not_hang_on_threads_or_neighbours() -> None:
    forcing, parameters = invent(30, 600, torch.float32)
    leaves = Parameters(*(x.clone().requires_grad_() for x in parameters))

    def result(threads: int, part: slice) -> tuple[Tensor, ...]:
        own = Parameters(*(x[part] for x in leaves))
        water = run(Forcing(*(x[:, part].contiguous() for x in forcing)), own, threads=threads)
        slopes = torch.autograd.grad((water.q + water.tws).sum(), leaves)
        return water.q, water.tws, *(x[None, part] for x in slopes)

    one, three, some = (result(*x) for x in ((1, slice(600)), (3, slice(600)), (2, slice(7, 30))))
    for a, b, c in zip(one, three, some, strict=True):
        assert torch.equal(a, b)
        torch.testing.assert_close(a[:, 7:30], c, rtol=1e-5, atol=1e-6)


def test_known_capacity_and_shape_are_found_again_by_descent() -> None:
    forcing, truth = invent(730, 12, F64, seed=3)
    truth = truth._replace(cap=torch.linspace(60, 300, 12, dtype=F64))
    truth = truth._replace(brim=truth.cap, efmax=0 * truth.cap + 0.7, wp99=0 * truth.cap + 0.6)
    seen = run(forcing, truth)
    unit = torch.zeros(2, 12, dtype=F64, requires_grad=True)
    optimiser = torch.optim.Adam([unit], 0.1)
    for _ in range(200):
        cap = 400 * torch.sigmoid(unit[0])
        water = run(forcing, truth._replace(cap=cap, brim=cap, k=10 * torch.sigmoid(unit[1])))
        loss = sum(
            ((x - y) ** 2).mean(0) / y.var(0).clamp(min=1e-6)
            for x, y in ((water.q, seen.q), (water.et, seen.et), (water.tws, seen.tws))
        ).sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    found = 400 * torch.sigmoid(unit[0]).detach()
    assert ((found - truth.cap).abs() / truth.cap).max() < 0.05


def test_what_does_not_go_together_is_refused() -> None:
    forcing, parameters = invent(20, 4, F64)
    with pytest.raises(ValueError, match="do not go with 1 x 4 basins"):
        run(Forcing(*(x[:, :3] for x in forcing)), parameters)
    with pytest.raises(ValueError, match="of one kind"):
        run(forcing._replace(t=forcing.t.float()), parameters)


@pytest.mark.parametrize("real", [np.float32, np.float64])
def test_powers_and_logarithms_are_good_to_some_last_places(real) -> None:
    log2, exp2 = make_log2(real), make_exp2(real)
    x = np.r_[0.01, 0.99, 0.5, 1.0, np.random.default_rng(0).uniform(0.01, 1, 200)].astype(real)
    eps = np.finfo(real).eps
    assert max(abs(log2(v) - np.log2(np.float64(v))) for v in x) < 8 * eps
    v = np.r_[0.0, -1, -0.5, -40.25, -100 * np.random.default_rng(1).random(200)].astype(real)
    assert max(abs(exp2(e) / np.exp2(np.float64(e)) - 1) for e in v) < 4 * eps
    assert 0 < exp2(real(-1e5)) < np.finfo(real).tiny * 2
