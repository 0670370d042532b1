"""Networks of capacity: their cells, labels, folds and files."""

from pathlib import Path

import numpy as np
import pytest
import torch
import xarray as xr
from tests.scripts import script

from vadose import contracts, kinds
from vadose.capacity.ensemble import over_networks, predict_cells
from vadose.capacity.network import (
    CAPACITY,
    Design,
    Fitted,
    from_file,
    learn,
    mirrored,
    predict,
    to_file,
)
from vadose.capacity.samples import Labels, Predictors
from vadose.capacity.tables import labels_of, predictors_of
from vadose.checkpoints import save
from vadose.errors import InputError
from vadose.grid import Grid
from vadose.labels import FLAGS
from vadose.split_files import split_table, write_split
from vadose.splits import Part
from vadose.training import Plan, prepare

GRID = Grid.window(-30, 30, 0, 90, 5.0)
NAMES = ["p_mean", "t_mean"]
DESIGN = Design(patch=3, depth=16, widths=(4, 8, 16), loss="mse", batch=32, mirror=True)
PLAN = Plan(epochs=3, rates=((0, 0.02),), optimiser="sgd", weight_decay=1e-3)
ROWS, COLUMNS = (x.ravel() for x in np.indices(GRID.shape))


@pytest.fixture(autouse=True)
def one_thread() -> None:
    prepare("cpu", seed=1)


def predictors() -> Predictors:
    random = np.random.default_rng(4)
    maps = np.stack([random.uniform(200, 2000, GRID.shape), random.uniform(-5, 30, GRID.shape)])
    return Predictors(maps, NAMES, wraps=False)


def labels(of: Predictors, noise: float = 0.0) -> Labels:
    """Capacities that grow with rain, with the noise of a half of them named."""
    random = np.random.default_rng(5)
    clean = 100 + 0.3 * of.maps[0][ROWS, COLUMNS]
    noisy = np.arange(ROWS.size) % 2 == 1
    capacity = clean + noisy * noise * random.normal(size=ROWS.size)
    spread = np.where(noisy, max(noise, 1.0), 1.0)
    return Labels(ROWS, COLUMNS, np.clip(capacity, *CAPACITY), spread)


def parts() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    kind = np.random.default_rng(6).choice(3, ROWS.size, p=[0.6, 0.15, 0.25])
    return kind == 0, kind == 1, kind == 2


def fit(design: Design = DESIGN, plan: Plan = PLAN, noise: float = 0.0) -> Fitted:
    of = predictors()
    train, validation, _ = parts()
    return learn(of, labels(of, noise), train, validation, design, plan, seed=1)


def error(fitted: Fitted) -> float:
    """RMSE (mm) against the clean capacity of the cells that no fit saw."""
    of = predictors()
    test = parts()[2]
    found = predict(of, fitted, ROWS[test], COLUMNS[test])
    return float(np.sqrt(np.mean((found - labels(of).capacity[test]) ** 2)))


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


@pytest.mark.parametrize("wrong", [-1.0, 1200.0, np.nan])
def test_labels_outside_the_bounds_are_named(wrong: float) -> None:
    of = predictors()
    bad = labels(of)
    bad.capacity[7] = wrong
    train, validation, _ = parts()
    with pytest.raises(InputError, match=r"1 of \d+ labels are missing or outside 0 to 1000 mm"):
        learn(of, bad, train, validation, DESIGN, PLAN, seed=1)


def test_mirrored_patches_keep_their_middle() -> None:
    patches = torch.arange(25.0).reshape(1, 1, 5, 5)
    seen = {tuple(mirrored(patches).ravel().tolist()) for _ in range(60)}
    assert len(seen) == 4 and {values[12] for values in seen} == {12.0}


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


def test_one_network_has_no_spread_and_untested_cells_no_held_out_value() -> None:
    everywhere, blind = np.array([[1.0, 5.0], [3.0, 5.0]]), np.array([[3.0, np.nan]])
    found = over_networks(everywhere, blind)
    assert found["capacity"].tolist() == [2, 5]
    assert found["capacity_spread"][0] == pytest.approx(2**0.5)
    np.testing.assert_array_equal(found["held_out"], [3, np.nan])
    assert np.isnan(over_networks(everywhere[:1], blind)["capacity_spread"]).all()


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
    predict_rule(*inputs, networks, tmp_path / "predicted.nc", **options)
    assert contracts.read(kinds.PREDICTED, tmp_path / "predicted.nc").sizes["unit"] == ROWS.size
    unit = [f"c{k}" for k in range(ROWS.size)]
    other = np.random.default_rng(9).choice(
        [Part.TRAIN, Part.VALIDATION, Part.TEST], (2, len(unit))
    )
    write_split(split_table(unit, ["one", "other"], other.astype(np.int8)), inputs[2])
    with pytest.raises(InputError, match="not the split that the networks were trained on"):
        predict_rule(*inputs, networks, tmp_path / "predicted.nc", **options)
