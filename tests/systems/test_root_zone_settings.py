"""Settings of the root zone reach what they are to change: baseline, footprint, rounds, years."""

import numpy as np
import pytest
import torch
from tests.systems.test_root_zone_learn import AIM, DAYS, DESIGN, DIVISION, PLAN, record

from vadose.root_zone.describe import tell
from vadose.root_zone.folds import Part, deal_out
from vadose.root_zone.learn import Fitted, learn
from vadose.root_zone.record import Record
from vadose.root_zone.simulate import simulate
from vadose.root_zone.targets import Calendar, Goal, goals_of, misfit
from vadose.training import prepare

YEARS = deal_out(DAYS, **DIVISION)
SPIN = 365  # days of the first year
ONE_YEAR = "2003-01-01", "2003-12-31"


@pytest.fixture(autouse=True)
def one_thread() -> None:
    prepare("cpu", seed=1)


@pytest.fixture(scope="module")
def known() -> Record:
    prepare("cpu", seed=1)
    return record()


@pytest.fixture(scope="module")
def frozen(known: Record) -> Record:
    """It is so cold that whatever falls lies as snow, and each round adds the first year's."""
    return known._replace(t=np.full_like(known.t, -30))


def fit(of: Record, target: str, rounds: int) -> Fitted:
    aim = AIM._replace(weights={target: 1.0}, baseline=ONE_YEAR)
    plan = PLAN._replace(epochs=1)
    return learn(of, YEARS, [1, 2], DESIGN, aim, plan, batch=3, rounds=rounds)


def goal(of: Record, target: str) -> Goal:
    late = of.after(SPIN)
    aim = AIM._replace(weights={target: 1.0})
    return goals_of(late, YEARS.of_days(late.days), Part.VALIDATION, aim)[target]


def off(of: Goal, simulated: np.ndarray) -> float:
    """Give how far a simulation [step, basin], the same for all four members, is off on average."""
    members = torch.from_numpy(np.float32(simulated))[:, None].expand(-1, 4, -1)
    return float(misfit(of, members).mean())


def test_storage_is_compared_about_its_mean_in_the_baseline(known: Record) -> None:
    calendar = Calendar.of(known, ONE_YEAR)
    inside = known.months.year == 2003
    np.testing.assert_allclose(calendar.baseline.numpy(), inside / 12, rtol=1e-6)
    storage = torch.from_numpy(known.months.year.to_numpy()[known.month_of_day].astype(float))
    np.testing.assert_allclose(calendar.anomaly(storage), known.months.year - 2003, atol=1e-3)


def test_learning_compares_storage_about_its_mean_in_the_baseline(frozen: Record) -> None:
    late = frozen.after(SPIN)
    pack = late.p.astype(float).cumsum(0)
    monthly = np.stack([pack[late.month_of_day == k].mean(0) for k in range(48)])
    expected = off(goal(frozen, "twsa"), monthly - monthly[12:24].mean(0))
    found = fit(frozen, "twsa", rounds=1).history[0].validation
    assert found == pytest.approx(expected, rel=1e-3)
    assert found != pytest.approx(off(goal(frozen, "twsa"), monthly - monthly.mean(0)), rel=0.1)


def test_storage_alone_counts_by_the_area_of_the_basin(known: Record) -> None:
    """Of basins with one storage, that of a hundredth of the footprint counts a tenth."""
    alike = {name: np.repeat(getattr(known, name)[:, :1], 4, 1) for name in ("et", "twsa")}
    area = np.array([1e3, 1e5, 1e6, np.nan])
    part = YEARS.of_days(DAYS)
    goals = goals_of(known._replace(area=area, **alike), part, Part.TRAINING, AIM)
    for name, expected in (("twsa", [0.1, 1, 1, 1]), ("et", [1, 1, 1, 1])):
        weight = goals[name].weight.sum((0, 1))
        np.testing.assert_allclose(weight / weight[1], expected, rtol=1e-6)


def test_a_simulation_starts_from_as_many_rounds_as_the_fit_tells(frozen: Record) -> None:
    first_year = frozen.p[:SPIN].sum(0, dtype=float)
    fitted = fit(frozen, "swe", rounds=1)
    for rounds in (1, 2, 3):
        snow = simulate(frozen, fitted._replace(rounds=rounds)).start.snow
        np.testing.assert_allclose(snow, [rounds * first_year] * 4, rtol=1e-4)


@pytest.mark.parametrize("rounds", [1, 3])
def test_learning_starts_from_as_many_rounds_as_it_is_told(frozen: Record, rounds: int) -> None:
    first_year, pack = frozen.p[:SPIN].sum(0), frozen.after(SPIN).p.cumsum(0)
    fitted = fit(frozen, "swe", rounds)
    expected = off(goal(frozen, "swe"), rounds * first_year + pack)
    assert fitted.history[0].validation == pytest.approx(expected, rel=1e-3)
    assert fitted.rounds == rounds


@pytest.mark.parametrize("fold", [0, 1])
def test_basins_are_described_by_the_training_months_alone(known: Record, fold: int) -> None:
    """Leaf area of years that test, or validate, says nothing of what a fold's basins are like."""
    own = slice(2 * fold, 2 * fold + 2)
    before, scale = tell(known, YEARS, 2)
    for part in (Part.TEST, Part.VALIDATION):
        other = known._replace(lai=known.lai.copy())
        other.lai[YEARS.of_days(known.months)[fold] == part] *= 100
        after, of_other = tell(other, YEARS, 2)
        for found, expected in zip(after.basins, before.basins, strict=True):
            torch.testing.assert_close(found[own], expected[own])
        for found, expected in zip(of_other, scale, strict=True):
            np.testing.assert_allclose(found[fold], expected[fold])
        trained = YEARS.of_days(DAYS)[fold] == Part.TRAINING
        inner = trained & np.isin(DAYS.month, range(2, 12))  # not between months of two years
        season = (told.forcing.lai_n[torch.from_numpy(inner)][:, own] for told in (after, before))
        torch.testing.assert_close(*season)
    trained_year = (2004, 2002)[fold]  # of four years two are tested, and one validates
    by_hand = known.lai[known.months.year == trained_year].mean(0)
    np.testing.assert_allclose(before.basins.lai_mean[own], [by_hand] * 2, rtol=1e-6)
