"""Capacity is learnt from predictors, and a killed training ends as if nothing had happened."""

from pathlib import Path

import pandas as pd
import pytest
import torch
from tests.systems.killed import Killed
from tests.unit.test_capacity_network import (
    DESIGN,
    PLAN,
    error,
    fit,
    labels,
    predictors,
    run_rule,
    write_inputs,
)

from vadose.capacity.patches import Patches
from vadose.training import prepare


@pytest.fixture(autouse=True)
def one_thread() -> None:
    prepare("cpu", seed=1)


def test_it_finds_capacity_in_cells_that_it_never_saw() -> None:
    spread = labels(predictors()).capacity.std()
    assert error(fit(plan=PLAN._replace(epochs=80, rates=((0, 0.1),)))) < 0.5 * spread


def test_labels_that_are_uncertain_weigh_less_where_asked_for() -> None:
    plan = PLAN._replace(epochs=40)
    alike = error(fit(plan=plan, noise=300.0))
    weighted = error(fit(DESIGN._replace(loss="gaussian_nll"), plan, noise=300.0))
    assert weighted < 0.8 * alike


CALLS = 36  # batches: two seeds of two folds of three epochs of two updates and one check


def weights(path: Path) -> list[torch.Tensor]:
    file = torch.load(path, weights_only=True)
    assert len(file["seeds"]) == 2
    fits = [fit for folds in file["seeds"] for fit in folds.values()]
    return [values for fit in fits for values in fit["weights"].values()]


@pytest.mark.parametrize("calls", [3, 7, 17, 21, 35])
def test_a_killed_rule_ends_as_if_it_had_not_been(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, calls: int
) -> None:
    inputs = write_inputs(tmp_path)
    for name in ("whole", "broken"):
        (tmp_path / name).mkdir()
    whole = run_rule(inputs, tmp_path / "whole")
    at, count = Patches.at, 0

    def until(self: Patches, rows: torch.Tensor, columns: torch.Tensor) -> torch.Tensor:
        nonlocal count
        count += 1
        if count == calls:
            raise Killed
        return at(self, rows, columns)

    monkeypatch.setattr(Patches, "at", until)
    with pytest.raises(Killed):
        run_rule(inputs, tmp_path / "broken")
    assert list((tmp_path / "broken" / "checkpoints").iterdir())
    resumed = run_rule(inputs, tmp_path / "broken")
    assert count <= CALLS + 3  # it did not begin anew
    for one, other in zip(weights(whole), weights(resumed), strict=True):
        assert torch.equal(one, other)
    histories = [
        pd.read_csv(path.with_name("history.csv"))[["seed", "fold", "epoch", "loss", "validation"]]
        for path in (whole, resumed)
    ]
    pd.testing.assert_frame_equal(*histories)
    assert not (tmp_path / "broken" / "checkpoints").exists()  # nothing stale is left
