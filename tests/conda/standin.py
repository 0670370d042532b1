"""A stand-in for conda where no channel can be reached: environments from what is installed here.

It answers the questions that Snakemake asks of conda. An environment holds the packages that its
file names and what these require, in the versions of the file, and nothing else: a file that names
too little, or a version that does not stand in the lock file, fails as it would with conda. That
conda-forge has these names and versions is not shown by it.
"""

import json
import re
import sys
import venv
from importlib import metadata
from itertools import pairwise
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from vadose.envs import LOCK_TO_CONDA

FROM_CONDA = {conda: locked for locked, conda in LOCK_TO_CONDA.items()}
ACTIVATE = """export CONDA_PREFIX="$1" PATH="$1/bin:$PATH"\nunset PYTHONHOME VIRTUAL_ENV\n"""
Owner = tuple[str, metadata.PackagePath]


def install(folder: Path) -> None:
    """Make `conda` and `activate` below a folder, for the PATH of a run."""
    command = f'"{sys.executable}" "{Path(__file__).resolve()}" "{folder}"'
    files = {"conda": f'#!/bin/sh\nexec {command} "$@"\n'}
    files["activate"] = ACTIVATE
    (folder / "bin").mkdir(parents=True)
    for name, text in files.items():
        (folder / "bin" / name).write_text(text, encoding="utf-8")
        (folder / "bin" / name).chmod(0o755)


def create(file: Path, prefix: Path) -> None:
    """Make the environment of a file."""
    names = []
    for line in yaml.safe_load(file.read_text(encoding="utf-8"))["dependencies"]:
        name, version = re.fullmatch(r"(\S+) =(\S+)", line).groups()
        if name == "python":
            have = "{}.{}".format(*sys.version_info)
        else:
            names.append(FROM_CONDA.get(name, name))
            have = metadata.version(names[-1]).partition("+")[0]
        if not f"{have}.".startswith(f"{version}."):
            sys.exit(f"{file.name} asks for {line}, but {have} is installed: see the lock file")
    make(prefix, names)


def make(prefix: Path, names: list[str]) -> None:
    """Make an environment of some packages and of all that these require."""
    venv.create(prefix, with_pip=False, symlinks=True)
    version = "python{}.{}".format(*sys.version_info)
    owned = [(name, file) for name in closure(names) for file in metadata.files(name) or []]
    link([one for one in owned if ".." not in one[1].parts], prefix / "lib" / version, 0)
    (prefix / "conda-meta").mkdir()
    (prefix / "conda-meta/history").touch()


def closure(names: list[str]) -> set[str]:
    """Names of packages and of what they require on this machine, without extras."""
    found: set[str] = set()
    waiting = [str(canonicalize_name(name)) for name in names]
    while waiting:
        if (name := waiting.pop()) in found:
            continue
        found.add(name)
        for need in map(Requirement, metadata.requires(name) or []):
            if need.marker is None or need.marker.evaluate({"extra": ""}):
                waiting.append(str(canonicalize_name(need.name)))
    return found


def link(owned: list[Owner], folder: Path, depth: int) -> None:
    """Link files; a folder that belongs to one package alone is linked as a whole."""
    folder = folder / "site-packages" if depth == 0 else folder
    parts: dict[str, list[Owner]] = {}
    for owner in owned:
        parts.setdefault(owner[1].parts[depth], []).append(owner)
    for name, owners in parts.items():
        file = owners[0][1]
        if len({owner for owner, _ in owners}) > 1:
            (folder / name).mkdir()
            link(owners, folder / name, depth + 1)
        elif name != "__pycache__":
            whole = Path(str(file.locate())).parents[len(file.parts) - depth - 2]
            (folder / name).symlink_to(whole if len(file.parts) > depth + 1 else file.locate())


def main(folder: str, *words: str) -> None:
    """Answer one call to the conda below a folder."""
    options = dict(pairwise(words))
    if words == ("--version",):
        print("conda 25.1.0")
    elif words[0] == "info":
        print(json.dumps({"conda_prefix": folder, "platform": "linux-64"}))
    elif words[0] == "config":
        print(json.dumps({"get": {"channel_priority": "strict"}}))
    elif words[:2] == ("env", "create"):
        create(Path(options["--file"]), Path(options["--prefix"]))
    elif words[0] != "clean":
        sys.exit(f"the stand-in for conda does not know: {' '.join(words)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
