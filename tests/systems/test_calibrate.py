"""A calibration finds known parameters, unit by unit, whatever runs beside it."""

import numpy as np
import pytest

from vadose.calibrate import Forcing, calibrate, results, split_periods
from vadose.errors import InputError
from vadose.metrics import kge
from vadose.reasons import BLOCKING, Reason, data_reason
from vadose.search import Settings
from vadose.water_balance import lanes
from vadose.water_balance.model import load_model
from vadose.water_balance.simulate import simulate

MONTHS, UNITS = 180, 5
NAMES = [f"basin_{k}" for k in range(UNITS)]


@pytest.fixture(scope="module")
def world():
    """Forcing of several climates, and runoff that DWBM makes with known parameters."""
    rng = np.random.default_rng(5)
    model = load_model("dwbm")
    season = np.cos(2 * np.pi * np.arange(MONTHS) / 12)
    p = rng.gamma(2, 40, (UNITS, MONTHS))
    pet = 70 - 50 * season + rng.uniform(0, 30, (UNITS, 1))
    t = 10 - 12 * season + np.zeros((UNITS, 1))
    theta = rng.uniform([60, 1.5, 1.5, 0.1], [500, 3.5, 3.5, 0.9], (UNITS, 4))
    return Forcing(p, pet, t, simulate(model, theta, p, pet, t).q), theta


def run(forcing: Forcing, names=NAMES, **changes):
    options = {"settings": Settings(), "restarts": 5, "seed": 3} | changes
    periods = split_periods(forcing.q, 0.75)
    return calibrate(load_model("dwbm"), forcing, names, periods=periods, **options)


@pytest.fixture(scope="module")
def found(world):
    return run(world[0])


def test_known_parameters_are_recovered(world, found) -> None:
    assert found.calibration.kge.min() > 0.99
    assert found.verification.kge.min() > 0.97
    np.testing.assert_allclose(found.parameters[:, 0], world[1][:, 0], rtol=0.2)


def test_a_unit_does_not_depend_on_its_neighbours(world, found) -> None:
    picked = [3, 1]
    alone = run(Forcing(*(x[picked] for x in world[0])), [NAMES[k] for k in picked])
    np.testing.assert_array_equal(alone.restarts, found.restarts[picked])


def test_threads_and_blocks_do_not_change_a_result(world, found, monkeypatch) -> None:
    monkeypatch.setattr("vadose.calibrate.BLOCK", 2)
    told: list[int] = []
    spread_out = run(world[0], threads=2, progress=told.append)
    np.testing.assert_array_equal(spread_out.restarts, found.restarts)
    assert sum(told) == UNITS


@pytest.mark.parametrize("size", [1, 2, 3])
def test_chunks_of_any_size_give_the_same(world, found, size: int) -> None:
    starts = range(0, UNITS, size)
    chunks = [
        run(world[0].select(slice(k, k + size)), NAMES[k : k + size], threads=2) for k in starts
    ]
    for name in ("parameters", "restart_score", "search_score", "evaluations", "q"):
        together = np.concatenate([getattr(chunk, name) for chunk in chunks])
        np.testing.assert_array_equal(together, getattr(found, name))


