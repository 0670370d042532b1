"""Killed without warning at any moment, or out of disk, a run ends with the same files."""

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import psutil
import pytest
import torch
from tests.workflow.tiny_project import BLOCK, RESULTS, Project

KILLS = 2  # of each kind of work
UA_SWE = "ua_swe/planet-7-tiny-200701-201512"
FIELDS = "viirs_lai/201401-201412"
# By rule, what it makes and the benchmark of its job.
WORK = {
    "retrieve_source": (f"resources/downloads/{UA_SWE}/{BLOCK}.json", f"{UA_SWE}/{BLOCK}"),
    "aggregate_fields": (f"{RESULTS}/aggregate/fields/4.5/{FIELDS}.nc", FIELDS),
    "calibrate_cells": (
        f"{RESULTS}/calibrate/cells/chunks/swbm_degree_day/1-of-1.nc",
        "swbm/1-of-1",
    ),
}
NETWORK = f"{RESULTS}/concepts/networks/concept"
CHECKPOINT = f"{RESULTS}/concepts/checkpoints/concept/0.pt"
LONG = ("--config", "concepts={epochs: 200}", "training={checkpoint_seconds: 0.2}")


@contextmanager
def running(project: Project, *arguments: str) -> Iterator[psutil.Popen]:
    """A run in the background; it and its jobs are killed as by a power cut when this ends."""
    command = [sys.executable, "-m", "snakemake", "--configfile", project.config, "--cores", "1"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    run = psutil.Popen([*command, *arguments], cwd=project.folder, **quiet)
    try:
        yield run
    finally:
        if run.poll() is None:
            run.suspend()  # or it would tidy up after its jobs
            for process in [*run.children(recursive=True), run]:
                process.kill()
        run.wait()


@contextmanager
def standing_still(run: psutil.Popen) -> Iterator[None]:
    """The jobs of a run wait for as long as this lasts."""
    jobs = run.children(recursive=True)
    for process in jobs:
        process.suspend()
    yield
    for process in jobs:
        process.resume()


def wait_until(is_so: Callable[[], bool], run: psutil.Popen) -> None:
    end = time.monotonic() + 300
    while not is_so():
        assert run.poll() is None and time.monotonic() < end, "it never came to that"
        time.sleep(0.02)


def works(run: psutil.Popen) -> bool:
    """Whether the run has come to the script of a job."""
    try:
        commands = [" ".join(child.cmdline()) for child in run.children(recursive=True)]
    except psutil.NoSuchProcess:
        return False
    return any(".snakemake/scripts/" in command for command in commands)


def seconds(project: Project, rule: str, name: str) -> float:
    """Time that a job took when nobody killed it."""
    return pd.read_csv(project.results / f"benchmarks/{rule}/{name}.tsv", sep="\t")["s"][0]


@pytest.mark.parametrize("rule", WORK)
def test_killed_at_random_moments_it_makes_the_same_file(
    finished: Project, project: Project, rule: str
) -> None:
    target, name = WORK[rule]
    file = project.folder / target
    whole = file.read_bytes()
    file.unlink()
    moments, longest = random.Random(f"survival {rule}"), 0.5 * seconds(finished, rule, name)
    hits = 0
    for _ in range(5 * KILLS):
        with running(project, target) as run:
            wait_until(lambda run=run: works(run), run)
            time.sleep(moments.uniform(0, longest))
        assert project.snakemake("--unlock").returncode == 0
        if file.exists():  # the job was faster than the one that was timed
            assert file.read_bytes() == whole, "a file that is there is whole"
            file.unlink()
            longest /= 2
        else:
            hits += 1
        if hits == KILLS:
            break
    assert hits == KILLS, "no moment was within the job: lower the share of its time"
    project.run(target)
    assert file.read_bytes() == whole


@pytest.fixture(scope="module")
def uninterrupted(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with a network that learnt for longer, and was left in peace."""
    project = finished.copy(tmp_path_factory.mktemp("uninterrupted") / "project")
    project.run(f"{NETWORK}.pt", *LONG)
    return project


def test_a_killed_training_goes_on_and_ends_with_the_same_network(
    uninterrupted: Project, project: Project
) -> None:
    """And while it runs, a second run in the folder is refused."""
    moments = random.Random("survival of training")
    for number in range(KILLS):
        with running(project, f"{NETWORK}.pt", *LONG) as run:
            before = (project.folder / CHECKPOINT).read_bytes() if number else b""
            wait_until(lambda before=before: learnt_more(project.folder, before), run)
            if number == 0:
                with standing_still(run):  # or the training could end first
                    second = project.snakemake("--cores", "1", f"{NETWORK}.pt", *LONG)
                assert second.returncode == 1
                assert "cannot be locked" in second.stderr and "--unlock" in second.stderr
            time.sleep(moments.uniform(0, 0.2))
        assert not (project.folder / f"{NETWORK}.pt").exists()
        assert project.snakemake("--unlock").returncode == 0
    project.run(f"{NETWORK}.pt", *LONG)
    log = (project.results / "logs/train_concepts/concept.log").read_text(encoding="utf-8")
    assert "resumed at epoch" in log
    found, expected = (
        torch.load(p.folder / f"{NETWORK}.pt")["0_0"]["weights"] for p in (project, uninterrupted)
    )
    assert found.keys() == expected.keys()
    for name, weights in expected.items():
        assert torch.equal(found[name], weights)
    assert not (project.folder / CHECKPOINT).exists()


def learnt_more(folder: Path, before: bytes) -> bool:
    """Whether a checkpoint is there that differs from one before."""
    file = folder / CHECKPOINT
    return file.exists() and file.read_bytes() != before


def test_a_full_disk_leaves_no_file_and_the_next_run_makes_it(project: Project) -> None:
    """No file may grow beyond 40 kB, which a program meets as it meets a full disk."""
    target, _ = WORK["aggregate_fields"]
    whole = (project.folder / target).read_bytes()
    assert len(whole) > 40_000
    (project.folder / target).unlink()
    command = f"ulimit -f 40; exec '{sys.executable}' -m snakemake --configfile {project.config}"
    done = subprocess.run(
        ["bash", "-c", f"{command} --cores 1 {target}"],
        cwd=project.folder,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 1 and "aggregate_fields" in done.stderr
    assert not (project.folder / target).exists()
    project.run(target)
    assert (project.folder / target).read_bytes() == whole
