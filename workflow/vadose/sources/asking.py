"""What the clients for plain files share: a file of a known kind, a page's links, a description."""

import json
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree import ElementTree

import requests

from vadose.errors import InputError
from vadose.sources import web
from vadose.sources.fetch import download

LONGEST_PAGE = 1 << 25  # bytes
ZIP = b"PK\x03\x04"
# First bytes by the end of the name; a reply of the climate data store is a zip named `.nc`.
STARTS = {
    ".nc": (b"\x89HDF\r\n\x1a\n", b"CDF\x01", b"CDF\x02", b"CDF\x05", ZIP),
    ".hdf": (b"\x0e\x03\x13\x01", b"\x89HDF\r\n\x1a\n"),
    ".tif": (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"),
    ".gz": (b"\x1f\x8b",),
    ".zip": (ZIP,),
    ".sqlite": (b"SQLite format 3\x00",),
}


def get_file(
    url: str,
    target: Path,
    session: requests.Session,
    progress: Callable[[int], object] = int,
    checksum: str | None = None,
) -> Path:
    """Download a file unless it is there, and see that it is of the kind that its name says.

    Raises web.NotHere where the server has no such file, else InputError as `fetch.download`.
    """
    new = not target.exists()
    download(url, target, session=session, progress=progress, checksum=checksum)
    with target.open("rb") as file:
        head = file.read(16)
    starts = STARTS.get(target.suffix, (b"",))
    if not head.startswith(starts):
        if new:
            target.unlink()
        raise InputError(
            f"{web.public(url)} gave a file that begins with {head!r}, which is no {target.suffix} "
            + (
                "and was deleted: run again, and if it repeats "
                if new
                else f"({target}): delete it, "
            )
            + "set another version or a mirror"
        )
    return target


def read_page(url: str) -> str:
    """Give the text of a web page; web.NotHere where there is none."""
    with requests.Session() as session:
        return _read(url, session, {}, pages=True)


def read_json(url: str, session: requests.Session) -> Any:
    """Give what a server describes in JSON; web.NotHere where there is nothing."""
    text = _read(url, session, {"Accept": "application/json"})
    try:
        return json.loads(text)
    except ValueError:
        raise InputError(
            f"{web.public(url)} did not answer in JSON but with {text[:40]!r}: check its address "
            "in the table of sources, or set a mirror"
        ) from None


def _read(
    url: str, session: requests.Session, headers: dict[str, str], *, pages: bool = False
) -> str:
    def ask() -> bytes:
        with web.open_url(url, session, headers, pages=pages) as reply:
            return web.read(reply, LONGEST_PAGE)

    return web.retry(ask, web.public(url)).decode("utf-8", errors="replace")


def links(url: str) -> dict[str, str]:
    """Give the files that an index page or a THREDDS catalogue lists: name and address."""
    text = read_page(url)
    addresses = _catalogue(url, text) if "<catalog" in text else _index(url, text)
    named = {unquote(urlsplit(address).path.rpartition("/")[2]): address for address in addresses}
    return {name: address for name, address in named.items() if name}


def _catalogue(url: str, text: str) -> list[str]:
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise InputError(
            f"{web.public(url)} is no catalogue that can be read ({error}): try again later, or "
            "set a mirror"
        ) from None
    elements = list(root.iter())
    bases = [
        e.get("base", "") for e in elements if e.get("serviceType", "").lower() == "httpserver"
    ]
    base = urljoin(url, bases[0] if bases else "/thredds/fileServer/")
    return [urljoin(base, path) for e in elements if (path := e.get("urlPath"))]


class _Anchors(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if (tag, name) == ("a", "href") and value]


def _index(url: str, text: str) -> list[str]:
    parser = _Anchors()
    parser.feed(text)
    return [urljoin(url, link.partition("?")[0]) for link in parser.found]
