"""Networks of storage find what there is and never see what they may not; a killed one goes on."""

from pathlib import Path

import numpy as np
import pytest
import torch
import xarray as xr
from tests.gap_maps import world
from tests.scripts import script
from tests.systems.killed import dies_after
from tests.unit.test_gap_filling_network import DESIGN, LEVELS, PLAN, fit

from vadose.checkpoints import save
from vadose.errors import InputError
from vadose.gap_filling.files import read_reconstruction, write_maps
from vadose.gap_filling.maps import Part
from vadose.gap_filling.network import Fitted, from_file, learn, reconstruct, to_file
from vadose.gap_filling.reconstruction import reconstruction
from vadose.training import Plan, prepare


@pytest.fixture(autouse=True)
def one_thread() -> None:
    prepare("cpu", seed=1)


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    """Networks of the world as it is."""
    return fit(world())


def same(one: Fitted, other: Fitted) -> bool:
    return all(torch.equal(one.state[name], values) for name, values in other.state.items())


def test_storage_that_follows_a_predictor_is_found_with_its_noise() -> None:
    maps = world(noise=20.0)
    plan = Plan(epochs=25, rates=((0, 0.02), (15, 0.005)))
    members = reconstruct(maps, learn(maps, DESIGN._replace(width=8), plan, seed=1))
    found = reconstruction(maps, members, LEVELS)
    test, land = maps.part == Part.TEST, maps.area > 0
    seen, mean = maps.twsa[test][:, land], found.mean[test][:, land]
    assert np.corrcoef(seen.ravel(), mean.ravel())[0, 1] > 0.8
    assert np.sqrt(np.mean((seen - mean) ** 2)) < 30
    low, high = found.quantiles[0][test][:, land], found.quantiles[-1][test][:, land]
    assert 0.75 < ((seen >= low) & (seen <= high)).mean() < 0.99
    assert np.nanmean(found.crps[test]) < 0.8 * np.abs(seen).mean()


def test_killed_and_resumed_equals_uninterrupted(tmp_path: Path) -> None:
    """The rules' own mains: train, killed in the second epoch and started again; reconstruct."""
    write_maps(world(), tmp_path / "maps.nc")
    rule = script("train_gap_filling")

    def trained(to: str) -> dict:
        rule.main(
            *(tmp_path / name for name in ("maps.nc", f"{to}.pt", f"{to}.csv")),
            architecture="dropout",
            seed=0,
            first_seed=1,
            design=DESIGN._replace(dropout=0.2)._asdict(),
            learning={"epochs": 3, "rates": [[0, 0.01]], "patience": None},
            checkpoint=tmp_path / "checkpoints" / "net.pt",
            checkpoint_seconds=0,
            known_by={"seed": 1},
            device="cpu",
            threads=1,
            deterministic=False,
        )
        return torch.load(tmp_path / f"{to}.pt", weights_only=True)

    expected = trained("whole")
    with dies_after(saves=7):
        trained("killed")
    torch.manual_seed(99)
    found = trained("killed")
    assert all(torch.equal(found["state"][k], v) for k, v in expected["state"].items())
    assert [row[:4] for row in found["history"]] == [row[:4] for row in expected["history"]]
    assert not (tmp_path / "checkpoints" / "net.pt").exists()
    script("reconstruct_storage").main(
        tmp_path / "maps.nc",
        [tmp_path / "whole.pt", tmp_path / "killed.pt"],
        [tmp_path / "dropout.nc"],
        levels=LEVELS,
        seed=1,
        device="cpu",
        threads=1,
        deterministic=False,
    )
    written = read_reconstruction(tmp_path / "dropout.nc")
    assert isinstance(written, xr.Dataset) and written["level"].values.tolist() == LEVELS
    assert written["mean"].notnull().sum() == 84 * 64 and float(written["recalibration"]) > 0


