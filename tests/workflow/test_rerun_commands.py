"""The commands of docs/rerun.md do what it says of them.

Of Caravan's releases see test_rerun_from_mirror.py.
"""

import re
import shlex
from pathlib import Path

import pytest
from tests.workflow.tiny_project import BLOCK, NOTHING, Project

NETWORK = {"train_capacity", "train_concepts"}
# By what is wanted: rules that must run, and rules that must not.
WANTED = {
    "the year that came since": (
        {"retrieve_source", "aggregate_fields", "calibrate_cells", "predict_capacity"},
        NETWORK,
    ),
    "months that a provider added": (
        {"retrieve_source", "aggregate_fields", "average_over_basins", "publish_storage"},
        NETWORK | {"train_gap_filling", "calibrate_cells"},
    ),
    "another threshold of the mask": (
        {"label_capacity", "train_capacity", "plot_calibration"},
        {"calibrate_cells", "train_concepts", "aggregate_fields"},
    ),
    "the maps drawn again": (
        {"plot_calibration", "plot_capacity", "plot_concepts", "check_results"},
        None,
    ),
    "one system of networks": (
        {"train_concepts", "predict_concepts", "evaluate_concepts"},
        {"train_capacity", "prepare_concepts", "calibrate_cells"},
    ),
    "the networks of one split": (
        {"train_capacity", "predict_capacity"},
        {"train_concepts", "split_cells", "calibrate_cells"},
    ),
    "new months, and no training": (
        {"retrieve_source", "predict_capacity", "predict_concepts"},
        NETWORK | {"split_cells"},
    ),
}


def arguments(root: Path, wanted: str) -> list[str]:
    """What docs/rerun.md tells to type, with the names of the tiny run."""
    text = (root / "docs/rerun.md").read_text(encoding="utf-8")
    (command,) = re.findall(rf"^\| {wanted}[^|]*\| `snakemake ([^`]+)` \|$", text, re.M)
    names = {"<version>": "planet-7-tiny-200701-201512", "<block>": BLOCK, "<run>": "tiny"}
    for name, value in names.items():
        command = command.replace(name, value)
    return shlex.split(command)


@pytest.mark.parametrize("wanted", WANTED)
def test_a_command_runs_what_it_is_for(finished: Project, root: Path, wanted: str) -> None:
    must, must_not = WANTED[wanted]
    jobs = finished.plan(*arguments(root, wanted)).jobs
    assert must <= set(jobs)
    assert set(jobs) == must if must_not is None else not must_not & set(jobs)


def test_the_networks_of_a_split_are_one_job(finished: Project, root: Path) -> None:
    jobs = finished.plan(*arguments(root, "the networks of one split")).jobs
    assert jobs["train_capacity"] == 1 and jobs["predict_capacity"] == 1


def test_up_to_a_stage_and_after_an_edit(copied: Project, root: Path) -> None:
    """An edited model runs its calibrations; up to the labels, nothing behind them."""
    plain, until = (
        arguments(root, wanted)
        for wanted in ("what an edited model changes", "everything up to the labels")
    )
    assert copied.plan(*plain).jobs == NOTHING
    with copied.changed("workflow/vadose/water_balance/tvgm.py", "\nANOTHER_NUMBER = 1\n"):
        calibrations = {"calibrate_basins": 1, "calibrate_cells": 1}
        assert copied.plan(*plain).jobs.items() >= calibrations.items()
        assert set(copied.plan(*until).jobs) == {
            *calibrations,
            "gather_calibrations",
            "label_capacity",
        }
