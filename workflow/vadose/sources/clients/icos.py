"""Fetching files of a collection at the ICOS Carbon Portal, such as FLUXCOM X-BASE.

A collection lists its members, which are files or further collections. A file is asked for by its
identifier, the beginning of its SHA-256 in base64, under acceptance of its licence; see
https://www.icos-cp.eu/data-services/about-data-portal.
"""

import base64
import binascii
import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import requests

from vadose.errors import InputError
from vadose.sources import web
from vadose.sources.asking import get_file, read_json
from vadose.sources.manifest import sha256_of
from vadose.sources.mirror import some
from vadose.sources.registry import Route
from vadose.sources.wanted import Wanted, file_names

PORTAL = "https://data.icos-cp.eu"
SHORT, WHOLE = 18, 32  # bytes of a SHA-256 that an identifier has


def fetch(
    route: Route, wanted: Wanted, folder: Path, progress: Callable[[int], object] = int
) -> list[Path]:
    """Fetch the route's files out of the collection at `url`, by their exact names, in order.

    Option `portal`: where the files are handed out. Raises InputError where the collection lacks a
    file or what comes is not what its identifier says.
    """
    names = file_names(route.files, wanted)
    portal = route.options.get("portal", PORTAL)
    paths = []
    with requests.Session() as session:
        identifiers = _identifiers(route.url, names, session)
        for name in names:
            identifier = identifiers[name]
            query = quote(json.dumps([identifier]))
            target, new = folder / name, not (folder / name).exists()
            digest = _digest(identifier)
            checksum = f"sha256:{digest.hex()}" if len(digest) == WHOLE else None
            url = f"{portal}/licence_accept?ids={query}"
            get_file(url, target, session, progress, checksum)
            _check_beginning(target, digest, new)
            paths.append(target)
    return paths


def _identifiers(collection: str, names: list[str], session: requests.Session) -> dict[str, str]:
    """Find files by exact name in a collection and those in it: a file ET_T is not ET."""
    found: dict[str, str] = {}
    seen: list[str] = []
    waiting = [collection]
    for address in waiting:
        if len(found) == len(set(names)):
            break
        for member in _members(address, session):
            name, place = str(member.get("name", "")), str(member.get("res", ""))
            seen.append(name or place)
            if name in names and member.get("hash"):
                found[name] = str(member["hash"])
            elif "/collections/" in place and place not in waiting:
                waiting.append(place)
    missing = sorted(set(names) - set(found))
    if missing:
        raise InputError(
            f"{web.public(collection)} has no {some(missing)} (it has {some(seen)}): change the "
            "period or the version to what it has, or set a mirror"
        )
    return found


def _members(address: str, session: requests.Session) -> list[dict[str, object]]:
    facts = read_json(address, session)
    try:
        return [dict(member) for member in facts["members"]]
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{web.public(address)} does not describe a collection as ICOS does ({error!r}), "
            "expected `members` with name, res and hash: download the files by hand into a mirror"
        ) from None


def _digest(identifier: str) -> bytes:
    """Give the SHA-256, or its beginning, that an identifier is made of; empty where it is none."""
    try:
        digest = base64.b64decode(identifier + "=" * (-len(identifier) % 4), b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
    return digest if len(digest) in (SHORT, WHOLE) else b""


def _check_beginning(path: Path, digest: bytes, new: bool) -> None:
    found = sha256_of(path)
    if not found.startswith(digest.hex()):
        if new:
            path.unlink()
        raise InputError(
            f"{path} has SHA-256 {found}, expected one that begins with {digest.hex()}: it was "
            f"spoilt on the way{' and was deleted' if new else '; delete it'}; run again"
        )