def test_gap_test_and_sea_are_never_seen(fitted: Fitted) -> None:
    one = world()
    hidden = (one.part == Part.TEST) | (one.part == Part.NONE)
    predictors, twsa = one.predictors.copy(), one.twsa.copy()
    predictors[:, hidden] = 7.0
    twsa[one.part == Part.TEST] += 500
    twsa[:, :, 12:] = 99.0  # sea that a centre's file leaves in
    other = one._replace(predictors=predictors, twsa=twsa)
    assert same(fitted, fit(other))
    twsa[3, 2, 2] += 50  # a training month
    assert not same(fitted, fit(other))


@pytest.mark.parametrize("scale", ["one", "cell"])
def test_a_single_missing_value_is_masked(scale: str) -> None:
    maps = world()
    twsa = maps.twsa.copy()
    twsa[3, 1, 1] = np.nan
    design = DESIGN._replace(scale=scale)
    assert all(np.isfinite(epoch.loss) for epoch in fit(maps._replace(twsa=twsa), design).history)


def test_scales_are_of_the_training_land(fitted: Fitted) -> None:
    maps = world()
    by = fitted.scaling
    land, training_months = maps.area > 0, maps.part == Part.TRAINING
    first = maps.predictors[0][training_months][:, land]
    assert by.mean[0] == pytest.approx(first.mean(), rel=1e-4)
    assert by.std[0] == pytest.approx(np.full(land.shape, first.std()), rel=1e-4)
    y = (maps.twsa - maps.base)[training_months]
    weight = np.where(np.isfinite(y), maps.area, 0)
    whole = np.sqrt((weight * np.nan_to_num(y) ** 2).sum() / weight.sum())
    assert by.storage == pytest.approx(np.full(land.shape, whole), rel=1e-4)


def test_each_cell_has_a_scale_of_its_own_where_it_changes() -> None:
    maps = world()
    three_times = np.where(np.arange(16) == 3, 3.0, 1.0)
    predictors = maps.predictors * three_times
    predictors[1] = np.arange(16)  # tells places apart, and is the same in all months
    uneven = maps._replace(twsa=maps.twsa * three_times, predictors=predictors)
    by = fit(uneven, DESIGN._replace(scale="cell"), PLAN._replace(epochs=1)).scaling
    assert by.storage[0, 3] > 2 * by.storage[0, 2]
    months = predictors[0][maps.part == Part.TRAINING]
    assert by.std[0][:, :8] == pytest.approx(months.std(0)[:, :8], rel=1e-4)
    assert by.std[1] == pytest.approx(np.full((8, 16), np.arange(16)[maps.area[0] > 0].std()))


def test_networks_of_other_predictors_are_refused(fitted: Fitted) -> None:
    maps = world()
    with pytest.raises(InputError, match="train them anew"):
        reconstruct(maps._replace(channels=["a_0", "c_0"]), fitted)
    for_all_cells = fitted.scaling._replace(std=fitted.scaling.std[:, 0, 0])
    with pytest.raises(InputError, match="train them anew"):
        reconstruct(maps, fitted._replace(scaling=for_all_cells))


def test_a_file_gives_back_the_same_networks(tmp_path: Path, fitted: Fitted) -> None:
    maps = world()
    save(tmp_path / "net.pt", to_file(fitted))
    again = from_file(torch.load(tmp_path / "net.pt", weights_only=True))
    assert again.design == fitted.design and again.history == fitted.history
    one, other = reconstruct(maps, fitted), reconstruct(maps, again)
    assert torch.equal(one.predicted, other.predicted)
    assert torch.equal(one.log_beta, other.log_beta)


def test_dropout_answers_as_often_as_asked_and_never_twice_the_same() -> None:
    maps = world()
    design = DESIGN._replace(dropout=0.3, particles=5)
    fitted = fit(maps, design)
    assert len(fitted.state["weights"]) == 1
    members = reconstruct(maps, fitted)
    assert members.predicted.shape == (5, 84, 8, 16) and members.log_beta.shape == (5,)
    assert not torch.equal(members.predicted[0], members.predicted[1])
    assert (reconstruction(maps, members, LEVELS).epistemic[:, :, :8] > 0).all()
