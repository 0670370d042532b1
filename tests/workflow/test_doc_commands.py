"""Every Snakemake command of the documentation is a plan, and what else it tells to type exists."""

import re
import runpy
import sys
from pathlib import Path

import pytest
from tests.doc_commands import OTHERS, commands, dry, pages, words
from tests.workflow.tiny_project import Project, copy_sources

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = commands(ROOT)
# What plans nothing, or is tested elsewhere.
ELSEWHERE = (".venv/bin/mkdocs build --strict", ".venv/bin/snakemake --unlock")


def of_program(name: str) -> list[str]:
    return [line for line in COMMANDS if words(line)[0] == name and line not in ELSEWHERE]


# One command for each plan; conda and schedulers change none.
PLANS = {tuple(sorted(dry(words(line)[1]))): line for line in of_program("snakemake")}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A clone in which nothing has run."""
    project = copy_sources(ROOT, tmp_path_factory.mktemp("fresh") / "project")
    (project.folder / "my.yaml").write_text("run: mine\n", encoding="utf-8")
    return project


@pytest.mark.parametrize("command", PLANS.values())
def test_a_command_of_snakemake_plans(fresh: Project, command: str) -> None:
    arguments = words(command)[1]
    config = [] if "--configfile" in arguments else ["--configfile", "config/config.yaml"]
    plan = fresh.plan(*config, "--cores", "1", *dry(arguments))
    assert {"aggregate_basins", "calibrate_basins"} <= set(plan.jobs)


def test_a_target_that_a_page_names_can_be_asked_for(fresh: Project) -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in pages(ROOT))
    targets = sorted(set(re.findall(r"\bTARGET=([\w./]+)", text)))
    assert targets
    plan = fresh.plan("--configfile", "config/config.yaml", "--cores", "1", *targets)
    rules = {target for target in targets if "/" not in target}
    assert rules | {"label_capacity"} <= set(plan.jobs)


def test_a_locked_folder_is_unlocked(fresh: Project) -> None:
    assert ".venv/bin/snakemake --unlock" in COMMANDS
    done = fresh.snakemake("--unlock")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", of_program("vadose"))
def test_a_command_of_vadose_is_understood(command: str, capsys, monkeypatch) -> None:
    """`plan` asks Snakemake, which the test above does; `doctor` may find something missing."""
    from vadose import cli

    if words(command)[1][0] == "plan":
        monkeypatch.setattr(cli, "planned", lambda arguments: ([], [" ".join(arguments)]))
    assert cli.main(words(command)[1]) in (0, 1)
    assert capsys.readouterr().out


@pytest.mark.parametrize("command", of_program("python"))
def test_a_bench_says_what_it_needs(command: str, capsys, monkeypatch) -> None:
    flag, module, *rest = words(command)[1]
    assert flag == "-m" and rest == ["--help"]
    monkeypatch.setattr(sys, "argv", [module, *rest])
    monkeypatch.delitem(sys.modules, module, raising=False)  # another test may have loaded it
    with pytest.raises(SystemExit) as ended:
        runpy.run_module(module, run_name="__main__")
    assert ended.value.code == 0 and "usage" in capsys.readouterr().out


def test_a_profile_that_a_command_names_is_there() -> None:
    named = re.findall(r"--profile (\S+)", "\n".join(COMMANDS))
    assert named and all((ROOT / name / "config.yaml").is_file() for name in named)


def test_no_command_is_left_out() -> None:
    known = {"make", "snakemake", "vadose", "python", *OTHERS}
    left = [line for line in COMMANDS if words(line)[0] not in known and line not in ELSEWHERE]
    assert left == []
    builds = [line for line in COMMANDS if line.startswith("docker build")]
    assert all((ROOT / words(line)[1][2]).is_file() for line in builds) and builds


def test_code_of_the_page_of_evaluation_runs(finished: Project, monkeypatch, capsys) -> None:
    text = (ROOT / "docs/evaluation.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```python\n(.*?)^```$", text, re.M | re.S)
    monkeypatch.chdir(finished.folder)
    exec(compile(block.replace("results/planet", "results/tiny"), "evaluation.md", "exec"), {})
    shown = capsys.readouterr().out
    assert "time" in shown and "concept, fold 0, seed 0" in shown


def test_every_configuration_that_a_page_names_is_there() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in pages(ROOT))
    named = set(re.findall(r"\bconfig/\w+\.(?:yaml|json)\b", text)) - {"config/my.yaml"}
    assert named and all((ROOT / name).is_file() for name in named)
