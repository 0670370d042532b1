"""SCE-UA finds known optima, keeps to its budget and its cube, and minds only its own lane."""

import numpy as np
import pytest

from vadose.search import EVALUATIONS, FINISHED, PHASE, Settings, make_lanes, make_search

CENTRE = np.array([0.2, 0.7, 0.5])


def sphere(x: np.ndarray) -> float:
    return float(((x - CENTRE) ** 2).sum())


def rosenbrock(x: np.ndarray) -> float:
    a, b = 4 * x[:2] - 2
    return float((1 - a) ** 2 + 100 * (b - a * a) ** 2)


def wavy(x: np.ndarray) -> float:
    """Many local minima; the deepest at 0.3 everywhere."""
    z = 6 * (x - 0.3)
    return float((z**2 - 3 * np.cos(2 * np.pi * z) + 3).sum())


def search(function, parameters: int, seed: int, settings: Settings, lane: int = 0, lanes: int = 1):
    state = make_lanes(lanes, parameters, settings, np.float64)
    begin, advance = make_search(settings, np.float64)
    trials = []
    with np.errstate(over="ignore"):  # unsigned integers are meant to wrap round
        begin(state, lane, np.uint64(seed))
        while True:
            trials.append(state.trial[lane].copy())
            if advance(state, lane, function(trials[-1])):
                break
    best = state.values[lane].argmin()
    return state.points[lane, best], state.values[lane, best], np.array(trials), state


@pytest.mark.parametrize("seed", range(5))
def test_the_bottom_of_a_bowl_is_found(seed: int) -> None:
    best, value, *_ = search(sphere, 3, seed, Settings(1500))
    np.testing.assert_allclose(best, CENTRE, atol=1e-3)
    assert value < 1e-6


def test_the_bottom_of_a_curved_valley_is_found() -> None:
    values = [search(rosenbrock, 2, seed, Settings(2000))[1] for seed in range(5)]
    assert np.median(values) < 1e-3


def test_the_deepest_of_many_minima_is_found_in_most_restarts() -> None:
    found = [search(wavy, 2, seed, Settings(3000))[1] < 0.1 for seed in range(10)]
    assert sum(found) >= 6


def test_trials_never_leave_the_cube() -> None:
    *_, trials, _ = search(lambda x: -x.sum(), 3, 1, Settings(600))
    assert trials.min() >= 0 and trials.max() <= 1


@pytest.mark.parametrize("evaluations", [7, 50, 333])
def test_the_budget_is_used_and_never_exceeded(evaluations: int) -> None:
    *_, trials, state = search(rosenbrock, 2, 3, Settings(evaluations))
    assert len(trials) == evaluations == state.counters[0, EVALUATIONS]
    assert state.counters[0, PHASE] == FINISHED


def test_a_search_that_stands_still_ends_early() -> None:
    *_, trials, _ = search(lambda _: 1.0, 3, 1, Settings(100_000))
    assert len(trials) < 2000


def test_the_best_value_never_gets_worse() -> None:
    best, value, trials, _ = search(wavy, 3, 5, Settings(800))
    values = [wavy(x) for x in trials]
    assert value == min(values)
    np.testing.assert_array_equal(best, trials[int(np.argmin(values))])


def test_a_search_depends_on_its_seed_alone() -> None:
    one, _, trials, _ = search(wavy, 2, 11, Settings(400))
    same, _, again, _ = search(wavy, 2, 11, Settings(400), lane=3, lanes=5)
    other, *_ = search(wavy, 2, 12, Settings(400))
    np.testing.assert_array_equal(trials, again)
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_an_undefined_value_counts_as_the_worst() -> None:
    best, *_ = search(lambda x: 1e30 if x[0] > 0.5 else sphere(x), 3, 2, Settings(1500))
    np.testing.assert_allclose(best, CENTRE, atol=1e-2)
