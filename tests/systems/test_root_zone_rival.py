"""The LSTM beside the water balance is told the same, and sees no year that it may not see."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from tests.scripts import script
from tests.systems.test_root_zone_learn import DAYS, DIVISION, record

from vadose import contracts
from vadose.concepts.windows import Sampling
from vadose.errors import InputError
from vadose.regionalization.model import Design
from vadose.root_zone.folds import Part, deal_out
from vadose.root_zone.forcing import leaf_area, told_of
from vadose.root_zone.record import Record
from vadose.root_zone.rival import (
    Member,
    Rival,
    flow_of,
    from_file,
    series_of,
    to_file,
    train_rival,
)
from vadose.root_zone.series_file import SERIES_FILE, to_dataset
from vadose.root_zone.simulated import FLOW, held_out
from vadose.root_zone.skill import skill_table
from vadose.training import Checkpoint, Plan, prepare

YEARS = deal_out(DAYS, **DIVISION)
DESIGN = Design("ct", hidden=4, dropout=0.1, forget_bias=3.0, window=60, counted_days=40)
SAMPLING = Sampling(batch=8, stride=10, updates=4)
PLAN = Plan(2, ((0, 0.02),), clip=1.0)
SEEDS = [1, 2]


@pytest.fixture(scope="module")
def known() -> Record:
    prepare("cpu", seed=1)
    return record()


def fit(of: Record, folder: Path) -> Rival:
    kept = Checkpoint(folder / "checkpoints", "same", 1e9)
    return train_rival(of, YEARS, SEEDS, DESIGN, SAMPLING, PLAN, kept)


@pytest.fixture(scope="module")
def fitted(known: Record, tmp_path_factory: pytest.TempPathFactory) -> Rival:
    return fit(known, tmp_path_factory.mktemp("rival"))


def replaced(of: Record, part: Part) -> Record:
    """The record with other streamflow in the years that are one part of the first fold."""
    days = YEARS.of_days(of.days)[0] == part
    return of._replace(q=np.where(days[:, None], of.q[::-1] + 7, of.q).astype(np.float32))


def weights(of: Rival, member: Member) -> torch.Tensor:
    return torch.cat([x.flatten() for x in of.networks[member].weights.values()])


def history(of: Rival, member: Member) -> list[tuple[float, float]]:
    return [(row.loss, row.validation) for row in of.networks[member].history]


def test_a_fold_has_a_network_of_each_seed_and_they_differ(fitted: Rival) -> None:
    assert set(fitted.networks) == {Member(f, s) for f in (0, 1) for s in SEEDS}
    every = [weights(fitted, member) for member in fitted.networks]
    assert all((a != b).any() for k, a in enumerate(every) for b in every[:k])


def test_tested_years_of_a_fold_tell_its_networks_nothing(
    known: Record, fitted: Rival, tmp_path: Path
) -> None:
    other = fit(replaced(known, Part.TEST), tmp_path)
    assert torch.equal(weights(other, Member(0, 1)), weights(fitted, Member(0, 1)))
    assert not torch.equal(weights(other, Member(1, 1)), weights(fitted, Member(1, 1)))


def test_validation_years_are_judged_by_and_not_learnt_from(
    known: Record, fitted: Rival, tmp_path: Path
) -> None:
    before = history(fitted, Member(0, 1))
    after = history(fit(replaced(known, Part.VALIDATION), tmp_path), Member(0, 1))
    assert [loss for loss, _ in after] == [loss for loss, _ in before]
    assert all(a[1] != b[1] for a, b in zip(after, before, strict=True))


def test_training_years_are_learnt_from(known: Record, fitted: Rival, tmp_path: Path) -> None:
    other = fit(replaced(known, Part.TRAINING), tmp_path)
    assert not torch.equal(weights(other, Member(0, 1)), weights(fitted, Member(0, 1)))


def test_it_is_told_what_the_water_balance_is_told(known: Record) -> None:
    series, vectors = series_of(known, YEARS, fold=1)
    training = YEARS.training_months(known.days)[1]
    leaves = leaf_area(known.lai, known.months, known.days, training)
    np.testing.assert_allclose(series.forcing[..., 3], leaves.normalised.T, rtol=1e-6)
    np.testing.assert_allclose(series.forcing[..., 2], known.rn.T, rtol=1e-6)
    np.testing.assert_array_equal(vectors.values, told_of(known, leaves))
    assert len(series.names) == vectors.values.shape[1] == 12


def test_its_flow_stands_beside_the_observed_in_tested_days_alone(
    known: Record, fitted: Rival, tmp_path: Path
) -> None:
    contracts.write(flow_of(known, fitted), FLOW, tmp_path / "lstm.nc")
    data = contracts.read(FLOW, tmp_path / "lstm.nc")
    spin = YEARS.spin_up(known.days)
    assert np.isnan(data["q"].values[..., :spin]).all()
    assert np.isfinite(data["q"].values[..., spin:]).all()
    parts = list(held_out(data, known, (None, None)))
    assert [(part.fold, part.seed) for part in parts] == list(fitted.networks)
    for row, part in enumerate(parts):
        tested = YEARS.test_fold(known.days) == part.fold
        simulated, observed = part.pairs["q"]
        assert list(part.pairs) == ["q"]
        np.testing.assert_array_equal(simulated, data["q"].values[row][:, tested])
        np.testing.assert_array_equal(observed, known.q.T[:, tested])
    table = skill_table(parts, known.basins, None, "lstm")
    assert set(table["variable"]) == {"q"}


def test_a_file_gives_back_what_was_trained(fitted: Rival, known: Record, tmp_path: Path) -> None:
    torch.save(to_file(fitted), tmp_path / "networks.pt")
    again = from_file(torch.load(tmp_path / "networks.pt", weights_only=True))
    np.testing.assert_array_equal(flow_of(known, again)["q"], flow_of(known, fitted)["q"])


def test_years_without_streamflow_are_an_error_that_names_them(
    known: Record, tmp_path: Path
) -> None:
    missing = YEARS.of_days(known.days)[1] == Part.VALIDATION
    blank = np.where(missing[:, None], np.nan, known.q).astype(np.float32)
    with pytest.raises(InputError, match="years of validation of fold 1: leave lstm out"):
        fit(known._replace(q=blank), tmp_path)


def test_the_script_writes_networks_and_their_history(known: Record, tmp_path: Path) -> None:
    contracts.write(to_dataset(known, np.zeros((4, 2))), SERIES_FILE, tmp_path / "series.nc")
    script("train_root_zone_lstm").main(
        *(tmp_path / name for name in ("series.nc", "lstm.pt", "lstm.csv")),
        division=DIVISION,
        tested_folds=1,
        seeds=SEEDS,
        design=DESIGN._asdict(),
        sampling=SAMPLING._asdict(),
        learning={"epochs": 2, "rates": [[0, 0.02]], "clip": 1.0},
        checkpoints=tmp_path / "checkpoints",
        checkpoint_seconds=1e9,
        known_by={"settings": 1},
    )
    table = pd.read_csv(tmp_path / "lstm.csv")
    assert len(table) == 2 * len(SEEDS) and set(table["experiment"]) == {"lstm"}
    found = from_file(torch.load(tmp_path / "lstm.pt", weights_only=True))
    assert list(found.networks) == [Member(0, seed) for seed in SEEDS]
    assert not (tmp_path / "checkpoints").exists()
