"""One finished run of the tiny planet; a test that changes anything works on a copy of it."""

from pathlib import Path

import pytest
from tests.cluster.overlay import with_executors
from tests.workflow.tiny_project import Project, copy_sources


@pytest.fixture(scope="session")
def finished(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The whole workflow, run once; not to be changed."""
    project = copy_sources(root, tmp_path_factory.mktemp("planet") / "project")
    project.run()
    return project


@pytest.fixture(scope="module")
def copied(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the finished run for plans; a test takes back what it changes."""
    return finished.copy(tmp_path_factory.mktemp("copied") / "project")


@pytest.fixture
def project(finished: Project, tmp_path: Path) -> Project:
    """A copy of the finished run, to be changed."""
    return finished.copy(tmp_path / "project")


@pytest.fixture(scope="session")
def executors(pytestconfig: pytest.Config) -> Path:
    """The Python of an environment with the executors of clusters, where they can be had."""
    try:
        return with_executors(pytestconfig.cache.mkdir("cluster"))
    except RuntimeError as reason:
        pytest.skip(str(reason))
