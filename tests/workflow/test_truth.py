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
    project.run(f"{RESULTS}/evaluate/capacity.csv", *SPATIAL)
    return project


def test_the_network_beats_the_nearest_labels_in_blocks_it_never_saw(planet: Project) -> None:
    scores = pd.read_csv(planet.results / "evaluate/capacity.csv")
    cells = scores[(scores["weighting"] == "cells") & (scores["fold"] == "all")].set_index("method")
    network, nearest = cells.loc["residual network"], cells.loc["nearest"]
    assert network["r2"] > max(nearest["r2"], cells.loc["mean", "r2"], 0)
    assert network["spearman"] > nearest["spearman"]
    assert network["rmse"] < nearest["rmse"]
