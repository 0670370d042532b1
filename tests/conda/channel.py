"""A local conda channel of what is installed here, for the real solver where no other is reachable.

Each package of the project's environment becomes one conda package with the requirements that it
states; Python is the interpreter that runs this.
"""

import io
import json
import shutil
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from vadose.envs import LOCK_TO_CONDA, _conda_version

PLATFORM = "linux-64"
PYTHON = "python{}.{}".format(*sys.version_info)
LEFT_OUT = ("__pycache__", "site-packages", "test", "idlelib", "ensurepip", "config-*")


def build(names: list[str], folder: Path) -> None:
    """Write the packages of these names and Python below a folder that serves as a channel."""
    for platform in (PLATFORM, "noarch"):
        (folder / platform).mkdir(parents=True)
    write_python(folder)
    for name in names:
        write_package(name, folder)


def write_python(folder: Path) -> None:
    """Pack this interpreter with its standard library, without anything that was installed."""
    tree, base = folder / "python", Path(sys.base_prefix)
    ignore = shutil.ignore_patterns(*LEFT_OUT)
    shutil.copytree(base / "lib" / PYTHON, tree / "lib" / PYTHON, ignore=ignore, symlinks=True)
    (tree / "bin").mkdir()
    shutil.copy2((base / "bin" / PYTHON).resolve(), tree / "bin" / PYTHON)
    (tree / "bin/python").symlink_to(PYTHON)
    version = "{}.{}.{}".format(*sys.version_info)
    with package("python", version, [], folder) as archive:
        for path in sorted(tree.rglob("*")):
            if not path.is_dir() or path.is_symlink():
                archive.add(path, str(path.relative_to(tree)))
    shutil.rmtree(tree)


def write_package(name: str, folder: Path) -> None:
    """Pack an installed package with what it requires."""
    needs = [f"python {PYTHON.removeprefix('python')}.*"]
    for need in map(Requirement, metadata.requires(name) or []):
        if need.marker is None or need.marker.evaluate({"extra": ""}):
            needs.append(f"{conda_name(need.name)} {need.specifier}".strip())
    version = _conda_version(metadata.version(name))
    with package(conda_name(name), version, needs, folder) as archive:
        for file in metadata.files(name) or []:
            if not {"..", "__pycache__"} & set(file.parts) and Path(str(file.locate())).is_file():
                archive.add(str(file.locate()), f"lib/{PYTHON}/site-packages/{file}")


@contextmanager
def package(name: str, version: str, needs: list[str], folder: Path) -> Iterator[tarfile.TarFile]:
    """Give an archive to be filled, then add what conda wants to know of it."""
    index: dict[str, object] = {"name": name, "version": version, "build": "0", "build_number": 0}
    index |= {"depends": needs, "subdir": PLATFORM, "timestamp": 0}
    file = folder / PLATFORM / f"{name}-{version}-0.tar.bz2"
    with tarfile.open(file, "w:bz2", compresslevel=1) as archive:
        yield archive
        paths = [described(member) for member in archive.getmembers()]
        texts = {"index.json": json.dumps(index), "about.json": "{}"}
        texts["paths.json"] = json.dumps({"paths": paths, "paths_version": 1})
        texts["files"] = "".join(f"{path['_path']}\n" for path in paths)
        for inside, text in texts.items():
            member = tarfile.TarInfo(f"info/{inside}")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))


def described(member: tarfile.TarInfo) -> dict[str, object]:
    """What conda wants to know of a file."""
    kind = "softlink" if member.issym() else "hardlink"
    return {"_path": member.name, "path_type": kind, "size_in_bytes": member.size}


def conda_name(name: str) -> str:
    """The name of a package on conda-forge."""
    return LOCK_TO_CONDA.get(str(canonicalize_name(name)), str(canonicalize_name(name)))
