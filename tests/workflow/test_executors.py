"""Profiles of clusters, those of docs/cluster.md too, plan as the default does."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from tests.workflow.tiny_project import RESULTS, Project

pytestmark = pytest.mark.machine
MAP = f"{RESULTS}/figures/basins/skill.png"


def plan(project: Project, python: Path, profile: Path, *arguments: str) -> str:
    command = [str(python), "-m", "snakemake", "--configfile", project.config]
    done = subprocess.run(
        [*command, "--profile", str(profile), *arguments, "--dry-run"],
        cwd=project.folder,
        env={name: value for name, value in os.environ.items() if name != "SNAKEMAKE_PROFILE"},
        capture_output=True,
        encoding="utf-8",
    )
    text = done.stdout + done.stderr
    assert done.returncode == 0, text
    return text


def block(root: Path, begin: str) -> str:
    """The YAML in docs/cluster.md that begins so."""
    text = (root / "docs/cluster.md").read_text(encoding="utf-8")
    return re.search(rf"^```yaml\n({begin}\n.*?)^```$", text, re.M | re.S)[1]


def test_the_profile_of_another_scheduler_plans(
    finished: Project, executors: Path, root: Path, tmp_path: Path
) -> None:
    text = block(root, "executor: cluster-generic")
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
    assert "Nothing to be done" in plan(finished, executors, tmp_path)
    assert "plot_calibration" in plan(finished, executors, tmp_path, "--force", MAP)


def test_what_a_pod_is_told_is_a_plan(finished: Project, root: Path) -> None:
    manifest = yaml.safe_load(block(root, "apiVersion: batch/v1"))
    (container,) = manifest["spec"]["template"]["spec"]["containers"]
    jobs = finished.plan(*container["args"]).jobs
    assert jobs["train_capacity"] > 1 and jobs["retrieve_source"] > 1


def test_the_profile_of_slurm_leaves_a_finished_run_alone(
    finished: Project, executors: Path
) -> None:
    assert "Nothing to be done" in plan(finished, executors, Path("profiles/slurm"))


def test_the_profile_of_slurm_names_rules_that_are_there(root: Path) -> None:
    profile = yaml.safe_load((root / "profiles/slurm/config.yaml").read_text(encoding="utf-8"))
    files = root.glob("workflow/rules/*.smk")
    text = "".join(path.read_text(encoding="utf-8") for path in files)
    rules = set(re.findall(r"^ *rule (\w+):", text, re.M))
    assert set(profile["set-threads"]) <= rules
    figures = {name for name in rules if name.startswith(("map_", "plot_", "animate_"))}
    assert set(profile["groups"]) == figures


def test_every_key_of_the_profile_of_slurm_is_explained(root: Path) -> None:
    profile = yaml.safe_load((root / "profiles/slurm/config.yaml").read_text(encoding="utf-8"))
    rows = re.findall(r"^\| (`[^|]*`) \|", (root / "docs/cluster.md").read_text("utf-8"), re.M)
    assert re.findall(r"`([^`]+)`", " ".join(rows)) == list(profile)
