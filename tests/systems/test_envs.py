"""Environment files hold what a rule's script imports when it runs, no package less or more."""

import importlib.metadata
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from tests.unit.test_envs import REAL

from vadose.envs import LOADED_BY_NAME, LOCK_TO_CONDA, environment, stale

ROOT = Path(__file__).parents[2]
WORKFLOW = ROOT / "workflow"
SCRIPTS = sorted(path.stem for path in (WORKFLOW / "scripts").glob("*.py"))
# Packages that take long to load.
LARGE = ("torch", "xarray", "netCDF4", "matplotlib.figure", "cartopy.crs", "geopandas", "numba")
LARGE += ("scipy.stats", "sklearn.ensemble", "pyarrow.parquet", "rich.progress", "pydantic")
CONDA_TO_LOCK = {conda: locked for locked, conda in LOCK_TO_CONDA.items()}

# For each environment file a process that sees only its packages and what they require runs every
# import statement that a rule can reach, and notes which packages files under workflow/ ask for
# themselves. The processes are forks of one that has loaded the large packages, which takes
# seconds; a fork forgets those that its file does not name.


CHILD = """
import ast, builtins, importlib.metadata, importlib.util, json, os, re, sys, traceback
from pathlib import Path

given = json.load(sys.stdin)
workflow, by_name = Path(given["workflow"]), given["by_name"]
direct, genuine = set(), builtins.__import__
for name in given["loaded_once"]:
    importlib.import_module(name)
unseen = {"vadose.cli", "vadose.envs", "vadose.codehash"}


class Only:
    def __init__(self, finder, refused, distributions):
        self.finder, self.refused, self.distributions = finder, refused, distributions

    def find_spec(self, name, path=None, target=None):
        if path is None and name.partition(".")[0] in self.refused:
            return None
        return self.finder.find_spec(name, path, target)

    def find_distributions(self, *args, **kwargs):
        finder = getattr(self.finder, "find_distributions", lambda *args, **kwargs: ())
        for found in finder(*args, **kwargs):
            if re.sub(r"[-_.]+", "-", found.name).lower() in self.distributions:
                yield found


def noting(name, globals=None, locals=None, fromlist=(), level=0):
    if level == 0 and str((globals or {}).get("__file__", "")).startswith(str(workflow) + os.sep):
        direct.add(name.partition(".")[0])
    return genuine(name, globals, locals, fromlist, level)


def statements(node):
    body = ast.iter_child_nodes(node)
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        body = node.orelse
    for child in body:
        if isinstance(child, (ast.Import, ast.ImportFrom)):
            yield child
        yield from statements(child)


def run_imports(name, path):
    space = {"__name__": name, "__file__": path, "__package__": name.rpartition(".")[0]}
    for statement in statements(ast.parse(Path(path).read_text(encoding="utf-8"))):
        exec(compile(ast.Module([statement], []), path, "exec"), space)


def run(script):
    for name in [name for name in sys.modules if name.partition(".")[0] == "vadose"]:
        del sys.modules[name]
    direct.clear()
    path = str(workflow / "scripts" / (script + ".py"))
    spec = importlib.util.spec_from_file_location(script, path)
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    run_imports(script, path)
    for loader, names in by_name.items():
        if loader in sys.modules:
            for name in names:
                importlib.import_module(name)
    done = set(unseen)
    while left := {n for n in sys.modules if n.partition(".")[0] == "vadose"} - done:
        for name in sorted(left):
            done.add(name)
            run_imports(name, sys.modules[name].__file__)
    return {"error": "", "direct": sorted(direct)}


def answer(task):
    refused, distributions = set(task["refused"]), set(task["distributions"])
    for name in [name for name in sys.modules if name.partition(".")[0] in refused]:
        del sys.modules[name]
    sys.meta_path[:] = [Only(finder, refused, distributions) for finder in sys.meta_path]
    sys.path.insert(0, str(workflow))
    builtins.__import__ = noting
    found = {}
    for script in task["scripts"]:
        try:
            found[script] = run(script)
        except BaseException:
            found[script] = {"error": traceback.format_exc(), "direct": []}
    return found


for task in given["tasks"]:
    if os.fork() == 0:
        print("ANSWER" + json.dumps(answer(task)), flush=True)
        os._exit(0)
    os.wait()
"""


def packages(text: str) -> set[str]:
    """PyPI names of the packages in an environment file, without Python."""
    names = {line.split()[0] for line in yaml.safe_load(text)["dependencies"]} - {"python"}
    return {CONDA_TO_LOCK.get(name, name) for name in names}


