"""Fetching files of a Zenodo record, with the sizes and checksums that the record gives."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import requests

from vadose.errors import InputError
from vadose.sources import web
from vadose.sources.asking import read_json
from vadose.sources.fetch import download
from vadose.sources.mirror import some
from vadose.sources.registry import Route
from vadose.sources.wanted import Wanted, enough, file_names, find

ZENODO = "https://zenodo.org"


class RemoteFile(NamedTuple):
    """Where a file is, how many bytes it has, and its checksum (`md5:...`)."""

    url: str
    size: int
    checksum: str


def fetch(
    route: Route, wanted: Wanted, folder: Path, progress: Callable[[int], object] = int
) -> list[Path]:
    """Fetch the route's files of the record that option `record` names, in order.

    Raises InputError where the record has no file that a name fits.
    """
    record = route.options["record"]
    listed = record_files(record, route.url or ZENODO)
    chosen, missing = find(file_names(route.files, wanted), listed)
    if not enough(chosen, missing):
        raise InputError(
            f"record {record} of Zenodo has no {some(missing)}, it has {some(listed)}: mend the "
            "version or the file names of this source in the table"
        )
    paths = []
    for name in chosen:
        url, size, checksum = listed[name]
        target = folder / name
        paths.append(download(url, target, size=size, checksum=checksum, progress=progress))
    return paths


def record_files(record: str, base: str = ZENODO) -> dict[str, RemoteFile]:
    """Ask Zenodo which files a record has: by name where each is, how large, and its checksum.

    Raises web.NotHere where there is no such record.
    """
    url = f"{base}/api/records/{record}"
    with requests.Session() as session:
        facts = read_json(url, session)
    try:
        return {
            str(entry["key"]): RemoteFile(
                entry["links"]["self"], int(entry["size"]), entry["checksum"]
            )
            for entry in facts["files"]
        }
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{web.public(url)} does not describe its files as Zenodo does ({error!r}), expected "
            "key, size, checksum and links.self: download the files by hand into a mirror"
        ) from None
