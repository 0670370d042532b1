"""How Caravan reaches this machine: from a mirror, from its archive, or basin by basin.

Whatever the route, a sub-dataset's folders of series and of attributes appear only when they are
whole; what was fetched before a break is kept beside them and goes on from there.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

from vadose.errors import InputError
from vadose.sources.archive import caravan_members, download_and_extract
from vadose.sources.caravan import TREE
from vadose.sources.mirror import copy_folder
from vadose.sources.opendap import fetch_basins
from vadose.sources.registry import Route, Source

Progress = Callable[[int], object]


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
        "caravan.version or caravan.route, or set `mirror` to a folder with the provider's tree"
    )


def copy_from_mirror(
    mirror: Path, subset: str, timeseries: Path, attributes: Path, progress: Progress = int
) -> None:
    """Copy a sub-dataset from a folder that holds Caravan's own tree."""
    copy_folder(mirror, f"{TREE}/timeseries/netcdf/{subset}", timeseries, progress)
    copy_folder(mirror, f"{TREE}/attributes/{subset}", attributes, progress)


def fetch(
    route: Route,
    subset: str,
    ids: list[str] | None,
    timeseries: Path,
    attributes: Path,
    progress: Progress = int,
) -> None:
    """Fetch a sub-dataset over the network: all of it, or the basins named in `ids`.

    `timeseries` and `attributes` are the folders to make; parts gather in `.part` above them.
    """
    part = timeseries.parents[2] / ".part" / subset
    if route.kind == "opendap":
        address = f"{route.url}/{subset}.nc"
        fetch_basins(address, subset, ids or [], part / TREE, progress=progress)
    else:
        members = caravan_members([subset], ids)
        checksum = route.checksum or None
        download_and_extract(route.url, members, part, checksum=checksum, progress=progress)
    for kind, target in (("timeseries/netcdf", timeseries), ("attributes", attributes)):
        found = part / TREE / kind / subset
        if not found.is_dir():
            raise InputError(f"{route.url} holds no {kind}/{subset}: check caravan.subsets")
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        found.replace(target)
    shutil.rmtree(part)
