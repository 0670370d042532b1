"""The time of floods is compared as told, and as a slow loop over days does it."""

import numpy as np
import pytest
from scipy.signal import peak_prominences

from vadose.signatures import APART, WINDOW, peak_timing, signatures

FLOODS = (150, 400, 650)


def hydrograph(days: int = 800, floods: tuple[int, ...] = FLOODS) -> np.ndarray:
    flow = np.ones(days)
    for day in floods:
        flow[day - 1 : day + 2] += (4, 9, 5)
    return flow


def slow(simulated: np.ndarray, observed: np.ndarray) -> float:
    """The same by a loop: peaks from the highest to the lowest, each with its neighbourhood."""
    known = [k for k in range(len(observed)) if np.isfinite(simulated[k] + observed[k])]
    s, o = simulated[known], observed[known]
    tops = [k for k in range(1, len(o) - 1) if o[k - 1] < o[k] > o[k + 1]]
    kept: list[int] = []
    for k in sorted(tops, key=lambda k: -o[k]):
        if all(abs(k - other) >= APART for other in kept):
            kept.append(k)
    errors = []
    for k in sorted(kept):
        whole = WINDOW <= k < len(o) - WINDOW
        if peak_prominences(o, [k])[0][0] < np.std(o) or not whole:
            continue
        if known[k + WINDOW] - known[k - WINDOW] != 2 * WINDOW:
            continue
        near = {j: s[j] for j in range(k - WINDOW, k + WINDOW + 1)}
        at = k if s[k - 1] < s[k] > s[k + 1] else max(near, key=lambda j: near[j])
        errors.append(abs(at - k))
    return float(np.mean(errors)) if errors else float("nan")


@pytest.mark.parametrize("shift", [-3, -2, 0, 1, 3])
def test_floods_that_come_late_or_early_are_counted_in_days(shift: int) -> None:
    observed = hydrograph()
    assert peak_timing(np.roll(observed, shift), observed) == abs(shift)


def test_a_simulated_peak_of_the_same_day_is_right_whatever_follows() -> None:
    observed = hydrograph()
    simulated = observed.copy()
    simulated[150 + 3] = 99
    assert peak_timing(simulated, observed) == 0
    simulated[150 - 1] = simulated[150] + 1  # now the day is no peak: the greatest flow counts
    assert peak_timing(simulated, observed) == 3 / 3


def test_it_is_what_a_slow_loop_finds() -> None:
    rng = np.random.default_rng(2)
    rain = rng.gamma(0.3, 2, (5, 2000))
    decay = np.exp(-np.arange(40) / 6)
    observed = np.stack([np.convolve(x, decay)[:2000] for x in rain])
    simulated = np.stack([np.roll(x, k) for k, x in enumerate(observed, -2)])
    simulated += rng.normal(0, 0.5, simulated.shape)
    observed[1, rng.random(2000) < 0.02] = np.nan
    simulated[2, 500:900] = np.nan
    found = peak_timing(simulated, observed)
    np.testing.assert_allclose(
        found, [slow(*pair) for pair in zip(simulated, observed, strict=True)]
    )
    assert np.isfinite(found).all() and found.min() < found.max()
    np.testing.assert_array_equal(signatures(simulated, observed)["peak_timing"], found)


def test_floods_beside_missing_days_do_not_count() -> None:
    observed, late = hydrograph(), np.roll(hydrograph(), 2)
    late[150 - 5 : 150 + 6] = observed[
        150 - 5 : 150 + 6
    ]  # the first flood in time, the others late
    assert peak_timing(late, observed) == pytest.approx(4 / 3)
    observed[150 + 3] = np.nan
    assert peak_timing(late, observed) == 2


def test_without_a_flood_there_is_no_score() -> None:
    flat, none = np.ones(300), np.full(300, np.nan)
    at_the_end = hydrograph(300, (298,))
    for observed in (flat, none, at_the_end):
        assert np.isnan(peak_timing(flat, observed))
    assert peak_timing(np.ones((2, 3, 300)), np.ones((2, 3, 300))).shape == (2, 3)
