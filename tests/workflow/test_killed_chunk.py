"""A killed chunk of cells loses only itself, and the number of chunks changes nothing."""

import pytest
from tests.workflow.tiny_project import Project

CELLS = "results/tiny/calibrate/cells"
GATHERED = f"{CELLS}/swbm_degree_day.nc"
THREE = ("--config", "calibration={chunks: 3, models: [swbm]}", "labels={models: [swbm]}")
KILLED = "2-of-3"
# Stands in a module that changes no number and therefore runs nothing again by itself.
PROGRESS = "workflow/vadose/progress.py"
KILL = f"""
import os
import signal

_progress = progress


def progress(what, total, unit):
    if what.endswith({KILLED!r}):
        os.kill(os.getpid(), signal.SIGKILL)
    return _progress(what, total, unit)
"""


@pytest.fixture(scope="module")
def killed(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project of which one of three chunks was killed."""
    project = finished.copy(tmp_path_factory.mktemp("killed") / "project")
    with project.changed(PROGRESS, KILL):
        done = project.snakemake("--cores", "2", "--keep-going", GATHERED, *THREE)
    assert done.returncode == 1
    return project


def chunks(project: Project) -> dict[str, int]:
    """The chunks that are there, and when each was made."""
    folder = project.folder / CELLS / "chunks/swbm_degree_day"
    return {path.stem: path.stat().st_mtime_ns for path in folder.glob("*-of-3*")}


def test_a_killed_chunk_leaves_the_others(killed: Project) -> None:
    assert set(chunks(killed)) == {"1-of-3", "3-of-3"}
    jobs = killed.plan(GATHERED, *THREE).jobs
    assert jobs == {"calibrate_cells": 1, "gather_calibrations": 1}


def test_the_number_of_chunks_changes_no_byte(finished: Project, killed: Project) -> None:
    before = chunks(killed)
    killed.run(GATHERED, *THREE)
    after = chunks(killed)
    assert set(after) == {"1-of-3", "2-of-3", "3-of-3"} and after.items() >= before.items()
    assert (killed.folder / GATHERED).read_bytes() == (finished.folder / GATHERED).read_bytes()
