"""The hybrid model learns: its loss by hand, members that do not know each other, a killed job."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from tests.scripts import script
from tests.systems.killed import Killed

from vadose import contracts, training
from vadose.checkpoints import save
from vadose.errors import InputError
from vadose.root_zone.folds import Part, Years, deal_out
from vadose.root_zone.learn import Fitted, Members, from_file, learn, to_file
from vadose.root_zone.parameters import Design
from vadose.root_zone.record import Record
from vadose.root_zone.series_file import SERIES_FILE, to_dataset
from vadose.root_zone.simulate import simulate
from vadose.root_zone.simulate import to_dataset as simulated
from vadose.root_zone.simulated import SIMULATED
from vadose.root_zone.targets import Aim, error_weights, goals_of, misfit, storage_weight
from vadose.training import Plan, prepare

nan = np.nan
DAYS = pd.date_range("2001-01-01", "2005-12-31")
DIVISION = {"spin_up_years": 1, "folds": 2, "validation_every": 2}
DESIGN = Design(hidden=4, dropout=0.2)
WEIGHTS = {"q": 1.0, "et": 1.0, "swe": 1.0, "twsa": 1.0}
AIM = Aim(WEIGHTS, "basin", 1e5, 0.5, (None, None))
PLAN = Plan(3, ((0, 0.02),), clip=10.0)
CASE = {"batch": 3, "rounds": 1}


@pytest.fixture(autouse=True)
def one_thread() -> None:
    prepare("cpu", seed=1)


def record(basins: int = 4) -> Record:
    """Seasonal forcing, and targets that the model itself gave with parameters of its own."""
    rng = np.random.default_rng(3)
    n = len(DAYS), basins
    season = np.sin(2 * np.pi * (DAYS.day_of_year.to_numpy()[:, None] - 100) / 365)
    blank = np.full((60, basins), nan, np.float32)
    empty = Record(
        p=(rng.gamma(0.3, 9.0, n)).astype(np.float32),
        t=(5 + 12 * season + rng.normal(0, 2, n)).astype(np.float32),
        srad=(110 + 80 * season + np.zeros(n)).astype(np.float32),
        lrad=np.full(n, -40, np.float32),
        lai=np.tile(2 + np.sin(np.arange(12.0)), 5)[:, None] + rng.random(basins),
        q=np.ones(n, np.float32),
        swe=np.ones(n, np.float32),
        et=blank,
        twsa=blank,
        static=rng.random((basins, 11)),
        area=np.full(basins, 1e5),
        basins=[f"b_{k}" for k in range(basins)],
        days=DAYS,
    )
    years = deal_out(DAYS, **DIVISION)
    made = fit(empty, aim=AIM._replace(weights={"q": 1.0}), plan=PLAN._replace(epochs=1), seeds=[9])
    water = simulate(empty, made._replace(years=years)).water
    length = np.bincount(empty.month_of_day)[:, None]
    sums = {
        name: np.add.reduceat(values[:, 0].numpy(), np.r_[0, length.cumsum()[:-1]])
        for name, values in (("et", water.et), ("tws", water.tws))
    }
    storage = sums["tws"] / length
    return empty._replace(
        q=water.q[:, 0].numpy(),
        swe=water.swe[:, 0].numpy(),
        et=sums["et"],
        twsa=storage - storage.mean(0),
    )


def fit(
    of: Record,
    *,
    design: Design = DESIGN,
    aim: Aim = AIM,
    plan: Plan = PLAN,
    seeds: list[int] | None = None,
) -> Fitted:
    years = deal_out(of.days, **DIVISION)
    return learn(of, years, seeds or [1, 2], design, aim, plan, **CASE)


@pytest.fixture(scope="module")
def known() -> Record:
    prepare("cpu", seed=1)
    return record()


def test_a_basins_loss_is_one_minus_its_r2_and_basins_count_the_same() -> None:
    observed = np.array([[1.0, 10.0], [2.0, 20.0], [3.0, nan], [9.0, 9.0]])
    counts = np.array([True, True, True, False])
    found = error_weights(observed, counts, "basin", 0.0, np.ones(2))
    error = np.array([[1.0, 1.0], [0.0, 2.0], [1.0, 5.0], [7.0, 7.0]])
    # SSE 2 over SST 2, and SSE 5 over SST 50
    assert (found * error**2).sum() == pytest.approx((2 / 2 + 5 / 50) / 2)
    pooled = error_weights(observed, counts, "pooled", 0.0, np.ones(2))
    values = np.array([1, 2, 3, 10, 20])
    assert (pooled * error**2).sum() == pytest.approx(7 / (5 * values.var()))


def test_a_constant_series_has_a_finite_loss_and_a_missing_one_none() -> None:
    observed = np.array([[1.0, nan], [1.0, nan]])
    found = error_weights(observed, np.ones(2, bool), "basin", 0.5, np.ones(2))
    np.testing.assert_allclose(found, [[2, 0], [2, 0]])


def test_storage_counts_less_the_smaller_the_basin() -> None:
    weight = storage_weight(np.array([1000.0, 1e5, 1e6, nan]), 1e5, 0.5)
    np.testing.assert_allclose(weight, [0.1, 1, 1, 1])
    np.testing.assert_allclose(storage_weight(np.array([10.0]), 1e5, 0.0), 1)


def test_each_fold_is_compared_in_its_own_years(known: Record) -> None:
    years = deal_out(DAYS, **DIVISION)
    part, part_of_month = years.of_days(DAYS), years.of_days(known.months)
    whose = {"q": part, "swe": part, "et": part_of_month, "twsa": part_of_month}
    for code in (Part.TRAINING, Part.VALIDATION):
        goals = goals_of(known, part, code, AIM)
        assert set(goals) == set(whose)
        for name, goal in goals.items():
            counted = (goal.weight > 0).any(-1).numpy()
            np.testing.assert_array_equal(counted.T, whose[name] == code)
    simulated_q = torch.zeros(len(DAYS), 4, 4)
    assert misfit(goals["q"], simulated_q).shape == (4,)
    perfect = torch.from_numpy(known.q)[:, None].expand(-1, 4, -1)
    np.testing.assert_allclose(misfit(goals["q"], perfect), 0)


def test_learning_lowers_the_loss_of_all_targets(known: Record) -> None:
    fitted = fit(known, plan=PLAN._replace(epochs=12))
    first, *_, last = fitted.history
    assert last.validation < 0.7 * first.validation


def test_members_without_clip_or_dropout_do_not_know_of_each_other(known: Record) -> None:
    still = DESIGN._replace(dropout=0.0)
    plan = PLAN._replace(clip=np.inf)
    both, alone = (fit(known, design=still, plan=plan, seeds=s) for s in ([1, 2], [1]))
    for name, values in alone.weights.items():
        if values.shape[:1] == (2,):
            torch.testing.assert_close(both.weights[name][[0, 2]], values, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("fold", [0, 1])
def test_test_years_change_nothing(known: Record, fold: int) -> None:
    """The members of a fold learn the same whatever was observed in the years that test it.

    Leaf area also drives the water of its own years, and so what the stores hold afterwards: it
    is changed where the tested years are the last and outside the baseline, from their second
    month on, as days between the middles of two months know both.
    """
    years = deal_out(DAYS, **DIVISION)
    days, months = (years.of_days(when)[fold] == Part.TEST for when in (DAYS, known.months))
    other = known._replace(**{n: getattr(known, n).copy() for n in (*WEIGHTS, "lai")})
    other.q[days] = other.swe[days] = 50.0
    other.et[months] = other.twsa[months] = 50.0
    if fold == 1:
        other.lai[np.flatnonzero(months)[1:]] *= 100
    still = DESIGN._replace(dropout=0.0)
    plan, aim = PLAN._replace(clip=np.inf), AIM._replace(baseline=("2002-01-01", "2002-12-31"))
    first, second = (fit(one, design=still, aim=aim, plan=plan) for one in (known, other))
    own = slice(2 * fold, 2 * fold + 2)
    for name, values in first.weights.items():
        if values.shape[:1] == (4,):
            torch.testing.assert_close(second.weights[name][own], values[own])


def test_each_member_keeps_the_weights_of_its_own_best_validation() -> None:
    model = Members([1, 2], DESIGN)
    weights = model.learning.land.bias
    with torch.no_grad():
        for value, validation in ((1.0, [3.0, 5.0]), (2.0, [4.0, 2.0]), (3.0, [3.5, 2.5])):
            weights.fill_(value)
            mean = model.keep(torch.tensor(validation))
    assert mean == pytest.approx(2.5)
    assert (model.kept.land.bias[0] == 1).all() and (model.kept.land.bias[1] == 2).all()


def test_water_closes_and_a_file_gives_back_the_same_networks(
    tmp_path: Path, known: Record
) -> None:
    fitted = fit(known)
    save(tmp_path / "net.pt", to_file(fitted))
    again = from_file(torch.load(tmp_path / "net.pt", weights_only=True))
    assert again.history == fitted.history and again.seeds == [1, 2]
    one, other = (simulated(known, f, simulate(known, f)) for f in (fitted, again))
    np.testing.assert_array_equal(one["q"].values, other["q"].values)
    assert float(one["residual"].max()) < 1e-4
    contracts.write(one, SIMULATED, tmp_path / "simulated.nc")
    assert one["member"].values.tolist() == ["0_1", "0_2", "1_1", "1_2"]


def test_new_years_are_simulated_by_networks_that_never_saw_them(known: Record) -> None:
    fitted = fit(known)
    fewer = Years(fitted.years.years[:-1], fitted.years.part[:, :-1])
    found = simulated(known, fitted._replace(years=fewer), simulate(known, fitted))
    assert (found["test_fold"].values[-365:] == -1).all()
    assert set(found["test_fold"].values[365:-365]) == {0, 1}
    assert np.isfinite(found["q"].values).all()


def test_a_target_that_is_never_observed_is_named(known: Record) -> None:
    blind = known._replace(twsa=np.full_like(known.twsa, nan))
    with pytest.raises(InputError, match="twsa is observed in none of 4 basins"):
        fit(blind)
    fitted = fit(blind, aim=AIM._replace(weights={"q": 1.0, "et": 1.0}))
    assert np.isfinite(fitted.history[-1].loss)


def test_a_basin_with_one_target_learns_with_the_others(known: Record) -> None:
    some = known._replace(q=known.q.copy(), swe=known.swe.copy(), et=known.et.copy())
    for values in (some.q, some.swe, some.et):
        values[:, 0] = nan
    assert np.isfinite(fit(some).history[-1].validation)


def test_the_controls_fix_capacity_and_leaves(known: Record) -> None:
    design = DESIGN._replace(capacity=150.0, lai_effect=False, overflow=False)
    fitted = fit(known, design=design)
    found = simulate(known, fitted).parameters
    assert (found.cap == 150).all() and (found.beta == 0).all() and torch.isinf(found.brim).all()


def test_killed_and_resumed_equals_uninterrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: Record
) -> None:
    """The rule's own main, killed in the second epoch and started again."""
    contracts.write(to_dataset(known, np.zeros((4, 2))), SERIES_FILE, tmp_path / "series.nc")
    train = script("train_root_zone")
    settings = {
        "experiment": "all",
        "design": DESIGN._asdict(),
        "aim": AIM._asdict(),
        "division": DIVISION,
        "tested_folds": 2,
        "seeds": [1, 2],
        "learning": {"epochs": 3, "rates": [[0, 0.02]], "clip": 10.0},
        "checkpoint_seconds": 0.0,
        "known_by": {"settings": 1},
        "threads": 1,
        **CASE,
    }

    def run(folder: str) -> dict:
        place = tmp_path / folder
        place.mkdir(exist_ok=True)
        train.main(
            tmp_path / "series.nc",
            place / "all.pt",
            place / "all.csv",
            checkpoint=place / "checkpoint.pt",
            **settings,
        )
        return torch.load(place / "all.pt", weights_only=True)

    whole = run("whole")
    save_checkpoint, calls = training.save, []

    def killed(path: Path, content: dict) -> None:
        save_checkpoint(path, content)
        calls.append(content["state"]["epoch"])
        if calls[-1] == 1:
            raise Killed

    monkeypatch.setattr(training, "save", killed)
    with pytest.raises(Killed):
        run("broken")
    monkeypatch.setattr(training, "save", save_checkpoint)
    again = run("broken")
    assert all(torch.equal(whole["weights"][k], again["weights"][k]) for k in whole["weights"])
    assert (tmp_path / "broken/all.json").is_file()
    assert not (tmp_path / "broken/checkpoint.pt").exists()
