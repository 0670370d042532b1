"""Capacity is learnt from predictors, and a killed training ends as if nothing had happened."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
import xarray as xr
from tests.scripts import script
from tests.systems.killed import Killed
from tests.unit.test_capacity_network import (
    COLUMNS,
    DESIGN,
    GRID,
    NAMES,
    PLAN,
    ROWS,
    labels,
    parts,
    predictors,
)

from vadose import contracts, kinds
from vadose.capacity.ensemble import predict_cells
from vadose.capacity.network import (
    CAPACITY,
    Design,
    Fitted,
    from_file,
    learn,
    predict,
    to_file,
)
from vadose.capacity.patches import Patches
from vadose.capacity.tables import labels_of, predictors_of
from vadose.checkpoints import save
from vadose.errors import InputError
from vadose.labels import FLAGS
from vadose.split_files import split_table, write_split
from vadose.splits import Part
from vadose.training import Plan, prepare


@pytest.fixture(autouse=True)
def one_thread() -> None:
    prepare("cpu", seed=1)


def fit(design: Design = DESIGN, plan: Plan = PLAN, noise: float = 0.0) -> Fitted:
    of = predictors()
    train, validation, _ = parts()
    return learn(of, labels(of, noise), train, validation, design, plan, seed=1)


def write_inputs(folder: Path) -> list[Path]:
    """Predictors, labels and a split of two folds, as the rules before write them."""
    of = predictors()
    maps = {name: (("lat", "lon"), one) for name, one in zip(NAMES, of.maps, strict=True)}
    data = xr.Dataset(maps, {"lat": GRID.lat, "lon": GRID.lon})
    paths = [folder / name for name in ("predictors.nc", "labels.nc", "split.csv")]
    contracts.write(data, kinds.of(kinds.PREDICTORS, NAMES), paths[0])
    given, unit = labels(of), [f"c{k}" for k in range(ROWS.size)]
    n = ROWS.size
    cells = xr.Dataset(
        {
            "lat": ("unit", GRID.lat[ROWS]),
            "lon": ("unit", GRID.lon[COLUMNS]),
            "area": ("unit", np.ones(n)),
            "frac_snow": ("unit", np.zeros(n)),
            "model_capacity": (("unit", "model"), given.capacity[:, None]),
            "model_reason": (("unit", "model"), np.zeros((n, 1), np.int8), FLAGS),
            "model_kge": (("unit", "model"), np.ones((n, 1))),
            "merged": ("model", np.ones(1, np.int8)),
            "capacity": ("unit", given.capacity),
            "capacity_spread": ("unit", given.spread),
            "capacity_models": ("unit", np.ones(n, np.int8)),
            "reason": ("unit", np.zeros(n, np.int8), FLAGS),
        },
        {"unit": unit, "model": ["dwbm"]},
    )
    contracts.write(cells, kinds.LABELS, paths[1])
    folds = np.random.default_rng(8).choice([Part.TRAIN, Part.VALIDATION, Part.TEST], (2, n))
    write_split(split_table(unit, ["one", "other"], folds.astype(np.int8)), paths[2])
    return paths


def run_rule(inputs: list[Path], folder: Path, seeds: int = 2) -> Path:
    """Run the rule's script on its real network."""
    out = folder / "networks.pt"
    script("train_capacity").main(
        *inputs,
        out,
        folder / "history.csv",
        names=NAMES,
        design=DESIGN._asdict(),
        learning={"epochs": 3, "rates": [[0, 0.02]], "optimiser": "sgd"},
        seeds=seeds,
        first_seed=1,
        checkpoints=folder / "checkpoints",
        checkpoint_seconds=0,
        known_by={"code": "a"},
        device="cpu",
        threads=1,
        deterministic=True,
    )
    return out


def error(fitted: Fitted) -> float:
    """RMSE (mm) against the clean capacity of the cells that no fit saw."""
    of = predictors()
    test = parts()[2]
    found = predict(of, fitted, ROWS[test], COLUMNS[test])
    return float(np.sqrt(np.mean((found - labels(of).capacity[test]) ** 2)))


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


def test_a_file_gives_back_the_same_network(tmp_path: Path) -> None:
    fitted = fit()
    save(tmp_path / "net.pt", to_file(fitted))
    again = from_file(torch.load(tmp_path / "net.pt", weights_only=True))
    assert again.design == fitted.design and again.history == fitted.history
    of = predictors()
    np.testing.assert_array_equal(
        predict(of, fitted, ROWS, COLUMNS), predict(of, again, ROWS, COLUMNS)
    )


