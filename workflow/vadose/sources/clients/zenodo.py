"""Fetching files of a Zenodo record, with the sizes and checksums that the record gives."""

from collections.abc import Callable
from pathlib import Path

import requests

from vadose.errors import InputError
from vadose.sources import web
from vadose.sources.asking import read_json
from vadose.sources.fetch import download, zenodo_file
from vadose.sources.mirror import some
from vadose.sources.registry import Route
from vadose.sources.wanted import Wanted, enough, file_names, find

ZENODO = "https://zenodo.org"


def fetch(
    route: Route, wanted: Wanted, folder: Path, progress: Callable[[int], object] = int
) -> list[Path]:
    """Fetch the route's files of the record that option `record` names, in order.

    Raises InputError where the record has no file that a name fits.
    """
    record, base = route.options["record"], route.url or ZENODO
    listed = _names(f"{base}/api/records/{record}")
    chosen, missing = find(file_names(route.files, wanted), listed)
    if not enough(chosen, missing):
        raise InputError(
            f"record {record} of Zenodo has no {some(missing)}, it has {some(listed)}: mend the "
            "version or the file names of this source in the table"
        )
    paths = []
    for name in chosen:
        url, size, checksum = zenodo_file(record, name, base=base)
        target = folder / name
        paths.append(download(url, target, size=size, checksum=checksum, progress=progress))
    return paths


def _names(url: str) -> list[str]:
    with requests.Session() as session:
        facts = read_json(url, session)
    try:
        return [str(entry["key"]) for entry in facts["files"]]
    except (KeyError, TypeError) as error:
        raise InputError(
            f"{web.public(url)} does not list its files as Zenodo does ({error!r}): download the "
            "files by hand into a mirror"
        ) from None
