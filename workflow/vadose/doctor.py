"""What stands between a configuration and its data, source by source, and what to do about it."""

import shutil
import socket
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from vadose.blocks import STATIC, block_dates
from vadose.errors import InputError
from vadose.needs import Need
from vadose.sources import mirror
from vadose.sources.accounts import find_account
from vadose.sources.caravan_tree import CARAVAN, TREE
from vadose.sources.manifest import read_manifest
from vadose.sources.retrieve import wanted_part
from vadose.sources.web import is_address

Colour = Literal["green", "yellow", "red"]
HOSTS = {"zenodo": "zenodo.org"}  # of routes whose rows give a record and no address
TIMEOUT = 5  # s to wait for a provider's answer


class Finding(NamedTuple):
    """What was found of one source: ready (green), can be fetched (yellow), in the way (red)."""

    need: Need
    colour: Colour
    state: str
    advice: str = ""
    account: str = ""  # found, missing or unusable; empty where none is needed
    where: str = ""  # the account was found


def examine(need: Need, root: Path, answers: Callable[[str], bool] | None = None) -> Finding:
    """Look for a source on disk, in its mirror, for its account and for its provider.

    `root` is the folder of the project; `answers` tells whether a host can be reached.
    """
    if not need.paths:
        return Finding(need, "green", "not needed in this period")
    if need.config.world == "planet":
        return Finding(need, "green", "made by the run")
    have = [path for path in need.paths if _is_whole(root / path)]
    if len(have) == len(need.paths):
        return Finding(need, "green", "on disk")
    partly = f"{len(have)} of {len(need.paths)} parts on disk; " if have else ""
    if need.mirror:
        return _examine_mirror(need, root, partly)
    return _examine_provider(need, partly, answers or reachable)


def _is_whole(path: Path) -> bool:
    if path.suffix != ".json":
        return path.is_dir()
    try:
        return bool(read_manifest(path))
    except InputError:
        return False


def _examine_mirror(need: Need, root: Path, partly: str) -> Finding:
    if is_address(need.mirror):
        return Finding(
            need, "yellow", partly + "to fetch", f"the run fetches it from {need.mirror}"
        )
    missing = list(_missing_in_mirror(need, root / need.mirror))
    if missing:
        return Finding(need, "red", partly + "not in the mirror", _some(missing))
    return Finding(need, "green", partly + "in the mirror")


def _missing_in_mirror(need: Need, folder: Path) -> Iterator[str]:
    """Say what the mirror lacks, one sentence a sub-dataset of Caravan or a block of years."""
    if need.source == "caravan":
        tree = folder / TREE / CARAVAN["timeseries"]
        for name in need.config.caravan_subsets:
            if not (tree / name).is_dir():
                yield f"the mirror has no folder {tree / name}: add it or mend `mirror`"
        return
    for block in need.blocks:
        try:
            mirror.find(folder, need.row, wanted_part(block, need.config.window.model_dump()))
        except InputError as error:
            yield str(error)


def _examine_provider(need: Need, partly: str, answers: Callable[[str], bool]) -> Finding:
    account = need.route.account
    try:
        found = find_account(account) if account else None
    except InputError as error:
        return Finding(need, "red", partly + "account unusable", str(error), "unusable")
    shown = ("found" if found else "missing") if account else "", found or ""
    host = urlsplit(need.route.url).hostname or HOSTS.get(need.route.kind, "")
    if not host:
        advice = "no provider serves it: set `mirror`, or `mirrors`, to a folder that has it"
        return Finding(need, "red", partly + "only from a mirror", advice, *shown)
    if account and not found:
        return Finding(need, "red", partly + "no account", _how_to(account, need), *shown)
    if not answers(host):
        advice = f"{host} does not answer: connect this machine, or set `mirror` to a copy"
        return Finding(need, "red", partly + "no network", advice, *shown)
    return Finding(need, "yellow", partly + "to fetch", "the run fetches it", *shown)


def _how_to(account: str, need: Need) -> str:
    others = sorted({route.kind for route in need.row.routes if not route.account})
    without = f"; without one: routes.{need.source}: {others[0]}" if others else ""
    return f"needs an account of {account}: see docs/data.md{without}"


def _some(sentences: Sequence[str]) -> str:
    first, *more = sentences
    return first + (f" (and {len(more)} more such)" if more else "")


def reachable(host: str, port: int = 443) -> bool:
    """Tell whether a host takes a connection."""
    try:
        with socket.create_connection((host, port), TIMEOUT):
            return True
    except OSError:
        return False


def size_gb(need: Need) -> float:
    """Estimate what is to be fetched, in GB; 0 where nobody says, and on the planet."""
    if need.config.world == "planet":
        return 0
    if not need.row.size_gb_per_year:
        return need.row.size_gb
    dates = [block_dates(block) for block in need.blocks if block != STATIC]
    return need.row.size_gb_per_year * sum((end - start).days for start, end in dates) / 365.25


def free_gb(folder: Path) -> float:
    """Free disk below a folder, or below the nearest one that exists."""
    existing = next(path for path in (folder, *folder.parents) if path.is_dir())
    return shutil.disk_usage(existing).free / 1e9
