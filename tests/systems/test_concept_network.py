"""A network whose cell state is water finds a known store, from what it may know and no more."""

from pathlib import Path

import numpy as np
import pytest
import torch
from tests.scripts import script
from tests.systems.killed import dies_after
from tests.unit.test_concept_network import DESIGN, HELD, PLAN, SAMPLING, TEST, bucket, fit, nan

from vadose.concepts.model import ConceptLstm, elastic_net
from vadose.concepts.network import run
from vadose.concepts.series_file import write_folds, write_series
from vadose.errors import InputError
from vadose.training import Plan, prepare


@pytest.fixture(autouse=True)
def one_thread() -> None:
    prepare("cpu", seed=1)


def test_the_probe_reads_a_store_and_flow_is_predicted_in_a_basin_never_seen() -> None:
    record = bucket()
    plan = Plan(epochs=12, rates=((0, 0.02), (8, 0.005)), clip=1.0)
    fitted = fit(record, plan=plan, updates=40)
    found = run(record, fitted, TEST).targets
    true = record.targets[:, slice(*TEST)]
    for target in (0, 1):
        for basin in (0, HELD):
            r = np.corrcoef(found[basin, :, target], true[basin, :, target])[0, 1]
            assert r**2 > 0.85


@pytest.mark.parametrize("saves", [2, 5])
def test_killed_and_resumed_equals_uninterrupted(tmp_path: Path, saves: int) -> None:
    """The rule's own main, killed in the second epoch of a network and started again."""
    record = bucket()
    write_series(record, np.zeros((5, 2)), tmp_path / "series.nc")
    held = np.arange(5) == HELD
    write_folds(record.basins, np.stack([held, ~held]), tmp_path / "split.csv")
    rule = script("train_concepts")

    def train(to: str) -> dict:
        rule.main(
            *(tmp_path / name for name in ("series.nc", "split.csv", f"{to}.pt", f"{to}.csv")),
            queue=[["0", 1], ["1", 0]],
            design=DESIGN._replace(dropout=0.4)._asdict(),
            sampling=SAMPLING._asdict(),
            learning={"epochs": 3, "rates": [[0, 0.02]], "clip": 1.0},
            periods={
                "training": [None, "2002-02-04"],
                "validation": ["2002-02-05", "2002-05-15"],
            },
            checkpoints=tmp_path / "checkpoints",
            checkpoint_seconds=0,
            known_by={"seed": 1},
            device="cpu",
            threads=1,
            deterministic=False,
        )
        return torch.load(tmp_path / f"{to}.pt", weights_only=True)

    expected = train("whole")
    with dies_after(saves=saves):
        train("killed")
    assert list((tmp_path / "checkpoints").iterdir())
    torch.manual_seed(99)
    found = train("killed")
    assert list(found) == ["0_1", "1_0"]
    for name, one in found.items():
        weights = expected[name]["weights"]
        assert all(torch.equal(one["weights"][k], v) for k, v in weights.items())
        assert [row[:4] for row in one["history"]] == [row[:4] for row in expected[name]["history"]]
    assert not (tmp_path / "checkpoints").exists()
    held_out = {name: set(record.basins) - set(one["basins"]) for name, one in found.items()}
    assert held_out == {"0_1": {"b_4"}, "1_0": {"b_0", "b_1", "b_2", "b_3"}}


def test_half_precision_trains_and_keeps_its_states_in_single() -> None:
    record = bucket()
    whole, half = (fit(record, plan=PLAN._replace(precision=p)) for p in ("float32", "bfloat16"))
    losses = [[row.validation for row in fitted.history] for fitted in (whole, half)]
    np.testing.assert_allclose(*losses, rtol=0.1)
    assert run(record, half, TEST).cells.dtype == np.float32


def test_every_recurrent_weight_learns() -> None:
    fitted = fit(bucket())
    prepare("cpu", seed=1)
    fresh = dict(ConceptLstm(fitted.sizes, DESIGN).named_parameters())
    for name, weights in fitted.weights.items():
        assert not torch.equal(weights, fresh[name]), name


def test_a_basin_that_is_held_out_changes_nothing() -> None:
    one, other = bucket(), bucket()
    other.forcing[HELD] *= 3
    other.targets[HELD] = 1.0
    first, second = fit(one), fit(other)
    assert all(torch.equal(first.weights[name], second.weights[name]) for name in first.weights)


def test_days_outside_learning_and_validation_change_nothing() -> None:
    one, other = bucket(), bucket()
    other.targets[:, 500:] = nan
    other.forcing[:, 500:] = 7.0
    first, second = fit(one), fit(other)
    assert all(torch.equal(first.weights[name], second.weights[name]) for name in first.weights)


def test_a_store_in_one_basin_and_flow_in_others_are_learnt_together() -> None:
    record = bucket()
    record.targets[1:, :, 1] = nan
    record.targets[0, :, 0] = nan
    fitted = fit(record)
    assert all(np.isfinite(epoch.loss) for epoch in fitted.history)
    record.targets[:] = nan
    with pytest.raises(InputError, match="q is never observed in the training basins and days"):
        fit(record)


def test_the_elastic_net_weighs_the_probes_alone() -> None:
    assert float(elastic_net(torch.tensor([[3.0, -1.0]]), 0.1, 0.5)) == pytest.approx(
        0.1 * (0.5 * 4 + 0.25 * 10)
    )
    strong = fit(bucket(), DESIGN._replace(alpha=10.0))
    weak = fit(bucket(), DESIGN._replace(alpha=0.0))
    assert strong.weights["probe"].abs().sum() < 0.5 * weak.weights["probe"].abs().sum()
