"""How Caravan reaches this machine: from a mirror, from its archive, or basin by basin.

Whatever the route, a sub-dataset's folders of series, attributes and polygons appear only when they
are whole; what was fetched before a break is kept beside them and goes on from there.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from vadose.errors import InputError
from vadose.job import log
from vadose.sources.archive import caravan_members, download_and_extract, extract_stream
from vadose.sources.caravan_tree import CARAVAN, TREE
from vadose.sources.fetch import download
from vadose.sources.mirror import copy_folder
from vadose.sources.opendap import fetch_basins
from vadose.sources.registry import Route, Source

Progress = Callable[[int], object]


class Folders(NamedTuple):
    """The folders to make of a sub-dataset; that of polygons is empty where there are none."""

    timeseries: Path
    attributes: Path
    shapefiles: Path

    def below(self, tree: Path, subset: str) -> "Folders":
        """The same folders of a sub-dataset in a tree as the provider has it."""
        return Folders(*(tree / CARAVAN[kind] / subset for kind in Folders._fields))


def find_route(sources: list[Source], version: str, kind: str) -> Route:
    """Give the route of this kind to a version of Caravan; InputError names what there is."""
    rows = [row for row in sources if row.source == "caravan"]
    routes = [route for row in rows if row.version == version for route in row.routes]
    for route in routes:
        if route.kind == kind:
            return route
    known = sorted(f"{row.version} by {route.kind}" for row in rows for route in row.routes)
    raise InputError(
        f"Caravan {version} cannot be had by {kind}: known are {', '.join(known)}; change "
        "versions.caravan or routes.caravan, or set `mirror` to a folder with the provider's tree"
    )


def copy_from_mirror(mirror: Path, subset: str, made: Folders, progress: Progress = int) -> None:
    """Copy a sub-dataset from a folder that holds Caravan's own tree."""
    tree = mirror / TREE
    found = made.below(tree, subset)
    for source, target in zip(found, made, strict=True):
        if source == found.shapefiles and not source.is_dir():
            _note_no_polygons(subset, str(mirror), target)
        else:
            copy_folder(mirror, str(source.relative_to(mirror)), target, progress)


def fetch(
    route: Route, subset: str, ids: list[str] | None, made: Folders, progress: Progress = int
) -> None:
    """Fetch a sub-dataset over the network: all of it, or the basins named in `ids`.

    Parts gather in `.part` above the folders to make.
    """
    part = made.timeseries.parents[2] / ".part" / subset
    if route.kind == "opendap":
        address = f"{route.url}/{subset}.nc"
        fetch_basins(address, subset, ids or [], part / TREE, progress=progress)
        if "polygons" in route.options:
            _fetch_polygons(route.options["polygons"], subset, part, progress)
    else:
        members = caravan_members([subset], ids)
        checksum = route.checksum or None
        download_and_extract(route.url, members, part, checksum=checksum, progress=progress)
    for found, target in zip(made.below(part / TREE, subset), made, strict=True):
        if not found.is_dir():
            if target != made.shapefiles:
                raise InputError(
                    f"{route.url} holds no {found.relative_to(part / TREE)}: check caravan.subsets"
                )
            _note_no_polygons(subset, route.url, found)
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        found.replace(target)
    shutil.rmtree(part)


def _fetch_polygons(url: str, subset: str, part: Path, progress: Progress) -> None:
    """Fetch the polygons of all basins in one archive, as 4TU serves them beside the series."""
    target = part / TREE / CARAVAN["shapefiles"] / subset
    archive = download(url, part / "polygons.zip", magic=b"PK\x03\x04", progress=progress)
    extract_stream(archive, lambda name: Path(name).name if "." in name else None, target)
    archive.unlink()


def _note_no_polygons(subset: str, origin: str, folder: Path) -> None:
    log.info("%s has no polygons of %s: nothing can be averaged over its basins", origin, subset)
    folder.mkdir(parents=True, exist_ok=True)
