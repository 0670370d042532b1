"""Jobs that share a workstation take a card each, and give it back however they end."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

TAKE = """
import sys, time
from pathlib import Path
from vadose import gpu_slots

def sleep(seconds):
    print("waits", flush=True)
    time.sleep(0.05)

taken = gpu_slots.take_slot(Path(sys.argv[1]), sleep)
again = gpu_slots.take_slot(Path(sys.argv[1]), sleep)
import os
print(taken, again, os.environ.get("CUDA_VISIBLE_DEVICES"), flush=True)
time.sleep(60)
"""
Start = Callable[[str], subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path, root: Path) -> Iterator[Start]:
    """Begin a job that takes a card of those named and keeps it."""
    running: list[subprocess.Popen[str]] = []

    def begin(gpus: str) -> subprocess.Popen[str]:
        environment = {"PYTHONPATH": str(root / "workflow"), "VADOSE_GPUS": gpus}
        command = [sys.executable, "-c", TAKE, str(tmp_path / "locks")]
        job = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        running.append(job)
        return job

    yield begin
    for job in running:
        job.kill()
        job.communicate()


def line(job: subprocess.Popen[str]) -> str:
    assert job.stdout is not None
    return job.stdout.readline().strip()


def test_each_job_sees_one_card_of_its_own(start: Start) -> None:
    assert [line(start("0,1")) for _ in range(2)] == ["0 0 0", "1 1 1"]


def test_a_card_named_twice_takes_two_jobs(start: Start) -> None:
    assert [line(start("3,3")) for _ in range(2)] == ["3 3 3", "3 3 3"]
    assert line(start("3,3")) == "waits"


def test_a_killed_job_gives_its_card_to_the_one_that_waits(start: Start) -> None:
    first = start("0")
    assert line(first) == "0 0 0"
    second = start("0")
    assert line(second) == "waits"
    first.kill()
    said = line(second)
    while said == "waits":
        said = line(second)
    assert said == "0 0 0"


def test_jobs_that_were_given_different_cards_agree_on_those_they_share(start: Start) -> None:
    assert line(start("MIG-1/0,1")) == "MIG-1/0 MIG-1/0 MIG-1/0"
    assert line(start("1")) == "1 1 1"
    assert line(start("1,MIG-1/0")) == "waits"
