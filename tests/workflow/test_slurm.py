"""A real SLURM runs a part of the tiny planet, and a cancelled training goes on where it was."""

import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from tests.cluster.slurm import NoCluster, Slurm, cluster
from tests.workflow.tiny_project import RESULTS, Project

pytestmark = pytest.mark.machine
PROFILE = ("--profile", "profiles/slurm")
CARD = ("train_concepts:gpu=1", "train_concepts:cpus_per_gpu=1")  # pretend: it trains without
# A cluster of one node answers at once; on a real one these would be a burden.
QUICK = ("--set-threads", "calibrate_cells=2", "--set-resources", *CARD)
QUICK += ("--slurm-init-seconds-before-status-checks", "1")
QUICK += ("--seconds-between-status-checks", "1", "--latency-wait", "5")
SLOW = "concepts={epochs: 150}"
KEPT = "training={checkpoint_seconds: 1}"
SHORT = "calibration={chunks: 2, restarts: 3, evaluations: 100}"
CELLS = f"{RESULTS}/calibrate/cells/swbm_degree_day.nc"
CURVES = f"{RESULTS}/figures/concepts/training.png"
CONCEPT, PLAIN = (f"{RESULTS}/concepts/networks/{name}" for name in ("concept", "plain"))
CHECKPOINT = f"{RESULTS}/concepts/checkpoints/concept/0.pt"
SCORES = f"{RESULTS}/evaluate/basins/calibration.parquet"
LABELS = f"{RESULTS}/calibrate/basins/labels.nc"


class OnSlurm(Project):
    """A project that is run through a scheduler."""

    def __init__(self, project: Project, python: Path, slurm: Slurm) -> None:
        super().__init__(project.folder)
        self.python, self.slurm = python, slurm
        self.runs: list[subprocess.Popen[str]] = []

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Begin a run and come back at once."""
        hidden = ("PYTHONDONTWRITEBYTECODE", "SNAKEMAKE_PROFILE")
        kept = {name: value for name, value in os.environ.items() if name not in hidden}
        command = [str(self.python), "-m", "snakemake", "--configfile", self.config, *PROFILE]
        run = subprocess.Popen(
            [*command, *QUICK, *arguments],
            cwd=self.folder,
            env=kept | self.slurm.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        self.runs.append(run)
        return run

    def jobs_of(self, rule: str) -> list[tuple[str, ...]]:
        """Number, partition, cards and state of the jobs of a rule, in the order they came."""
        asked = "JobID:9,Partition:9,tres-alloc:60,State:12,Comment:99"
        said = self.slurm.ask("squeue", "-h", "-t", "all", "-O", asked)
        rows = (line.split() for line in (said or "").splitlines())
        return sorted(tuple(row[:4]) for row in rows if row[-1].startswith(f"rule_{rule}"))


def finish(run: subprocess.Popen[str]) -> str:
    text, _ = run.communicate(timeout=600)
    assert run.returncode == 0, text
    return text


def wait_until(is_so: Callable[[], bool], run: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 300
    while not is_so():
        if run.poll() is not None or time.monotonic() > end:
            run.kill()
            pytest.fail(f"it never came to that:\n{run.communicate()[0]}")
        time.sleep(0.1)


@pytest.fixture(scope="module")
def slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slurm]:
    try:
        with cluster(tmp_path_factory.mktemp("slurm")) as running:
            yield running
    except NoCluster as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module")
def project(
    finished: Project,
    slurm: Slurm,
    tmp_path_factory: pytest.TempPathFactory,
    executors: Path,
) -> Iterator[OnSlurm]:
    copy = finished.copy(tmp_path_factory.mktemp("on_slurm") / "project")
    project = OnSlurm(copy, executors, slurm)
    yield project
    for run in project.runs:
        run.kill()
        run.communicate()


@pytest.fixture(scope="module")
def ran(project: OnSlurm) -> str:
    """What a run printed in which a training was cancelled; states come from squeue."""
    (manifest,) = project.folder.glob("resources/downloads/grace_csr/*/*.json")
    manifest.unlink()
    target = manifest.relative_to(project.folder).as_posix()
    run = project.start(target, CELLS, CURVES, "--config", SHORT, SLOW, KEPT)
    wait_until(lambda: (project.folder / CHECKPOINT).exists(), run)
    said = project.slurm.ask("squeue", "-h", "-t", "running", "-o", "%i %k")
    (number,) = re.findall(r"^(\d+) rule_train_concepts.*concept", said or "", re.M)
    assert project.slurm.ask("scancel", number) is not None
    return finish(run)


def test_a_cancelled_training_is_sent_again_and_goes_on(project: OnSlurm, ran: str) -> None:
    assert "CANCELLED" in ran and "Trying to restart job" in ran
    text = (project.folder / f"{RESULTS}/logs/train_concepts/concept.log").read_text()
    assert int(re.search(r"resumed at epoch (\d+)", text)[1]) > 0
    history = pd.read_csv(project.folder / f"{CONCEPT}.csv")
    assert history["epoch"].tolist() == list(range(150))


@pytest.mark.usefixtures("ran")
def test_trainings_hold_a_card_and_nothing_else_does(project: OnSlurm) -> None:
    jobs = project.jobs_of("train_concepts")
    assert all(job[1] == "gpu" and "gres/gpu=1" in job[2] for job in jobs)
    assert sorted(job[3] for job in jobs) == ["CANCELLED", "COMPLETED", "COMPLETED"]
    chunks = project.jobs_of("calibrate_cells")
    assert len(chunks) == 4  # two of each model
    assert all(job[1] == "cpu" and "gpu" not in job[2] for job in chunks)


def test_downloads_stay_where_the_network_is(project: OnSlurm, ran: str) -> None:
    assert "Fetching grace_csr" in ran and not project.jobs_of("retrieve_source")


@pytest.mark.usefixtures("ran")
def test_nothing_is_left_to_do(project: OnSlurm) -> None:
    done = finish(project.start(CELLS, CURVES, "--config", SHORT, SLOW, KEPT, "--dry-run"))
    assert "Nothing to be done" in done


def test_with_accounts_a_failure_on_the_node_names_its_logs(project: OnSlurm) -> None:
    """States come from sacct; what does not depend on the failed job is made."""
    broken = project.folder / f"{RESULTS}/calibrate/basins/swbm_none.nc"
    broken.write_bytes(broken.read_bytes()[:10_000])
    by_sacct = ("--slurm-status-command", "sacct", "--retries", "0", "--force", SCORES, LABELS)
    run = project.start(*by_sacct)
    text, _ = run.communicate(timeout=600)
    assert run.returncode == 1 and "(Rule: label_capacity)" in text
    own = f"{RESULTS}/logs/evaluate_calibration.log"
    sentence = "swbm_none.nc cannot be read"
    assert own in text and sentence in (project.folder / own).read_text(encoding="utf-8")
    (log, *_) = re.findall(r"\S+/slurm_logs/\S*evaluate_calibration\S*\.log", text)
    assert sentence in Path(log).read_text(encoding="utf-8")
