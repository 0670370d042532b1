"""Signatures are those of slow loops over basins, and of numbers that can be worked out by hand."""

import math

import numpy as np
import pytest

from vadose.metrics import kge, nse
from vadose.signatures import (
    LEAST_FLOW,
    beta_nse,
    duration_curves,
    high_flow_bias,
    low_flow_bias,
    signatures,
    slope_bias,
)


@pytest.fixture
def flows() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    observed = rng.gamma(0.8, 2.0, (6, 700))
    simulated = observed * rng.uniform(0.3, 1.8, observed.shape) + rng.gamma(1, 0.1, (6, 1))
    observed[1, :150], simulated[2, 40:90] = np.nan, np.nan
    observed[3, rng.random(700) < 0.1] = 0.0
    return simulated, observed


def pairs(simulated: np.ndarray, observed: np.ndarray) -> list[tuple[list[float], list[float]]]:
    """Give the steps of each basin that both have, as lists."""
    both = [
        [(s, o) for s, o in zip(*basin, strict=True) if not (math.isnan(s) or math.isnan(o))]
        for basin in zip(simulated.tolist(), observed.tolist(), strict=True)
    ]
    return [([s for s, _ in basin], [o for _, o in basin]) for basin in both]


def slow_high(s: list[float], o: list[float]) -> float:
    count = round(0.02 * len(o))
    top_s, top_o = sorted(s)[-count:], sorted(o)[-count:]
    return 100 * (sum(top_s) - sum(top_o)) / sum(top_o)


def slow_slope(s: list[float], o: list[float]) -> float:
    def slope(flows: list[float]) -> float:
        curve = [math.log(max(q, LEAST_FLOW)) for q in sorted(flows, reverse=True)]
        return curve[round(0.2 * len(curve))] - curve[round(0.7 * len(curve))]

    return 100 * (slope(s) - slope(o)) / slope(o)


def slow_low(s: list[float], o: list[float]) -> float:
    def volume(flows: list[float]) -> float:
        curve = [math.log(max(q, LEAST_FLOW)) for q in sorted(flows)]
        return sum(q - curve[0] for q in curve[: round(0.3 * len(curve))])

    return -100 * (volume(s) - volume(o)) / volume(o)


@pytest.mark.parametrize(
    ("fast", "slow"),
    [(high_flow_bias, slow_high), (slope_bias, slow_slope), (low_flow_bias, slow_low)],
)
def test_biases_of_the_duration_curve_are_those_of_a_slow_loop(flows, fast, slow) -> None:
    np.testing.assert_allclose(
        fast(duration_curves(*flows)), [slow(s, o) for s, o in pairs(*flows)]
    )


def test_nse_is_what_its_parts_make(flows) -> None:
    """Gupta et al. (2009), equation 4: NSE = 2 alpha r - alpha^2 - beta^2."""
    simulated, observed = flows
    found = signatures(simulated, observed)
    known = [np.array(pair) for pair in pairs(simulated, observed)]
    r = np.array([np.corrcoef(pair)[0, 1] for pair in known])
    alpha, beta = kge(simulated, observed).alpha, found["beta_nse"]
    np.testing.assert_allclose(2 * alpha * r - alpha**2 - beta**2, nse(simulated, observed))


def test_a_right_curve_has_no_bias_whatever_its_timing(flows) -> None:
    observed = flows[1][:1]
    found = signatures(observed[:, ::-1], observed)
    assert found.pop("peak_timing") > 0
    for value in found.values():
        np.testing.assert_allclose(value, 0, atol=1e-12)


def test_half_the_flow_everywhere_lowers_peaks_and_leaves_the_logarithms_differences() -> None:
    observed = np.random.default_rng(1).gamma(2, 1, 500)
    found = signatures(observed / 2, observed)
    np.testing.assert_allclose(found["fhv"], -50)
    np.testing.assert_allclose([found["fms"], found["flv"]], 0, atol=1e-9)


def test_a_constant_shift_is_a_bias_in_observed_deviations() -> None:
    observed = np.arange(100.0)
    np.testing.assert_allclose(beta_nse(observed + 5, observed), 5 / observed.std())


def test_what_is_not_defined_is_missing() -> None:
    steady = np.full((1, 60), 2.0)
    rising = np.linspace(1, 3, 60)[None]
    found = signatures(rising, steady)
    assert all(np.isnan(found[name]) for name in ("beta_nse", "fms", "flv"))
    assert np.isfinite(found["fhv"])
    few = np.where(np.arange(60) < 8, rising, np.nan)
    assert all(np.isnan(value) for value in signatures(few, rising).values())
    assert np.isnan(high_flow_bias(duration_curves(rising, np.zeros((1, 60)))))


def test_dry_days_are_at_the_least_flow() -> None:
    observed = np.where(np.arange(100) < 50, 1.0, 0.0)
    slope = -math.log(LEAST_FLOW)
    wetter = np.where(np.arange(100) < 50, 1.0, 0.5)
    np.testing.assert_allclose(
        slope_bias(duration_curves(wetter, observed)), 100 * (math.log(2) - slope) / slope
    )
