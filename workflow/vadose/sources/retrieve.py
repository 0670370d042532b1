"""Bringing the files of a source to this machine, from a mirror or by the route of its provider.

Files gather in `<downloads>/<source>/<version>/files` and stay there; what is there and whole is
never fetched again. Each block of years gets a manifest beside that folder.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout

from vadose.blocks import STATIC, block_dates
from vadose.errors import InputError
from vadose.extent import Extent
from vadose.sources import web
from vadose.sources.manifest import write_manifest
from vadose.sources.mirror import copy_files, some
from vadose.sources.mirror import find as find_in_mirror
from vadose.sources.registry import Route, Source, client_module
from vadose.sources.unpack import unpack
from vadose.sources.wanted import Wanted, alternatives, enough, find, part_of

Progress = Callable[[int], object]
PACKED = (".zip", ".gz", ".tar", ".tgz", ".xz")
log = logging.getLogger("vadose")


class Fetch(Protocol):
    """Fetch what is wanted of a source into a folder, in order; what is whole is left alone."""

    def __call__(
        self, route: Route, wanted: Wanted, folder: Path, progress: Progress = int
    ) -> list[Path]:
        """Give the files in the order of their names; bytes are told to `progress`."""


def wanted_part(block: str, window: Mapping[str, float], variables: tuple[str, ...] = ()) -> Wanted:
    """Give what is wanted of a block of years in a window (west, south, east, north in degrees)."""
    start, end = (None, None) if block == STATIC else (f"{day}" for day in block_dates(block))
    west, south, east, north = (window[side] for side in ("west", "south", "east", "north"))
    return Wanted(Extent(west, south, east, north, start, end), variables)


def load_client(kind: str) -> Fetch:
    """Give the client for a kind of route; only its module is imported."""
    fetch: Fetch = import_module(f"vadose.{client_module(kind)}").fetch
    return fetch


def retrieve(
    row: Source,
    wanted: Wanted,
    manifest: Path,
    mirror: str = "",
    route_kind: str = "",
    progress: Progress = int,
) -> None:
    """Bring a source's files of a block of years and write their manifest, named by the block.

    A mirror (a folder or an address) takes the place of the provider; else the route of this kind
    is followed, or the row's first. `progress` is told bytes. Raises InputError where a file that
    the row names cannot be had, with what there is.
    """
    wanted = part_of(row, wanted)
    names = alternatives(row, wanted)
    folder = manifest.parent / "files"
    with web.disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        if web.is_address(mirror):
            paths = _from_address(mirror, row, wanted, folder, progress)
        elif mirror:
            paths = copy_files(find_in_mirror(Path(mirror), row, wanted), folder, progress)
        else:
            paths = _by_route(row, row.route(route_kind), wanted, folder, progress)
        paths = unpack(paths, names[0], folder)
        write_manifest(manifest, _in_order(paths, names, folder))


def _by_route(
    row: Source, route: Route, wanted: Wanted, folder: Path, progress: Progress
) -> list[Path]:
    """Fetch from the provider; some rows are only a user's own copy."""
    if route.kind == "mirror":
        raise InputError(
            f"{row.source} {row.version} can be had only from a mirror: put {', '.join(row.files)} "
            f"into <folder>/{row.source} and set that folder as the mirror of {row.source}"
        )
    route = route.model_copy(update={"files": route.files or row.files})
    return load_client(route.kind)(route, wanted, folder, progress)


def _from_address(
    mirror: str, row: Source, wanted: Wanted, folder: Path, progress: Progress
) -> list[Path]:
    """Fetch from a mirror on the network: names as they are, names with wildcards from an index."""
    url = f"{mirror.rstrip('/')}/{row.source}"
    failures = []
    for templates in (row.files, *(route.files for route in row.routes)):
        fetch = load_client("listing" if "*" in "".join(templates) else "file")
        try:
            if templates:
                return fetch(Route.at(url, templates), wanted, folder, progress)
        except web.NotHere as failure:
            failures.append(str(failure))
    raise InputError(f"the mirror does not hold {row.source}: {failures[0]}")


def _in_order(paths: Sequence[Path], wanted: list[list[str]], folder: Path) -> list[Path]:
    """Give the files that were wanted in the order of their names; InputError where one lacks."""
    held = [path.relative_to(folder).as_posix() for path in paths]
    for names in wanted:
        found, missing = find(names, held)
        if enough(found, missing) and not any(name.endswith(PACKED) for name in found):
            for name in missing:
                log.warning("there is no %s: its time stays missing", name)
            return [folder / name for name in found]
    missing = find(wanted[0], held)[1]
    raise InputError(
        f"{some(missing)} did not come, but {some(held)}: the provider or mirror holds another "
        "version; mend the names in the table of sources or choose another version"
    )


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one process at a time fetch into a folder; the others wait and find the files there."""
    lock = FileLock(folder.with_name(folder.name + ".lock"))
    try:
        lock.acquire(blocking=False)
    except Timeout:
        log.info("%s: waiting for another process that fetches the same source", folder)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
