"""Fetching from a mirror: a folder that holds the providers' own file trees."""

import shutil
from collections.abc import Callable
from pathlib import Path

from vadose.errors import InputError


def copy_folder(
    mirror: Path, folder: str, target: Path, progress: Callable[[int], object] = int
) -> int:
    """Copy a folder of the mirror; gives the number of files.

    The target appears only when it is whole: files gather in `<target>.part`, and a copy that
    was broken off goes on there. `progress` is told after each file.
    """
    source = mirror / folder
    files = sorted(path for path in source.rglob("*") if path.is_file())
    if not files:
        known = ", ".join(sorted(p.name for p in source.parent.glob("*"))[:8]) or "nothing"
        raise InputError(f"the mirror has no folder {source} (beside it: {known})")
    part = target.with_name(target.name + ".part")
    for path in files:
        copy = part / path.relative_to(source)
        if not (copy.is_file() and copy.stat().st_size == path.stat().st_size):
            copy.parent.mkdir(parents=True, exist_ok=True)
            _copy_file(path, copy)
        progress(1)
    shutil.rmtree(target, ignore_errors=True)
    part.replace(target)
    return len(files)


def _copy_file(path: Path, copy: Path) -> None:
    try:
        shutil.copyfile(path, copy)
    except OSError as error:
        copy.unlink(missing_ok=True)
        free = shutil.disk_usage(copy.parent).free / 1e9
        raise InputError(
            f"copying {path} failed: {error.strerror} ({free:.1f} GB free at {copy.parent}); "
            "make room or mend the mirror and run again, finished files are kept"
        ) from error
