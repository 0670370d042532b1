"""The house keeps its own rules: imports in one direction, small files, one-line help."""

import ast
import os
import subprocess
from pathlib import Path

import pytest
from tests.parsed import parsed

from vadose.codehash import reached

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "workflow" / "vadose"
MODULES = sorted(p for p in PACKAGE.rglob("*.py") if p.name != "__init__.py")
SCRIPTS = sorted((ROOT / "workflow" / "scripts").glob("*.py"))
LONG_SCRIPTS = {  # more than 60 lines, and why
    "train_regionalization": "its seventeen arguments by name are what a training is made of",
    "train_root_zone": "as train_regionalization, with folds of years",
}
LONG_FUNCTIONS = {  # more than 40 lines besides the docstring, and why
    "calibrate.calibrate": "its thirteen arguments are all that decides a calibration",
    "root_zone.adjoint.make_day_back": "one kernel, as the compiler takes it",
    "root_zone.lanes.backward_pass": "one kernel, as the compiler takes it",
    "root_zone.lanes.forward_pass": "one kernel, as the compiler takes it",
    "root_zone.physics.make_day": "one kernel, as the compiler takes it",
    "search.make_search": "one kernel, as the compiler takes it",
    "water_balance.arithmetic.single_precision": "functions that compile with their constants",
    "water_balance.kernel.make_thread_simulation": "one kernel, as the compiler takes it",
    "water_balance.lanes._search_block": "one kernel, as the compiler takes it",
    "water_balance.lanes._simulation": "one kernel, as the compiler takes it",
}


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def cycles(modules: list[Path], package: Path) -> list[tuple[str, str]]:
    reach = {p: set(reached(p, package, skip=())) for p in modules}
    return [(p.stem, q.stem) for p in modules for q in modules if q in reach[p] and p in reach[q]]


def test_imports_make_no_circle(tmp_path: Path) -> None:
    assert cycles(MODULES, PACKAGE) == []
    package = tmp_path / "vadose"
    package.mkdir()
    for one, other in (("a", "b"), ("b", "a")):
        (package / f"{one}.py").write_text(f"from vadose import {other}\n", encoding="utf-8")
    assert cycles(sorted(package.glob("*.py")), package) == [("a", "b"), ("b", "a")]


def test_science_does_not_know_the_configuration() -> None:
    own = ("config.py", "config_file.py", "cli.py", "__main__.py", "needs.py", "doctor.py")
    free = [p for p in MODULES if p.name not in own]
    knows = [p.name for p in free if PACKAGE / "config.py" in reached(p, PACKAGE, skip=())]
    assert knows == []


def test_the_planet_knows_no_reader() -> None:
    """Its writers must not lean on the code that they are there to test."""
    readers = set((PACKAGE / "sources").rglob("*.py"))
    for path in (PACKAGE / "planet").glob("*.py"):
        assert not readers & set(reached(path, PACKAGE, skip=())), path.name


def test_figures_stand_on_top_and_no_other_module_needs_one() -> None:
    figures = set((PACKAGE / "figures").rglob("*.py"))
    for path in set(MODULES) - figures:
        assert not figures & set(reached(path, PACKAGE, skip=())), path.name


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.stem)
def test_modules_are_short(path: Path) -> None:
    assert lines(path) <= 300


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: p.stem)
def test_scripts_are_shorter_and_know_snakemake_at_the_bottom_only(path: Path) -> None:
    assert (lines(path) > 60) == (path.stem in LONG_SCRIPTS)
    *body, bottom = parsed(path).body
    names = {n.id for part in body for n in ast.walk(part) if isinstance(n, ast.Name)}
    assert isinstance(bottom, ast.If) and "snakemake" not in names


def long_functions(path: Path, folder: Path) -> list[str]:
    """Name functions of more than 40 lines, without docstring; what stands inside one counts."""
    place, found = ".".join(path.relative_to(folder).with_suffix("").parts), []
    tree = parsed(path)
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    for node in [*tree.body, *(part for one in classes for part in one.body)]:
        if isinstance(node, ast.FunctionDef):
            text = ast.get_docstring(node, clean=False) or ""
            if node.end_lineno - node.lineno + 1 - len(text.splitlines()) > 40:
                found.append(f"{place}.{node.name}")
    return found


def test_functions_are_short() -> None:
    long = [name for path in MODULES for name in long_functions(path, PACKAGE)]
    assert sorted(long) == sorted(LONG_FUNCTIONS)
    assert [name for path in SCRIPTS for name in long_functions(path, path.parent)] == []


def make(python: Path, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    command = ["make", "setup", f"PYTHON={python}", f"VENV={tmp_path}/venv"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environment)


@pytest.mark.parametrize(
    ("lacks", "message"),
    [
        ("venv", "Python's venv is missing: install it with 'apt install python3-venv'."),
        ("version", "Vadose needs Python 3.11 to 3.13"),
    ],
)
def test_make_names_what_is_missing_in_one_line(tmp_path: Path, lacks: str, message: str) -> None:
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\ncase "$2" in *{lacks}*) exit 1;; esac\n', encoding="utf-8")
    python.chmod(0o755)
    done = make(python, tmp_path)
    assert done.returncode != 0
    assert [line for line in done.stdout.splitlines() if line] == [
        line for line in done.stdout.splitlines() if message in line
    ]
    assert message in done.stdout
    assert not (tmp_path / "venv").exists()
