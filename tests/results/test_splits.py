"""Claims about what networks learnt from, and what judges them."""

import numpy as np
import pytest
import xarray as xr

from vadose import checks, kinds
from vadose.checks_run import GRID, Run
from vadose.regionalization.experiment import EVERYONE, UNGAUGED, Member
from vadose.splits import Part, check_apart

PERIODS = ("training", "validation", "test")


def tells(run: Run, system: str, key: str, name: str) -> None:
    """Skip the claim where a list of the configuration leaves a name out."""
    run.need(system)
    if name not in run.config[system][key]:
        pytest.skip(f"{name} is not in {system}.{key}")


def judge(run: Run, system: str, data: xr.Dataset, fold_of: list[str]) -> None:
    """Compare what networks learnt from with what their fold tests."""
    basins = list(data["basin"].values.astype(str))
    folds, parts = run.split(f"{system}/split.csv", basins)
    tested = {fold: one == Part.TEST for fold, one in zip(folds, parts, strict=True)}
    tested[EVERYONE] = np.zeros(len(basins), bool)
    networks = [str(name) for name in data["network"].values]
    faults = checks.leak_faults(data["learnt"].values == 1, networks, fold_of, tested)
    assert not faults, f"{system}: {'; '.join(faults)}"


@pytest.mark.parametrize("split", ["random", "blocks", "continents"])
def test_no_cell_judges_twice(run: Run, split: str) -> None:
    run.need(GRID)
    tells(run, "capacity", "splits", split)
    faults = checks.split_faults(*run.split(f"capacity/splits/{split}.csv"))
    assert not faults, f"capacity/splits/{split}.csv: {'; '.join(faults)}"


@pytest.mark.parametrize("split", ["blocks", "continents"])
def test_cells_that_judge_are_far_from_cells_that_teach(run: Run, split: str) -> None:
    run.need(GRID)
    tells(run, "capacity", "splits", split)
    if run.config["training"]["retrain"] == "never":
        pytest.skip("training.retrain is never: the split is that of other settings")
    cells = run.read("calibrate/cells/labels.nc", kinds.LABELS)
    _, parts = run.split(f"capacity/splits/{split}.csv", list(cells["unit"].values.astype(str)))
    step = float(np.diff(run.product("capacity")["lat"].values).mean())
    buffer = int(run.config["capacity"]["buffer"])
    check_apart(parts, cells["lat"].values, cells["lon"].values, step, buffer)


@pytest.mark.parametrize("system", ["concepts", "regionalization"])
def test_no_basin_judges_twice(run: Run, system: str) -> None:
    run.need(system)
    faults = checks.split_faults(*run.split(f"{system}/split.csv"))
    assert not faults, f"{system}/split.csv: {'; '.join(faults)}"


@pytest.mark.parametrize("variant", ["concept", "plain"])
def test_no_network_learnt_from_a_basin_that_judges_it(run: Run, variant: str) -> None:
    tells(run, "concepts", "variants", variant)
    data = run.read(f"concepts/predicted/{variant}.nc", kinds.CONCEPT_PREDICTED)
    judge(run, "concepts", data, [str(name).split("_")[0] for name in data["network"].values])


def test_no_network_of_ungauged_basins_learnt_from_one_that_judges_it(run: Run) -> None:
    tells(run, "regionalization", "settings", UNGAUGED)
    for file in run.path("regionalization/predicted").glob(f"*_{UNGAUGED}.nc"):
        data = run.read(f"regionalization/predicted/{file.name}", {})
        folds = [Member.of(str(name)).fold for name in data["network"].values]
        judge(run, "regionalization", data, folds)


@pytest.mark.parametrize("system", ["concepts", "regionalization", "gap_filling"])
def test_days_that_judge_are_not_learnt_from(run: Run, system: str) -> None:
    run.need(system)
    spans = {name: run.config[system][name] for name in PERIODS}
    faults = checks.period_faults({n: (span["start"], span["end"]) for n, span in spans.items()})
    assert not faults, f"{system}: {'; '.join(faults)}"
