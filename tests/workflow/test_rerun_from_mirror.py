"""Re-runs are exact where the data come from a provider's tree and a list of basins."""

import shutil
from pathlib import Path

import pytest
from tests.workflow.tiny_project import NOTHING, Project

TARGET = "results/tiny/aggregate/basins_monthly.nc"
AGGREGATE = {"aggregate_basins": 1}
RETRIEVE = {"retrieve_caravan": 1, **AGGREGATE}
IDS = "ids.txt"


def settings(version: str = "1.5", mirror: str = "mirror") -> list[str]:
    release = f"caravan={{version: '{version}', subsets: [invented]}}"
    return [TARGET, "--config", release, f"mirror={mirror}", f"basins={{ids: {IDS}}}"]


def as_another_subset(planet: Path, mirror: Path, name: str) -> None:
    """Copy the planet's Caravan tree under another sub-dataset's name."""
    for kind in ("timeseries/netcdf", "attributes"):
        shutil.copytree(
            planet / "Caravan-nc" / kind / "planet", mirror / "Caravan-nc" / kind / name
        )
    for path in (mirror / "Caravan-nc/attributes" / name).iterdir():
        path.rename(path.with_name(path.name.replace("planet", name)))


@pytest.fixture(scope="module")
def retrieved(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project that took two of the basins from a mirror."""
    project = finished.copy(tmp_path_factory.mktemp("mirrored") / "project")
    as_another_subset(project.planet, project.folder / "mirror", "invented")
    ids = "planet_00000001\nplanet_00000004\n"
    (project.folder / IDS).write_text(ids, encoding="utf-8")
    project.run(*settings())
    return project


def test_what_was_retrieved_is_not_asked_for_again(retrieved: Project) -> None:
    assert retrieved.plan(*settings()).jobs == NOTHING


def test_another_release_is_retrieved_with_all_that_follows(retrieved: Project) -> None:
    assert retrieved.plan(*settings(version="1.6")).jobs == RETRIEVE


def test_another_mirror_runs_nothing(retrieved: Project) -> None:
    assert retrieved.plan(*settings(mirror="moved/elsewhere")).jobs == NOTHING


def test_another_list_of_basins_runs_again(retrieved: Project, tmp_path: Path) -> None:
    project = retrieved.copy(tmp_path / "project")
    project.append(IDS, "planet_00000005\n")
    assert project.plan(*settings()).jobs == AGGREGATE