def test_cells_predicted_alone_and_together_agree() -> None:
    of, fitted = predictors(), fit()
    together = predict(of, fitted, ROWS, COLUMNS)
    alone = [predict(of, fitted, ROWS[k : k + 1], COLUMNS[k : k + 1])[0] for k in range(5)]
    np.testing.assert_allclose(together[:5], alone, rtol=1e-4)
    assert ((together >= CAPACITY[0]) & (together <= CAPACITY[1])).all()


def test_held_out_cells_come_from_the_network_that_never_saw_them() -> None:
    of = predictors()
    train, validation, _ = parts()
    east = GRID.lon[COLUMNS] > 45
    given = labels(of)
    folds = {
        name: learn(of, given, train & ~out, validation & ~out, DESIGN, PLAN, seed=1)
        for name, out in {"east": east, "west": ~east}.items()
    }
    tested = {"east": east, "west": ~east}
    everywhere, blind = predict_cells(of, [folds], (ROWS, COLUMNS), tested)
    assert everywhere.shape == (2, ROWS.size) and blind.shape == (1, ROWS.size)
    np.testing.assert_array_equal(blind[0, east], everywhere[0, east])
    np.testing.assert_array_equal(blind[0, ~east], everywhere[1, ~east])


def test_tables_of_cells_become_labels_on_the_grid(tmp_path: Path) -> None:
    inputs = write_inputs(tmp_path)
    kind = kinds.of(kinds.PREDICTORS, NAMES)
    of, grid = predictors_of(contracts.read(kind, inputs[0]), NAMES)
    cells = contracts.read(kinds.LABELS, inputs[1])
    cells["capacity"][3] = np.nan
    assert grid == GRID and not of.wraps
    found = labels_of(cells, grid)
    keep = np.arange(ROWS.size) != 3
    np.testing.assert_array_equal(found.rows, ROWS[keep])
    np.testing.assert_array_equal(found.columns, COLUMNS[keep])


def test_networks_of_another_split_are_refused(tmp_path: Path) -> None:
    """Its test cells may have trained them, and would pass for unseen."""
    inputs = write_inputs(tmp_path)
    networks = run_rule(inputs, tmp_path, seeds=1)
    options = {"device": "cpu", "threads": 1, "deterministic": True}
    predict_rule = script("predict_capacity").main
    files = *inputs[:2], [inputs[2]], [networks], [tmp_path / "predicted.nc"]
    predict_rule(*files, **options)
    assert contracts.read(kinds.PREDICTED, tmp_path / "predicted.nc").sizes["unit"] == ROWS.size
    unit = [f"c{k}" for k in range(ROWS.size)]
    other = np.random.default_rng(9).choice(
        [Part.TRAIN, Part.VALIDATION, Part.TEST], (2, len(unit))
    )
    write_split(split_table(unit, ["one", "other"], other.astype(np.int8)), inputs[2])
    with pytest.raises(InputError, match="not the split that the networks were trained on"):
        predict_rule(*files, **options)


def test_all_splits_share_one_reading_of_predictors_and_labels(tmp_path: Path, monkeypatch) -> None:
    maps, cells, split = write_inputs(tmp_path)
    networks = run_rule([maps, cells, split], tmp_path, seeds=1)
    read, seen = contracts.read, []
    monkeypatch.setattr(
        contracts, "read", lambda kind, path: [seen.append(path), read(kind, path)][1]
    )
    outputs = [tmp_path / name for name in ("one.nc", "other.nc")]
    options = {"device": "cpu", "deterministic": True}
    script("predict_capacity").main(
        maps, cells, [split] * 2, [networks] * 2, outputs, threads=1, **options
    )
    assert sorted(seen) == [cells, maps]
    assert outputs[0].read_bytes() == outputs[1].read_bytes()
    seen.clear()
    settings = {"baselines": ["nearest", "linear"], "seed": 1}
    script("fit_baselines").main(maps, cells, [split] * 2, outputs, threads=1, **settings)
    assert sorted(seen) == [cells, maps]
    assert contracts.read(kinds.BASELINES, outputs[1])["held_out"].notnull().any("unit").all()
