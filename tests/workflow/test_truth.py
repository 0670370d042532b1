"""On the default planet, whose truth is known, each system finds what it should."""

from pathlib import Path

import pandas as pd
import pytest
from tests.workflow.tiny_project import Project, copy_sources

DEFAULT, RESULTS = "config/config.yaml", "results/planet"
SPATIAL = ("--config", "capacity={splits: [blocks], baselines: [mean, nearest]}")


@pytest.fixture(scope="module")
def planet(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The default run, as far as the tests below look."""
    folder = copy_sources(root, tmp_path_factory.mktemp("truth") / "project").folder
    project = Project(folder, DEFAULT, RESULTS)
    targets = [f"{RESULTS}/evaluate/{name}.csv" for name in ("capacity", "concepts")]
    project.run(*targets, *SPATIAL)
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
