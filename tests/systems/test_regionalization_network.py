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
    LESSON,
    SAMPLING,
    TEST,
    buckets,
    fit,
    simulate,
)

from vadose import contracts
from vadose.concepts.series_file import hold_out, write_folds
from vadose.concepts.windows import Sampling
from vadose.metrics import nse
from vadose.regionalization import training_queue
from vadose.regionalization.files import PREDICTED
from vadose.regionalization.series import SYSTEM, write_series
from vadose.training import Plan, prepare


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
        *(tmp_path / name for name in ("series.nc", "killed.pt", "predicted.nc")),
        periods=dates,
        device="cpu",
        threads=1,
    )
    data = contracts.read(PREDICTED, tmp_path / "predicted.nc")
    assert data["network"].values.tolist() == list(found)
    np.testing.assert_array_equal(data["learnt"].values == 1, ~held)
    np.testing.assert_array_equal(np.isfinite(data["q"].values).all(-1), held)
    assert data.sizes["time"] == 400 + 200