def closure(names: set[str]) -> set[str]:
    """The packages and all that they require on this machine, without extras."""
    found: set[str] = set()
    waiting = {str(canonicalize_name(name)) for name in names}
    while waiting:
        name = waiting.pop()
        found.add(name)
        for line in importlib.metadata.requires(name) or []:
            need = Requirement(line)
            if need.marker is None or need.marker.evaluate({"extra": ""}):
                waiting |= {str(canonicalize_name(need.name))} - found
    return found


def dotted(path: str) -> str:
    """Name of a module of the package, as in `import`."""
    return "vadose." + path.removesuffix(".py").replace("/", ".")


@cache
def modules() -> dict[str, set[str]]:
    """Names of the packages (PyPI) that hold each top-level module."""
    installed = importlib.metadata.packages_distributions()
    return {name: {str(canonicalize_name(d)) for d in dists} for name, dists in installed.items()}


Answers = list[dict[str, dict[str, object]]]


def really_import(
    workflow: Path, tasks: dict[str, list[str]], loaded_once: tuple[str, ...] = ()
) -> Answers:
    """What happens to scripts that find only the packages of one environment file.

    `tasks` gives scripts by text of their file. The answer to each holds by script: "error" (a
    traceback or nothing) and "direct" (packages asked for by our own files).
    """
    given = {
        "workflow": str(workflow),
        "by_name": {dotted(k): sorted(map(dotted, v)) for k, v in LOADED_BY_NAME.items()},
        "loaded_once": loaded_once,
        "tasks": [],
    }
    for text, scripts in tasks.items():
        allowed = closure(packages(text))
        refused = [n for n, dists in modules().items() if n != "vadose" and not dists & allowed]
        task = {"scripts": scripts, "refused": refused, "distributions": sorted(allowed)}
        given["tasks"].append(task)
    command = [sys.executable, "-c", CHILD]
    done = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True)
    answers = [json.loads(line) for line in re.findall(r"^ANSWER(.*)$", done.stdout, re.M)]
    assert len(answers) == len(tasks), done.stderr
    return answers


@cache
def imported() -> dict[str, dict[str, object]]:
    """The real scripts, each with its environment file."""
    tasks: dict[str, list[str]] = {}
    for script in SCRIPTS:
        tasks.setdefault(env_text(script), []).append(script)
    answers = really_import(WORKFLOW, tasks, LARGE)
    return {script: found for answer in answers for script, found in answer.items()}


def env_text(script: str) -> str:
    return (ROOT / f"envs/{script}.yaml").read_text(encoding="utf-8")


FILES = {
    "scripts/one.py": "import numpy\nfrom vadose.water import models\n",
    "scripts/two.py": "import json\n",
    "vadose/__init__.py": "",
    "vadose/water/__init__.py": "",
    "vadose/water/models.py": "def f():\n    from . import deep\n",
    "vadose/water/deep.py": "def f():\n    import yaml\n",
    "lock.txt": "numpy==2.4.6\nPyYAML==6.0.3\n",
}


def test_the_check_of_imports_sees_what_is_missing_and_what_is_too_much(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    right = environment(tmp_path / "scripts/one.py", tmp_path / "vadose", tmp_path / "lock.txt")
    small = "".join(line for line in right.splitlines(True) if "pyyaml" not in line)
    tasks = {right: ["one", "two"], small: ["one"]}
    complete, lacking = really_import(tmp_path, tasks, ("yaml",))
    assert complete == {
        "one": {"error": "", "direct": ["numpy", "vadose", "yaml"]},
        "two": {"error": "", "direct": ["json"]},
    }
    assert "No module named 'yaml'" in str(lacking["one"]["error"])


def test_there_are_scripts_to_check() -> None:
    assert SCRIPTS, f"no scripts were found in {WORKFLOW}"


@pytest.mark.parametrize("script", SCRIPTS)
def test_the_environment_is_not_too_small(script: str) -> None:
    answer = imported()[script]
    assert not answer["error"], answer["error"]


@pytest.mark.parametrize("script", SCRIPTS)
def test_the_environment_is_not_too_large(script: str) -> None:
    direct = imported()[script]["direct"]
    assert isinstance(direct, list)
    asked = {dist for name in direct for dist in modules().get(name, set())}
    assert packages(env_text(script)) - asked == set()


def test_environment_files_are_current() -> None:
    assert stale(*REAL) == []
