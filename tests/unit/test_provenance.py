"""A product names its code, its command, its configuration and its sources."""

import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from snakemake.cli import get_argument_parser

from vadose.errors import InputError
from vadose.provenance import ROOT, VERSION, code_version, command, provenance

GRUN = {"version": "v1", "licence": "CC-BY-4.0", "doi": "10.1/a"}
OTHER = {"version": "2", "licence": "invented", "doi": ""}


def test_the_version_is_that_of_the_package_and_of_the_citation() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert project["version"] == citation["version"] == VERSION


def test_sources_are_named_with_licence_and_doi(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("run: one\n", encoding="utf-8")
    found = provenance(Path("made.nc"), path, "one", {"grun": GRUN, "other": OTHER, "twin": GRUN})
    assert found["source"] == "grun v1 (CC-BY-4.0); other 2 (invented); twin v1 (CC-BY-4.0)"
    assert found["references"] == "https://doi.org/10.1/a"
    assert found["configuration"] == "run: one\n" and found["run"] == "one"
    assert found["history"].endswith(f": snakemake made.nc --cores all --configfile {path}")
    assert "references" not in provenance(Path("made.nc"), path, "one", {"other": OTHER})


def test_a_configuration_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.yaml cannot be read .*: .*start the run anew"):
        provenance(Path("made.nc"), tmp_path / "gone.yaml", "one", {})


def test_a_checkout_says_its_commit_and_whether_it_was_changed(tmp_path: Path) -> None:
    assert code_version(tmp_path) == VERSION

    def git(*arguments: str) -> str:
        me = ["-c", "user.name=a", "-c", "user.email=a@b"]
        asked = ["git", *me, "-C", str(tmp_path), *arguments]
        return subprocess.run(asked, capture_output=True, check=True, encoding="utf-8").stdout

    git("init")
    (tmp_path / "file").write_text("one", encoding="utf-8")
    git("add", "file")
    git("commit", "-m", "one")
    commit = git("rev-parse", "--short", "HEAD").strip()
    assert code_version(tmp_path) == f"{VERSION} ({commit})"
    (tmp_path / "file").write_text("two", encoding="utf-8")
    assert code_version(tmp_path) == f"{VERSION} ({commit}-dirty)"


def test_a_command_names_what_it_makes() -> None:
    assert command(Path("my.yaml")) == "snakemake --cores all --configfile my.yaml"
    words = command(Path("my.yaml"), Path("a/b.nc")).split()[1:]
    read = get_argument_parser().parse_args(words)
    assert (set(read.targets), read.configfile) == ({"a/b.nc"}, [Path("my.yaml")])
