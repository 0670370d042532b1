"""Files at known addresses arrive whole and of their kind, or one sentence says why not."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import tenacity
from tests.servers import File, serve

from vadose.errors import InputError
from vadose.extent import Extent
from vadose.sources import web
from vadose.sources.clients.files import fetch
from vadose.sources.registry import Route
from vadose.sources.wanted import Wanted

BODY = b"\x89HDF\r\n\x1a\n" + np.random.default_rng(5).bytes(900_000)
YEARS = Wanted(Extent(start="2003-01-01", end="2004-12-31"))


@pytest.fixture(autouse=True)
def _no_proxy_no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setattr(web, "BACKOFF", tenacity.wait_none())


def route(url: str, *files: str, **more: object) -> Route:
    return Route(kind="file", files=files).model_copy(update={"url": url} | more)


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*"))


def test_files_of_all_years_come_in_order_and_are_not_asked_for_again(tmp_path: Path) -> None:
    told: list[int] = []
    with serve({"/d/a_2003.nc": File(BODY), "/d/a_2004.nc": File(BODY)}) as server:
        for _ in range(2):
            paths = fetch(route(server.url + "/d", "a_{year}.nc"), YEARS, tmp_path, told.append)
    assert paths == [tmp_path / "a_2003.nc", tmp_path / "a_2004.nc"]
    assert [asked.path for asked in server.asked] == ["/d/a_2003.nc", "/d/a_2004.nc"]
    assert sum(told) == 2 * len(BODY) and paths[0].read_bytes() == BODY


def test_a_name_may_be_an_address_of_its_own_or_that_of_the_route(tmp_path: Path) -> None:
    with serve({"/x/files/17": File(BODY), "/y/b.nc": File(BODY)}) as server:
        fetch(route(server.url + "/x", server.url + "/y/b.nc"), Wanted(), tmp_path)
        numbered = route(server.url + "/x/files/17", options={"save_as": "GRUN.nc"})
        assert fetch(numbered, Wanted(), tmp_path) == [tmp_path / "GRUN.nc"]
    assert left(tmp_path) == ["GRUN.nc", "b.nc"]


def test_a_year_not_yet_published_is_told_from_a_file_that_was_withdrawn(tmp_path: Path) -> None:
    with serve({"/a_2003.nc": File(BODY)}) as server:
        with pytest.raises(
            web.NotHere, match=r"a_2004\.nc is likely not yet published: .*\(404\): the"
        ):
            fetch(route(server.url, "a_{year}.nc"), YEARS, tmp_path)
        with pytest.raises(
            web.NotHere, match=r"^http://127\.0\.0\.1:\d+/b\.nc does not exist \(404\)"
        ):
            fetch(route(server.url, "b.nc"), YEARS, tmp_path)
    assert left(tmp_path) == ["a_2003.nc"]


def test_a_broken_connection_and_a_busy_server_are_borne(tmp_path: Path) -> None:
    file = File(BODY, breaks=[300_000, 300_000], statuses=[429, 503], headers={"Retry-After": "0"})
    with serve({"/a.nc": file}) as server:
        fetch(route(server.url, "a.nc"), Wanted(), tmp_path)
    assert (tmp_path / "a.nc").read_bytes() == BODY
    assert [asked.range is None for asked in server.asked] == [True, True, True, False, False]
    assert sum(asked.sent for asked in server.asked) <= len(BODY) + 3 * web.CHUNK


def test_a_wrong_hash_leaves_nothing(tmp_path: Path) -> None:
    right = "sha256:" + hashlib.sha256(BODY).hexdigest()
    with serve({"/a.nc": File(BODY)}) as server:
        with pytest.raises(InputError, match=r"has md5 .*, expected 00: .* was deleted; run again"):
            fetch(route(server.url, "a.nc", checksum="md5:00"), Wanted(), tmp_path)
        assert left(tmp_path) == []
        fetch(route(server.url, "a.nc", checksum=right), Wanted(), tmp_path)
    assert (tmp_path / "a.nc").read_bytes() == BODY


def test_a_login_page_is_not_taken_for_data(tmp_path: Path) -> None:
    for content_type in ("text/html", "application/x-netcdf"):
        page = File(b"<!doctype html><title>Log in</title>", content_type=content_type)
        with (
            serve({"/a.nc": page}) as server,
            pytest.raises(InputError, match="a web page in place of the file"),
        ):
            fetch(route(server.url, "a.nc"), Wanted(), tmp_path)
    assert left(tmp_path) == []


@pytest.mark.parametrize("name", ["a.nc", "a.zip", "a.tif", "a.nc.gz", "a.hdf", "a.sqlite"])
def test_another_kind_of_file_is_deleted_and_named(name: str, tmp_path: Path) -> None:
    with (
        serve({f"/{name}": File(b'{"error": "no such layer"}')}) as server,
        pytest.raises(InputError, match=r"begins with b'\{\"error.* which is no \..*was deleted"),
    ):
        fetch(route(server.url, name), Wanted(), tmp_path)
    assert left(tmp_path) == []


def test_another_kind_of_file_that_a_user_put_there_is_kept(tmp_path: Path) -> None:
    (tmp_path / "a.nc").write_text("mine", encoding="utf-8")
    with serve({}) as server, pytest.raises(InputError, match=r"which is no \.nc \(.*delete it"):
        fetch(route(server.url, "a.nc"), Wanted(), tmp_path)
    assert left(tmp_path) == ["a.nc"] and server.asked == []
