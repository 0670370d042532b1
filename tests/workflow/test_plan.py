"""`vadose plan` tells what a run would do and what that cost last time."""

import os
import re
import subprocess
import sys

from tests.workflow.tiny_project import Project

STRICTER = ("--config", "mask={kge_above: 0.3}")
HEADER = r"rule\s+jobs\s+why\s+last time\s+CPU h\s+GPU h"


def plan(project: Project, *arguments: str) -> subprocess.CompletedProcess[str]:
    paths = {"PYTHONPATH": str(project.folder / "workflow"), "COLUMNS": "200"}
    command = [sys.executable, "-m", "vadose", "plan", "--configfile", project.config, *arguments]
    return subprocess.run(
        command, cwd=project.folder, env=os.environ | paths, capture_output=True, encoding="utf-8"
    )


def test_nothing_to_do_ends_with_0(finished: Project) -> None:
    done = plan(finished)
    assert done.returncode == 0 and done.stdout.splitlines()[-1] == "Nothing to be done."


def test_work_ends_with_3_and_says_why_and_how_long(finished: Project) -> None:
    done = plan(finished, *STRICTER)
    assert done.returncode == 3 and re.search(HEADER, done.stdout)
    rows = {line.split()[0]: line for line in done.stdout.splitlines() if line.strip()}
    expected = finished.plan(*STRICTER).jobs
    assert {rule: int(rows[rule].split()[1]) for rule in expected} == expected
    assert "changed kge_above" in rows["label_capacity"]
    assert "follows" in rows["plot_calibration"]
    assert not any("?" in row or "~" in row for row in rows.values())
    total = re.search(r"(\d+):(\d\d):(\d\d)", rows["all"])
    assert total and int(total[2]) * 60 + int(total[3]) > 0


def test_a_bad_setting_or_argument_is_one_sentence(finished: Project) -> None:
    for argument, said in (("--config=mask={kge_abve: 1}", "kge_abve"), ("--wrong", "--wrong")):
        done = plan(finished, argument)
        assert done.returncode == 1 and len(done.stderr.splitlines()) == 1
        assert done.stderr.startswith("Error: ") and said in done.stderr
