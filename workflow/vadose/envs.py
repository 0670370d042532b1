"""One conda environment per rule, written from what the rule's script imports and the lock file.

Counted are the imports of the script and of every module of the package that it reaches, also
inside functions; the lock file (`name==version` lines) gives the versions. Scripts with the same
needs get identical files, so Snakemake, which hashes the content, installs them once.

Packages that only work behind another one are not seen: xarray writes netCDF through netCDF4,
pandas writes parquet through pyarrow. Modules that rely on them import them explicitly.
"""

import re
import sys
from pathlib import Path

from vadose.codehash import label, reached, read
from vadose.sources.readers import READERS, STATIC_READERS
from vadose.sources.registry import CLIENTS

PYTHON = "3.11"

# Modules of the package that no rule runs: they are not followed.
SKIP = ("cli.py", "envs.py", "codehash.py")

# Modules that others load by a name made at run time, which no import tells.
LOADED_BY_NAME = {
    "sources/readers.py": {f"sources/{reader.module}.py" for reader in READERS.values()},
    "sources/retrieve.py": {f"sources/clients/{module}.py" for module in CLIENTS.values()},
}
LOADED_BY_NAME["sources/readers.py"] |= {f"sources/{r.module}.py" for r in STATIC_READERS.values()}

# Names that differ, first from `import` to the lock file (PyPI), then from there to conda-forge.
IMPORT_TO_LOCK = {
    "PIL": "pillow",
    "dateutil": "python-dateutil",
    "ecmwf": "ecmwf-datastores-client",
    "mpl_toolkits": "matplotlib",
    "shapefile": "pyshp",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}
LOCK_TO_CONDA = {
    "cf-xarray": "cf_xarray",
    "dask": "dask-core",  # plain dask would bring distributed and its diagnostics
    "matplotlib": "matplotlib-base",  # plain matplotlib would bring Qt
    "torch": "pytorch",
}

HEADER = "# Written by `vadose envs` from what the rule's script imports and the lock file.\n"


def third_party(script: Path, package: Path) -> set[str]:
    """Names of the packages that a script imports, directly or through ours, as in `import`."""
    files = _run_by(script, package)
    found = {
        item.module.split(".")[0]
        for path in files
        for item in read(path, package).imports
        if item.level == 0
    }
    return found - sys.stdlib_module_names - {package.name, "snakemake"}


def _run_by(script: Path, package: Path) -> set[Path]:
    """The script and every module that it reaches, by import or by name."""
    files = {script, *reached(script, package, skip=SKIP)}
    for loader, names in LOADED_BY_NAME.items():
        if package / loader in files:
            modules = {package / name for name in names}
            files |= modules.union(*(reached(module, package, skip=SKIP) for module in modules))
    return files


def environment(script: Path, package: Path, lock: Path) -> str:
    """The text of a script's environment file; ValueError where the lock file lacks a package."""
    versions = _locked(lock)
    needs = set()
    for name in third_party(script, package):
        locked = IMPORT_TO_LOCK.get(name, _normal(name))
        if locked not in versions:
            raise ValueError(
                f"{label(script, package)} needs the package {name} (itself or through "
                f"{package.name}), but {lock.name} has no line {locked}==...; add the package "
                "there or remove the import."
            )
        needs.add(f"  - {LOCK_TO_CONDA.get(locked, locked)} ={_conda_version(versions[locked])}")
    lines = ["channels:", "  - conda-forge", "  - nodefaults", "dependencies:"]
    return HEADER + "\n".join([*lines, f"  - python ={PYTHON}", *sorted(needs), ""])


def write_environments(scripts: Path, package: Path, lock: Path, folder: Path) -> list[Path]:
    """Write one file per script into a folder and remove written ones that no script needs.

    Files that are right already are not touched, nor are files by another hand.
    """
    texts = _texts(scripts, package, lock, folder)
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in texts.items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    for path in _superfluous(folder, texts):
        path.unlink()
    return list(texts)


def stale(scripts: Path, package: Path, lock: Path, folder: Path) -> list[str]:
    """One sentence for each environment file that is missing, out of date or without a script."""
    texts = _texts(scripts, package, lock, folder)
    found = [f"{path.name} is missing; run `vadose envs`." for path in texts if not path.is_file()]
    found += [
        f"{path.name} is out of date; run `vadose envs`."
        for path, text in texts.items()
        if path.is_file() and path.read_text(encoding="utf-8") != text
    ]
    found += [
        f"{path.name} belongs to no script; run `vadose envs`."
        for path in _superfluous(folder, texts)
    ]
    return sorted(found)


def _texts(scripts: Path, package: Path, lock: Path, folder: Path) -> dict[Path, str]:
    """What each environment file has to say, by path."""
    return {
        folder / f"{script.stem}.yaml": environment(script, package, lock)
        for script in sorted(scripts.glob("*.py"))
        if script.name != "__init__.py"
    }


def _superfluous(folder: Path, texts: dict[Path, str]) -> list[Path]:
    """Files that this module wrote and no script has; told by their first line."""
    return [
        path
        for path in sorted(folder.glob("*.yaml"))
        if path not in texts and path.read_text(encoding="utf-8").startswith(HEADER)
    ]


def _locked(lock: Path) -> dict[str, str]:
    """Versions by PyPI name, from the `name==version` lines of a lock file."""
    pins = re.findall(r"^([\w.-]+)==([^\s;#]+)", lock.read_text(encoding="utf-8"), re.MULTILINE)
    return {_normal(name): version for name, version in pins}


def _normal(name: str) -> str:
    """The form of a package's name in which PyPI compares names."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _conda_version(version: str) -> str:
    """A lock file's version as conda-forge would have it.

    Post releases repack the same code for PyPI and conda-forge as a rule has none, so ".post1" is
    dropped: netcdf4 1.7.5.1.post1 is asked for as =1.7.5.1, which conda would also fulfil with a
    post release. A local label ("+cpu") names a build of PyPI's kind and is dropped too.
    """
    return re.sub(r"(\.post\d+)?(\+.*)?$", "", version)