def test_an_interruption_leaves_the_waiting_units_alone(world, monkeypatch) -> None:
    monkeypatch.setattr("vadose.calibrate.BLOCK", 1)
    many = 200
    forcing = world[0].select(np.arange(many) % UNITS)
    begun: list[int] = []
    monkeypatch.setattr("vadose.calibrate._judge", count_calls(begun))

    def interrupt(_units: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(forcing, [str(k) for k in range(many)], restarts=2, progress=interrupt)
    assert 0 < len(begun) < many


def count_calls(calls: list[int]):
    from vadose.calibrate import _judge

    def counted(*given):
        calls.append(1)
        return _judge(*given)

    return counted


def test_all_models_share_one_compiled_search(world) -> None:
    run(world[0].select(slice(0, 1)), NAMES[:1], restarts=1)
    before = lanes._search_block.cache_info().misses
    periods = split_periods(world[0].q, 0.75)
    other = calibrate(
        load_model("tvgm", "degree_day"), world[0], NAMES, periods=periods, settings=Settings()
    )
    assert np.isfinite(other.calibration.kge).all()
    assert lanes._search_block.cache_info().misses == before


def spoilt(forcing: Forcing) -> tuple[Forcing, dict[int, Reason]]:
    """Ten cells, most with something wrong, and the reason that each must carry."""
    p, pet, t, q = (np.concatenate([x, x]).copy() for x in forcing)
    q[0] = np.nan
    p[1, 7] = np.nan
    q[2] = 0.0
    q[3] = 3.0
    q[4] = p[4] * 1.2 + 1
    q[5, 11:] = np.nan
    t[6, -1] = np.inf
    q[7] *= 1e-30
    reasons = {
        0: Reason.NO_RUNOFF,
        1: Reason.FORCING_INCOMPLETE,
        2: Reason.RUNOFF_CONSTANT,
        3: Reason.RUNOFF_CONSTANT,
        4: Reason.RUNOFF_RATIO,
        5: Reason.RECORD_TOO_SHORT,
        6: Reason.FORCING_INCOMPLETE,
        7: Reason.RUNOFF_CONSTANT,
    }
    return Forcing(p, pet, t, q), reasons


def test_bad_cells_carry_their_reason_and_spoil_no_other(world) -> None:
    forcing, reasons = spoilt(world[0])
    names = [f"cell_{k}" for k in range(10)]
    periods = split_periods(forcing.q, 0.75)
    reason = data_reason(*forcing, periods.calibration, 60)
    assert {k: Reason(code) for k, code in enumerate(reason) if code} == reasons
    ready = ~np.isin(reason, BLOCKING)
    kept = [names[k] for k in np.flatnonzero(ready)]
    found = run(forcing.select(ready), kept, restarts=2)
    table = results(load_model("dwbm"), found, ready, periods)
    for name in ("kge_calibration", "kge_verification", "alpha_calibration", "beta_verification"):
        np.testing.assert_array_equal(np.isfinite(table[name]), ready)
    assert np.isfinite(table["restarts"].values[ready]).all()
    good = forcing.select(slice(8, 10))
    alone = run(good, names[8:], restarts=2)
    np.testing.assert_array_equal(table["restarts"].values[8:], alone.restarts)


def test_units_that_cannot_be_searched_are_refused_by_name(world) -> None:
    forcing, _ = spoilt(world[0])
    names = [f"cell_{k}" for k in range(10)]
    with pytest.raises(InputError, match=r"6 of 10 units .* such as cell_0, cell_1, cell_2"):
        run(forcing, names)


def test_single_precision_is_as_good_as_double(world, found) -> None:
    double = run(world[0], precision="float64")
    assert abs(np.median(double.calibration.kge - found.calibration.kge)) < 1e-3


def test_scores_of_restarts_are_those_of_their_parameters(world, found) -> None:
    forcing = world[0]
    periods = split_periods(forcing.q, 0.75)
    q = simulate(load_model("dwbm"), found.restarts[:, 2], *forcing[:3]).q
    expected = kge(q, np.where(periods.calibration, forcing.q, np.nan)).kge
    np.testing.assert_allclose(found.restart_score[:, 2], expected)
    np.testing.assert_array_equal(found.calibration.kge, found.restart_score.max(-1))


def test_verification_months_have_no_say(world, found) -> None:
    q = world[0].q.copy()
    q[:, -30:] *= 7
    again = run(world[0]._replace(q=q))
    np.testing.assert_array_equal(again.restarts, found.restarts)
    assert again.verification.kge.max() < 0.5


def test_a_given_capacity_is_kept_and_the_others_are_found_with_it(world) -> None:
    given = np.array([80.0, 200.0, 300.0, 60.0, 450.0])
    found = run(world[0], capacity=given)
    np.testing.assert_allclose(found.restarts[..., 0], np.tile(given[:, None], 5), rtol=1e-6)
    right = run(world[0], capacity=world[1][:, 0])
    assert right.calibration.kge.min() > 0.99
    np.testing.assert_allclose(right.parameters[:, 3], world[1][:, 3], rtol=0.1)
    assert (right.calibration.kge >= found.calibration.kge - 1e-3).all()


@pytest.mark.parametrize("objective", ["nse", "kge_prime"])
def test_other_objectives_find_the_same_perfect_fit(world, objective: str) -> None:
    assert run(world[0], objective=objective).calibration.kge.min() > 0.98


def test_parameters_keep_to_their_bounds(found) -> None:
    model = load_model("dwbm")
    assert (found.restarts >= model.low - 1e-6).all()
    assert (found.restarts <= model.high).all()


def test_a_slow_reservoir_near_its_lower_bound_is_found(world) -> None:
    """Rates span decades: a linear scale has one point in a hundred below kg = 0.02."""
    forcing, theta = world
    slow = theta.copy()
    slow[:, 3] = 0.012
    q = simulate(load_model("dwbm"), slow, *forcing[:3]).q
    again = run(forcing._replace(q=q), restarts=10)
    assert again.calibration.kge.min() > 0.99


def test_the_budget_is_kept(found) -> None:
    assert found.evaluations.max() <= 1000
    assert found.evaluations.min() > 100


def test_units_that_were_left_out_are_missing_in_the_table(found) -> None:
    ready = np.array([True, False, True, True, False, True, True])
    periods = split_periods(np.ones((7, MONTHS)), 0.75)
    table = results(load_model("dwbm"), found, ready, periods)
    np.testing.assert_array_equal(np.isfinite(table["kge_calibration"]), ready)
    np.testing.assert_array_equal(table["parameters"][ready], found.parameters)
    assert table["parameter_unit"].values.tolist() == ["mm", "1", "1", "1/month"]
