"""Networks of storage find what there is to find, and a killed training goes on."""

from pathlib import Path

import numpy as np
import pytest
import torch
import xarray as xr
from tests.gap_maps import world
from tests.scripts import script
from tests.systems.killed import dies_after

from vadose.gap_filling.files import read_reconstruction, write_maps
from vadose.gap_filling.maps import Part
from vadose.gap_filling.network import Design, learn, reconstruct
from vadose.gap_filling.reconstruction import reconstruction
from vadose.training import Plan, prepare

DESIGN = Design(width=4, particles=2, batch=8, noise=0.7)
LEVELS = [0.05, 0.25, 0.5, 0.75, 0.95]


@pytest.fixture(autouse=True)
def one_thread() -> None:
    prepare("cpu", seed=1)


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
        tmp_path / "dropout.nc",
        levels=LEVELS,
        seed=1,
        device="cpu",
        threads=1,
        deterministic=False,
    )
    written = read_reconstruction(tmp_path / "dropout.nc")
    assert isinstance(written, xr.Dataset) and written["level"].values.tolist() == LEVELS
    assert written["mean"].notnull().sum() == 84 * 64 and float(written["recalibration"]) > 0
