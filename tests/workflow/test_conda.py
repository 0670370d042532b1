"""Every rule runs in an environment of its own, started from one that holds Snakemake alone."""

import os
import subprocess
from pathlib import Path

import pytest
import torch
from tests.conda import standin
from tests.workflow.tiny_project import RESULTS, Project

ROOT = Path(__file__).parents[2]
# One job of each kind of work, of rules whose environments differ most.
NETWORK = f"{RESULTS}/concepts/networks/concept.pt"
FIELDS = f"{RESULTS}/aggregate/fields/4.5/grace_jpl/200701-201412.nc"
LABELS = f"{RESULTS}/calibrate/basins/labels.nc"
MEANS = f"{RESULTS}/aggregate/basin_fields/grace_csr/200701-201412.nc"
MAP = f"{RESULTS}/figures/basins/skill.png"
PRODUCT = f"{RESULTS}/products/capacity.nc"
MADE = (NETWORK, FIELDS, LABELS, MEANS, MAP, PRODUCT)


class UnderConda(Project):
    """A project that is run from an environment that holds Snakemake and no package of ours."""

    def __init__(self, project: Project, folder: Path) -> None:
        super().__init__(project.folder)
        self.controller = folder / "controller"
        standin.make(self.controller, ["snakemake"])
        standin.install(folder)
        self.path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"

    def snakemake(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        hidden = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "SNAKEMAKE_PROFILE", "VIRTUAL_ENV")
        kept = {name: value for name, value in os.environ.items() if name not in hidden}
        python = str(self.controller / "bin/python")
        return subprocess.run(
            [python, "-m", "snakemake", "--configfile", self.config, "--sdm", "conda", *arguments],
            cwd=self.folder,
            env=kept | {"PATH": self.path} | environment,
            capture_output=True,
            encoding="utf-8",
            timeout=900,
        )


@pytest.fixture(scope="module")
def project(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> UnderConda:
    folder = tmp_path_factory.mktemp("conda")
    return UnderConda(finished.copy(folder / "project"), folder)


def test_the_controller_has_nothing_that_a_rule_needs(project: UnderConda) -> None:
    found = {path.name for path in project.controller.glob("lib/*/site-packages/*")}
    assert "snakemake" in found and not {"numpy", "torch", "xarray", "vadose", "rich"} & found


def test_going_over_to_conda_runs_nothing_again(project: UnderConda) -> None:
    assert project.plan().jobs == {}


def test_each_environment_file_becomes_one_environment(project: UnderConda) -> None:
    project.run("--conda-create-envs-only")
    files = (ROOT / f"envs/{rule}.yaml" for rule in project.jobs)
    texts = {file.read_text(encoding="utf-8") for file in files}
    made = list((project.folder / ".snakemake/conda").glob("*/bin/python"))
    assert len(made) == len(texts) > 20


def test_rules_make_the_same_files_in_their_environments(
    project: UnderConda, finished: Project
) -> None:
    """Started by the controller, so that nothing can come from its packages."""
    assert "Creating conda environment" not in project.run("--force", *MADE)
    for path in (FIELDS, LABELS, MEANS, PRODUCT):
        assert (project.folder / path).read_bytes() == (finished.folder / path).read_bytes(), path
    one, other = (torch.load(p.folder / NETWORK)["0_0"]["weights"] for p in (project, finished))
    assert one.keys() == other.keys() and all(torch.equal(one[key], other[key]) for key in one)


def test_what_an_environment_lacks_is_found(project: UnderConda) -> None:
    """Else the test above would show nothing."""
    project.edit("envs/plot_calibration.yaml", "  - cartopy", "  # - cartopy")
    done = project.snakemake("--cores", "1", "--force", MAP)
    assert done.returncode == 1 and "No module named 'cartopy'" in done.stderr
