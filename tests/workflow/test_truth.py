"""On the default planet, whose truth is known, each system finds what it should."""

from pathlib import Path

import pandas as pd
import pytest
from tests.workflow.tiny_project import Project, copy_sources

from vadose import contracts
from vadose.gap_filling.storage import STORAGE
from vadose.gap_filling.truth import against_truth, read_truth
from vadose.grid import Grid, cell_area

DEFAULT, RESULTS = "config/config.yaml", "results/planet"
PART = (
    "--config",
    "capacity={splits: [blocks], baselines: [mean, nearest]}",
    "regionalization={seeds: 3}",
)


@pytest.fixture(scope="module")
def planet(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The default run, as far as the tests below look."""
    folder = copy_sources(root, tmp_path_factory.mktemp("truth") / "project").folder
    project = Project(folder, DEFAULT, RESULTS)
    systems = ("capacity", "concepts", "storage", "regionalization")
    targets = [f"{RESULTS}/evaluate/{name}.csv" for name in systems]
    targets.append(f"{RESULTS}/products/storage.nc")
    project.run(*targets, *PART)
    return project


def test_the_network_beats_the_nearest_labels_in_blocks_it_never_saw(planet: Project) -> None:
    """By error; by rank the two are about level, which docs/capacity.md says."""
    scores = pd.read_csv(planet.results / "evaluate/capacity.csv")
    cells = scores[(scores["weighting"] == "cells") & (scores["fold"] == "all")].set_index("method")
    network, nearest = cells.loc["residual network"], cells.loc["nearest"]
    assert network["r2"] > max(nearest["r2"], cells.loc["mean", "r2"], 0)
    assert network["rmse"] < nearest["rmse"]


@pytest.fixture(scope="module")
def read(planet: Project) -> pd.DataFrame:
    """Medians over basins, then over networks, in days that no network learnt from."""
    table = pd.read_csv(planet.results / "evaluate/concepts.csv")
    return table[table["split"] == "time"]


def test_probes_read_soil_moisture_and_snow(read: pd.DataFrame) -> None:
    """Of every layer that is learnt; squared correlation, the median over three seeds."""
    learnt = read[(read["what"] == "concept") & (read["metric"] == "r2")]
    r2 = learnt[learnt["variable"] != "q"].set_index("variable")["value"]
    assert set(r2.index) == {"soil_water_1", "soil_water_2", "soil_water_3", "swe"}
    assert (r2 > 0.8).all()


def test_learning_the_stores_costs_no_streamflow(read: pd.DataFrame) -> None:
    nse = read[(read["variable"] == "q") & (read["metric"] == "nse")].set_index("what")["value"]
    assert nse["concept"] > nse["plain"] - 0.02


def test_the_gap_is_filled_with_what_was_true_and_its_spread_tells_how_surely(
    planet: Project,
) -> None:
    """Of an ensemble's months of the gap, before any recalibration."""
    record = contracts.read(STORAGE, planet.results / "products/storage.nc")
    months = record["in_gap"].values == 1
    true, _ = read_truth(planet.planet / "truth/grid.nc", record)
    area = cell_area(Grid.of(record["lat"].values, record["lon"].values))
    found = against_truth(record.isel(time=months), true[months], area)
    assert found["r"] > 0.8
    assert 0.80 <= found["coverage_90"] <= 0.97


def test_no_rival_foretells_storage_better_but_as_many_networks_that_learn_alone(
    planet: Project,
) -> None:
    """By CRPS in test months, before any recalibration; a deep ensemble is equalled within 5 %."""
    table = pd.read_csv(planet.results / "evaluate/storage.csv", index_col="experiment")
    as_said = table["crps"][[not name.endswith("recalibrated") for name in table.index]]
    bayesian, ensemble = as_said.pop("bayesian_cbam"), as_said.pop("ensemble")
    assert len(as_said) == 5 and (bayesian < as_said).all()
    assert bayesian < 1.05 * ensemble


@pytest.fixture(scope="module")
def told(planet: Project) -> pd.DataFrame:
    """Median NSE over basins, the median over three seeds, by setting and vector."""
    table = pd.read_csv(planet.results / "evaluate/regionalization.csv")
    scored = (table["metric"] == "nse") & (table["period"] == "test")
    single = table[scored & (table["kind"] == "single")]
    return single.pivot(index="split", columns="vectors", values="median")


def test_random_numbers_serve_a_gauged_basin_as_well_as_its_description(told: pd.DataFrame) -> None:
    gauged = told.loc["temporal"]
    assert abs(gauged["gaussian-32"] - gauged["physical"]) < 0.03
    assert gauged[["physical", "gaussian-32"]].min() > gauged["none"] + 0.05


def test_random_numbers_tell_nothing_of_a_basin_never_seen(told: pd.DataFrame) -> None:
    ungauged = told.loc["ungauged"]
    assert ungauged["physical"] > ungauged["gaussian-32"] + 0.1
    assert ungauged["gaussian-32"] < ungauged["none"]
