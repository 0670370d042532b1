"""Fetching from a mirror: a folder that holds the providers' own files or trees."""

import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from vadose.errors import InputError
from vadose.sources import web
from vadose.sources.registry import Source
from vadose.sources.wanted import Wanted, alternatives, enough, fitting, part_of

SHOWN = 5  # names in a message


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
        known = some(p.name for p in source.parent.glob("*"))
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


def find(mirror: Path, row: Source, wanted: Wanted) -> dict[str, Path]:
    """Find a source's files in a mirror: where below a folder each belongs, and where it is.

    Searched is `<mirror>/<source>` where there is such a folder, else the mirror itself (not for
    names that could be anybody's), with all folders below, for the row's names or else those of a
    route. Raises InputError with what is missing and what is there.
    """
    if not mirror.is_dir():
        raise InputError(
            f"the mirror {mirror} is no folder that can be read: mend its path or mount it"
        )
    wanted_names = alternatives(row, part_of(row, wanted))
    root = mirror / row.source if (mirror / row.source).is_dir() else mirror
    here = some(path.name for path in root.iterdir())
    if root == mirror and any(name.startswith("**") for name in wanted_names[0]):
        raise InputError(
            f"the mirror {mirror} has no folder {row.source} (it has {here}): make it and put the "
            "files there"
        )
    held = [path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()]
    for names in wanted_names:
        chosen, missing = _choose(names, held, root)
        if enough(chosen, missing):
            return {place: root / path for place, path in chosen.items()}
    _, missing = _choose(wanted_names[0], held, root)
    raise InputError(
        f"{root} lacks {some(missing)} of {row.source} (it has {here}): put the files there, or "
        "leave the mirror out to fetch them from the provider"
    )


def _choose(
    names: Iterable[str], held: Sequence[str], root: Path
) -> tuple[dict[str, str], list[str]]:
    """Where each chosen file goes (its last folders, as many as its name has) and where it is."""
    chosen: dict[str, str] = {}
    missing = []
    by_depth: dict[int, dict[str, list[str]]] = {}
    for name in names:
        depth = len(PurePosixPath(name).parts)
        places = by_depth.get(depth) or by_depth.setdefault(depth, _places(held, depth))
        fits = list(fitting(name, places).values())
        for place in fits:
            if len(places[place]) > 1:
                raise InputError(
                    f"{place} stands more than once below {root} ({some(places[place])}): keep "
                    "the one that is meant"
                )
            chosen[place] = places[place][0]
        missing += [] if fits else [name]
    return chosen, missing


def _places(held: Sequence[str], depth: int) -> dict[str, list[str]]:
    places: dict[str, list[str]] = {}
    for path in held:
        places.setdefault("/".join(PurePosixPath(path).parts[-depth:]), []).append(path)
    return places


def copy_files(
    found: Mapping[str, Path], folder: Path, progress: Callable[[int], object] = int
) -> list[Path]:
    """Copy what was found to its places below a folder; gives the copies in the same order.

    A copy keeps the time of its file and is left alone while time and size agree. `progress` is
    told bytes.
    """
    pairs = [(path, folder / place) for place, path in found.items()]
    due = [(path, copy) for path, copy in pairs if not _same(path, copy)]
    web.check_space(folder, sum(path.stat().st_size for path, _ in due), "copying from the mirror")
    for path, copy in due:
        with web.disk_errors(copy):
            copy.parent.mkdir(parents=True, exist_ok=True)
        part = copy.with_name(copy.name + ".part")
        _copy_file(path, part)
        state = path.stat()
        os.utime(part, ns=(state.st_atime_ns, state.st_mtime_ns))
        part.replace(copy)
        progress(state.st_size)
    return [copy for _, copy in pairs]


def _same(path: Path, copy: Path) -> bool:
    if not copy.is_file():
        return False
    one, other = path.stat(), copy.stat()
    return (one.st_size, one.st_mtime_ns) == (other.st_size, other.st_mtime_ns)


def some(names: Iterable[str]) -> str:
    """Name the first few of many, for a message."""
    names = sorted(names)
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return (", ".join(names[:SHOWN]) or "nothing") + more


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
