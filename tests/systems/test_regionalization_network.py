"""Networks of streamflow use what they are told, and a killed training goes on."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from tests.scripts import script
from tests.systems.killed import Killed
from tests.unit.test_regionalization_network import (
    DESIGN,
    LEARNING,
    LESSON,
    SAMPLING,
    TEST,
    buckets,
    fit,
    nan,
    simulate,
)

from vadose import contracts
from vadose.concepts.record import Span
from vadose.concepts.series_file import hold_out, write_folds
from vadose.concepts.windows import Sampling
from vadose.metrics import nse
from vadose.regionalization import training_queue
from vadose.regionalization.experiment import Member
from vadose.regionalization.files import PREDICTED
from vadose.regionalization.network import windows_of
from vadose.regionalization.series import SYSTEM, write_series
from vadose.regionalization.training_queue import predict_queue, train_queue
from vadose.training import Checkpoint, Plan, prepare


@pytest.fixture(autouse=True)
def one_thread() -> None:
    prepare("cpu", seed=1)


def test_what_is_told_of_a_basin_brings_out_its_flow() -> None:
    """A descriptor says all; nothing at all leaves only what is common to the basins."""
    plan = Plan(epochs=6, rates=((0, 0.03), (4, 0.008)), clip=1.0)
    lesson = LESSON._replace(plan=plan, sampling=Sampling(16, 5, 30))
    series = buckets()
    score = {}
    for told, kind in (("physical", "ct"), ("none", "plain")):
        of = lesson._replace(design=DESIGN._replace(kind=kind))
        found = simulate(series, fit(series, told, of), TEST, told)
        score[told] = np.median(nse(found, series.q[:, slice(*TEST)]))
    assert score["physical"] > 0.75
    assert score["physical"] > score["none"] + 0.1


def test_killed_and_resumed_equals_uninterrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rules' own mains: killed in the second network, started again, and predicted with."""
    series = buckets()
    write_series(series, ["mm/day", "degC"], tmp_path / "series.nc")
    held = hold_out(series.place, 2, 4.0, 1, SYSTEM)
    write_folds(series.basins, held, tmp_path / "split.csv")
    rule, learnt = script("train_regionalization"), []
    design = {name: value for name, value in DESIGN._asdict().items() if name != "kind"}
    dates = {"training": [None, "2002-02-04"], "test": ["2002-05-16", None]}

    def train(to: str) -> dict:
        rule.main(
            *(tmp_path / name for name in ("series.nc", "split.csv", f"{to}.pt", f"{to}.csv")),
            architecture="ea",
            queue=[["ungauged", "physical", "0", 0], ["ungauged", "gaussian-4", "1", 1]],
            design=design | {"dropout": 0.4},
            sampling=SAMPLING._asdict(),
            learning={"epochs": 2, "rates": [[0, 0.02]], "clip": 1.0},
            periods={"training": dates["training"], "validation": ["2002-02-05", "2002-05-15"]},
            seed=1,
            checkpoints=tmp_path / "checkpoints",
            checkpoint_seconds=0,
            known_by={"seed": 1},
            device="cpu",
        )
        return torch.load(tmp_path / f"{to}.pt", weights_only=True)

    expected = train("whole")
    learn_whole = training_queue.learn

    def learn_and_die(*given, **options):
        if len(learnt) == 1:
            raise Killed
        learnt.append(learn_whole(*given, **options))
        return learnt[-1]

    monkeypatch.setattr(training_queue, "learn", learn_and_die)
    with pytest.raises(Killed):
        train("killed")
    counted = []

    def learn_and_count(*given, **options):
        counted.append(1)
        return learn_whole(*given, **options)

    monkeypatch.setattr(training_queue, "learn", learn_and_count)
    torch.manual_seed(99)
    found = train("killed")
    assert len(counted) == 1 and not (tmp_path / "checkpoints").exists()
    assert list(found) == ["ungauged/physical/0/0", "ungauged/gaussian-4/1/1"]
    for name, one in found.items():
        weights = expected[name]["weights"]
        assert all(torch.equal(one["weights"][k], v) for k, v in weights.items())
    history = pd.read_csv(tmp_path / "killed.csv", dtype={"fold": str})
    keys = ["architecture", "setting", "vectors", "fold", "seed", "epoch"]
    assert history[keys].values.tolist() == [
        ["ea", "ungauged", vectors, fold, seed, epoch]
        for vectors, fold, seed in (("physical", "0", 0), ("gaussian-4", "1", 1))
        for epoch in (0, 1)
    ]
    script("predict_regionalization").main(
        tmp_path / "series.nc",
        [tmp_path / "killed.pt"],
        [tmp_path / "predicted.nc"],
        periods=dates,
        device="cpu",
        threads=1,
    )
    data = contracts.read(PREDICTED, tmp_path / "predicted.nc")
    assert data["network"].values.tolist() == list(found)
    np.testing.assert_array_equal(data["learnt"].values == 1, ~held)
    np.testing.assert_array_equal(np.isfinite(data["q"].values).all(-1), held)
    assert data.sizes["time"] == 400 + 200


MEMBER = Member("ungauged", "physical", "0", 0)


def test_the_last_day_alone_counts_where_the_original_asks_for_it() -> None:
    """One window a day; each reads its own 60 days and nothing else."""
    series = buckets()
    design = DESIGN._replace(counted_days=1)
    fitted = fit(series, lesson=LESSON._replace(design=design))
    assert len(windows_of(series, Span(100, 200), design, stride=1)) == 6 * 100
    flow = simulate(series, fitted, Span(600, 620))
    series.forcing[:, :550] = 5.0
    again = simulate(series, fitted, Span(600, 620))
    assert not np.allclose(again[:, :5], flow[:, :5])
    np.testing.assert_allclose(again[:, 10:], flow[:, 10:], rtol=1e-5, atol=1e-6)


def test_days_outside_learning_and_validation_change_nothing() -> None:
    one, other = buckets(), buckets()
    other.q[:, 500:] = nan
    other.forcing[:, 500:] = 7.0
    first, second = fit(one), fit(other)
    assert all(torch.equal(first.weights[name], second.weights[name]) for name in first.weights)


def test_a_basin_that_is_held_out_changes_nothing(tmp_path: Path) -> None:
    one, other = buckets(), buckets()
    for changed in (other.forcing, other.q, other.attributes):
        changed[4] *= 3
    told = {"0": np.arange(6) != 4}
    first, second = (
        train_queue(s, [MEMBER], told, LESSON, Checkpoint(tmp_path / str(k), ""))[MEMBER]
        for k, s in enumerate((one, other))
    )
    assert "b_4" not in first.basins
    assert all(torch.equal(first.weights[name], second.weights[name]) for name in first.weights)


def test_networks_that_hold_basins_out_predict_those_and_others_those_they_know() -> None:
    series = buckets()
    series.q[2, :400] = nan  # nothing to learn from
    everyone, held = fit(series.select(np.arange(6) != 2)), fit(series.select(np.arange(6) < 4))
    networks = {Member("temporal", "physical", "all", 0): everyone, MEMBER: held}
    flow, learnt = predict_queue(series, networks, [LEARNING, TEST])
    assert flow.shape == (2, 6, 600)
    asked = np.isfinite(flow).all(-1)
    assert learnt.tolist() == [[True, True, False, True, True, True], [True] * 4 + [False] * 2]
    np.testing.assert_array_equal(asked, [learnt[0], ~learnt[1]])
    np.testing.assert_array_equal(asked, np.isfinite(flow).any(-1))
