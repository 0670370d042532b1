"""One finished run of the tiny planet; a test that changes anything works on a copy of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from tests.browser import NoBrowser
from tests.browser import browser as running
from tests.cluster.overlay import with_executors
from tests.workflow.tiny_project import Project, copy_sources


@pytest.fixture(scope="session")
def finished(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The whole workflow, run once; not to be changed."""
    project = copy_sources(root, tmp_path_factory.mktemp("planet") / "project")
    project.run()
    return project


@pytest.fixture(scope="session")
def report(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Snakemake's report of the finished run."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    done = finished.snakemake("--report", str(path))
    assert done.returncode == 0, done.stdout + done.stderr
    return path


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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real browser without a window."""
    try:
        with running() as one:
            yield one
    except NoBrowser as reason:
        pytest.skip(str(reason))
