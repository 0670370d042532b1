"""Environment files are written from what a rule's script can reach, and are current."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from vadose.envs import environment, stale, third_party, write_environments

ROOT = Path(__file__).parents[2]
WORKFLOW = ROOT / "workflow"
REAL = (WORKFLOW / "scripts", WORKFLOW / "vadose", ROOT / "requirements.lock.txt", ROOT / "envs")

FILES = {
    "workflow/scripts/one.py": "import numpy as np\nfrom vadose.water import models\n",
    "workflow/scripts/two.py": "import json\n",
    "workflow/vadose/__init__.py": "",
    "workflow/vadose/water/__init__.py": "",
    "workflow/vadose/water/models.py": "def f():\n    import yaml\n    import netCDF4\n",
    "workflow/vadose/job.py": "import rich.progress\n",
    "workflow/vadose/cli.py": "import torch\n",
    "requirements.lock.txt": "# pins\nnumpy==2.4.6\nPyYAML==6.0.3\nnetcdf4==1.7.5.1.post1\n"
    "rich==15.0.0\nmatplotlib==3.11.2\ntorch==2.13.0+cpu\n",
}


@pytest.fixture
def project(tmp_path: Path) -> tuple[Path, Path, Path, Path]:
    """Scripts, package, lock file and folder of environments of a small project."""
    for name, text in FILES.items():
        write(tmp_path / name, text)
    workflow = tmp_path / "workflow"
    lock = tmp_path / "requirements.lock.txt"
    return workflow / "scripts", workflow / "vadose", lock, tmp_path / "envs"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


Project = tuple[Path, Path, Path, Path]


def test_packages_are_found_in_functions_of_reached_modules(project: Project) -> None:
    assert third_party(project[0] / "one.py", project[1]) == {"numpy", "yaml", "netCDF4"}


def test_the_text_has_conda_names_and_strict_versions(project: Project) -> None:
    text = environment(project[0] / "one.py", *project[1:3])
    assert text.splitlines()[0].startswith("# Written by `vadose envs`")
    assert yaml.safe_load(text) == {
        "channels": ["conda-forge", "nodefaults"],
        "dependencies": ["python =3.11", "netcdf4 =1.7.5.1", "numpy =2.4.6", "pyyaml =6.0.3"],
    }


def test_names_that_differ_on_conda_forge_are_translated(project: Project) -> None:
    write(project[0] / "one.py", "import torch\nfrom mpl_toolkits.axes_grid1 import Divider\n")
    text = environment(project[0] / "one.py", *project[1:3])
    assert "  - matplotlib-base =3.11.2\n  - pytorch =2.13.0\n" in text


def test_progress_modules_count_though_they_change_no_number(project: Project) -> None:
    write(project[0] / "two.py", "from vadose import job\n")
    assert third_party(project[0] / "two.py", project[1]) == {"rich"}


def test_the_command_line_does_not_count(project: Project) -> None:
    write(project[0] / "two.py", "from vadose import cli\n")
    assert third_party(project[0] / "two.py", project[1]) == set()


def test_our_package_snakemake_and_type_checking_do_not_count(project: Project) -> None:
    script = (
        "from __future__ import annotations\nfrom typing import TYPE_CHECKING\n"
        "import snakemake\nimport vadose.job\n"
        "if TYPE_CHECKING:\n    import pandas\n    from snakemake.iocontainers import Snakemake\n"
    )
    write(project[0] / "two.py", script)
    assert third_party(project[0] / "two.py", project[1]) == {"rich"}


def test_equal_needs_give_equal_files(project: Project) -> None:
    write(project[0] / "three.py", "def g():\n    import yaml, numpy, netCDF4\n")
    one, three = (environment(project[0] / f"{n}.py", *project[1:3]) for n in ("one", "three"))
    assert one == three


def test_a_package_without_a_lock_line_is_named(project: Project) -> None:
    write(project[0] / "two.py", "import scipy.stats\n")
    with pytest.raises(ValueError, match=r"scripts/two\.py needs .*scipy.*requirements\.lock\.txt"):
        environment(project[0] / "two.py", *project[1:3])


def test_writing_leaves_one_file_per_script_and_keeps_what_others_wrote(project: Project) -> None:
    write(project[3] / "development.yaml", "dependencies: []\n")
    write_environments(*project)
    (project[0] / "two.py").unlink()
    assert stale(*project) == ["two.yaml belongs to no script; run `vadose envs`."]
    assert write_environments(*project) == [project[3] / "one.yaml"]
    assert sorted(path.name for path in project[3].iterdir()) == ["development.yaml", "one.yaml"]
    assert stale(*project) == []


def test_stale_files_are_named(project: Project) -> None:
    write_environments(*project)
    (project[3] / "two.yaml").unlink()
    write(project[0] / "one.py", "import numpy\n")
    assert stale(*project) == [
        "one.yaml is out of date; run `vadose envs`.",
        "two.yaml is missing; run `vadose envs`.",
    ]


def test_versions_have_the_form_conda_takes_strictly() -> None:
    for path in REAL[3].glob("*.yaml"):
        for line in yaml.safe_load(path.read_text(encoding="utf-8"))["dependencies"]:
            assert re.fullmatch(r"[a-z0-9][a-z0-9_.-]* =\d+(\.\d+)*", line), f"{path.name}: {line}"


@pytest.mark.parametrize("verb", ["retrieve", "aggregate", "evaluate", "plot", "publish", "check"])
def test_what_works_on_files_alone_needs_no_torch(verb: str) -> None:
    """Torch takes a second to start and most of a gigabyte in each environment."""
    found = list((ROOT / "envs").glob(f"{verb}_*.yaml"))
    assert found and not [path.stem for path in found if "torch" in path.read_text("utf-8")]


def test_retrieval_starts_without_the_libraries_of_arrays() -> None:
    """A run has many retrievals, and most of them only compare files with a list."""
    asked = "import sys, retrieve_source; print(*{'numpy', 'pandas', 'xarray'} & {*sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", asked], cwd=WORKFLOW / "scripts", capture_output=True, text=True
    )
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr
