"""Files of an ICOS collection are taken by exact name and verified by their identifier."""

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from tests.servers import serve_app

from vadose.errors import InputError
from vadose.extent import Extent
from vadose.sources.clients.icos import fetch
from vadose.sources.registry import Route
from vadose.sources.wanted import Wanted

WANTED = Wanted(Extent(start="2001-01-01", end="2002-12-31"))


def body(name: str) -> bytes:
    return b"CDF\x01" + name.encode() * 100


def identifier(name: str, length: int = 18) -> str:
    digest = hashlib.sha256(body(name)).digest()[:length]
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


class Portal:
    """Stands in for the Carbon Portal: a collection of years, a licence, and a cookie for it."""

    def __init__(self) -> None:
        self.url = ""
        self.years = [2001, 2002, 2003]
        self.length = 18
        self.spoilt = False
        self.layout: dict[str, Any] | None = None

    def __call__(self, environ: dict[str, Any], start: Any) -> list[bytes]:
        path, headers = environ["PATH_INFO"], [("Content-Type", "application/octet-stream")]
        if path.startswith("/collections/"):
            if environ.get("HTTP_ACCEPT") != "application/json":
                return self.page(start)
            content = json.dumps(self.layout or self.collection(path)).encode()
            headers = [("Content-Type", "application/json")]
        elif path == "/licence_accept":
            (name,) = json.loads(parse_qs(environ["QUERY_STRING"])["ids"][0])
            start("302 Found", [("Location", f"/objects/{name}"), ("Set-Cookie", "licence=yes")])
            return [b""]
        elif "licence=yes" in environ.get("HTTP_COOKIE", ""):
            content = self.content(path.rpartition("/")[2])
        else:
            return self.page(start)
        start("200 OK", [*headers, ("Content-Length", str(len(content)))])
        return [content]

    def page(self, start: Any) -> list[bytes]:
        start("200 OK", [("Content-Type", "text/html")])
        return [b"<html>accept the licence</html>"]

    def names(self, year: int) -> list[str]:
        return [f"{kind}_{year}_050_monthly.nc" for kind in ("ET_T", "ET", "GPP")]

    def collection(self, path: str) -> dict[str, Any]:
        year = path.rpartition("/")[2]
        if year == "top":
            members = [
                {"res": f"{self.url}/collections/{y}", "title": f"X-BASE {y}"} for y in self.years
            ]
        else:
            members = [
                {
                    "name": name,
                    "hash": identifier(name, self.length),
                    "res": f"{self.url}/objects/{identifier(name)}",
                }
                for name in self.names(int(year))
            ]
        return {"members": members}

    def content(self, asked: str) -> bytes:
        names = [name for year in self.years for name in self.names(year)]
        (name,) = [name for name in names if identifier(name, self.length) == asked]
        return body(name)[::-1] if self.spoilt else body(name)


@pytest.fixture
def portal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    made = Portal()
    with serve_app(made) as (url, _):
        made.url = url
        yield made


def route(portal: Portal) -> Route:
    made = Route(kind="icos", files=("ET_{year}_050_monthly.nc",), options={"portal": portal.url})
    return made.model_copy(update={"url": f"{portal.url}/collections/top"})


@pytest.mark.parametrize("length", [18, 32, 5])
def test_exactly_the_wanted_files_come(portal: Portal, tmp_path: Path, length: int) -> None:
    portal.length = length
    paths = fetch(route(portal), WANTED, tmp_path)
    assert [path.name for path in paths] == ["ET_2001_050_monthly.nc", "ET_2002_050_monthly.nc"]
    assert all(path.read_bytes() == body(path.name) for path in paths)


@pytest.mark.parametrize(
    ("length", "sentence"),
    [(18, "0_monthly.nc has SHA-256 .*was deleted"), (32, "has sha256 .*del")],
)
def test_what_is_not_what_its_identifier_says_is_deleted(
    portal: Portal, tmp_path: Path, length: int, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal.length, portal.spoilt = length, True
    monkeypatch.setattr("vadose.sources.asking.STARTS", {})
    with pytest.raises(InputError, match=sentence):
        fetch(route(portal), WANTED, tmp_path)
    assert not list(tmp_path.glob("*.nc"))


def test_a_year_that_is_not_in_the_collection_is_named(portal: Portal, tmp_path: Path) -> None:
    portal.years = [2001]
    with pytest.raises(InputError, match=r"top has no ET_2002_050_monthly\.nc \(it has ET_2001_"):
        fetch(route(portal), WANTED, tmp_path)


@pytest.mark.parametrize("layout", [{"parts": []}, {"members": [3]}, {"members": 3}])
def test_another_layout_than_icos_uses_is_named(
    portal: Portal, tmp_path: Path, layout: dict[str, Any]
) -> None:
    portal.layout = layout
    with pytest.raises(InputError, match="does not describe a collection as ICOS does"):
        fetch(route(portal), WANTED, tmp_path)


def test_a_licence_page_in_place_of_a_file_is_refused(portal: Portal, tmp_path: Path) -> None:
    def forgets(environ: dict[str, Any], start: Any) -> list[bytes]:
        environ.pop("HTTP_COOKIE", None)
        return portal(environ, start)

    with serve_app(forgets) as (url, _):
        portal.url = url
        with pytest.raises(InputError, match="a web page in place of the file"):
            fetch(route(portal), WANTED, tmp_path)
    assert list(tmp_path.iterdir()) == []
