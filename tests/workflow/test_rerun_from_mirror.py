"""Re-runs are exact where the data come from a provider's tree and a list of basins."""

from pathlib import Path

import pytest
from tests.workflow.tiny_project import BLOCK, NOTHING, Project

MONTHLY = "results/tiny/aggregate/basins_monthly.nc"
RUNOFF = f"results/tiny/aggregate/fields/4.5/grun/{BLOCK}.nc"
EVAPORATION = f"results/tiny/aggregate/fields/4.5/fluxcom_xbase/{BLOCK}.nc"
TARGETS = (MONTHLY, RUNOFF, EVAPORATION)
BASINS = {"gather_basins": 1, "aggregate_basins": 1}
IDS = "ids.txt"


def settings(version: str = "1.6", mirror: str = "mirror", *others: str) -> list[str]:
    earth = ["world=earth", "caravan={subsets: [planet]}", f"versions={{caravan: '{version}'}}"]
    grid = "fields={step: 4.5, storage_step: 4.5}"
    return [
        *TARGETS,
        "--config",
        *earth,
        grid,
        f"mirror={mirror}",
        f"basins={{ids: {IDS}}}",
        *others,
    ]


@pytest.fixture(scope="module")
def retrieved(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project that took two of the basins, runoff and evaporation from a mirror."""
    project = finished.copy(tmp_path_factory.mktemp("mirrored") / "project")
    (project.folder / "mirror").symlink_to(project.planet)
    ids = "planet_00000001\nplanet_00000004\n"
    (project.folder / IDS).write_text(ids, encoding="utf-8")
    project.run(*settings())
    return project


def test_what_was_retrieved_is_not_asked_for_again(retrieved: Project) -> None:
    assert retrieved.plan(*settings()).jobs == NOTHING


def test_another_release_is_retrieved_with_all_that_follows(retrieved: Project) -> None:
    jobs = retrieved.plan(*settings(version="1.4")).jobs
    assert jobs == {"retrieve_caravan": 1, **BASINS}


def test_another_version_of_a_source_runs_only_what_is_made_of_it(retrieved: Project) -> None:
    changed = "versions={caravan: '1.6', fluxcom_xbase: ET_daily}"
    jobs = retrieved.plan(*settings(), changed).jobs
    assert jobs == {"retrieve_source": 1, "aggregate_fields": 1}


def test_another_mirror_or_route_runs_nothing(retrieved: Project) -> None:
    moved = ("mirrors={grun: other/folder}", "routes={caravan: archive, fluxcom_xbase: icos}")
    assert retrieved.plan(*settings("1.6", "moved/elsewhere", *moved)).jobs == NOTHING


def test_going_from_a_mirror_to_the_provider_runs_nothing(retrieved: Project) -> None:
    assert retrieved.plan(*settings(mirror="''")).jobs == NOTHING


def test_another_list_of_basins_runs_again(retrieved: Project, tmp_path: Path) -> None:
    project = retrieved.copy(tmp_path / "project")
    project.append(IDS, "planet_00000005\n")
    assert project.plan(*settings()).jobs == BASINS
