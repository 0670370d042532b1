"""Files of a Zenodo record come with the size and checksum that the record gives."""

import hashlib
import json
from pathlib import Path

import pytest
from tests.servers import File, FileServer, serve

from vadose.errors import InputError
from vadose.sources import web
from vadose.sources.clients.zenodo import fetch, record_files
from vadose.sources.registry import Route
from vadose.sources.wanted import Wanted

FILES = {"cwdx80.nc": b"CDF\x01cwd", "cwdx20.nc": b"CDF\x01less", "readme.txt": b"read me"}


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


def describe(server: FileServer, **changes: object) -> None:
    entries = [
        {
            "key": name,
            "size": len(content),
            "checksum": "md5:" + hashlib.md5(content).hexdigest(),
            "links": {"self": f"{server.url}/{name}"},
        }
        | changes
        for name, content in FILES.items()
    ]
    server.files["/api/records/17"] = File(
        json.dumps({"files": entries}).encode(), content_type="application/json"
    )


def route(server: FileServer, *files: str) -> Route:
    made = Route(kind="zenodo", files=files, options={"record": "17"})
    return made.model_copy(update={"url": server.url})


def site() -> dict[str, File]:
    return {f"/{name}": File(content) for name, content in FILES.items()}


@pytest.mark.parametrize(
    ("names", "come"),
    [
        (["cwdx80.nc"], ["cwdx80.nc"]),
        (["cwdx**.nc", "readme.*"], ["cwdx20.nc", "cwdx80.nc", "readme.txt"]),
        (["cwdx*.nc"], ["cwdx80.nc"]),
        (["**"], ["cwdx20.nc", "cwdx80.nc", "readme.txt"]),
    ],
)
def test_files_are_chosen_by_name(names: list[str], come: list[str], tmp_path: Path) -> None:
    with serve(site()) as server:
        describe(server)
        paths = fetch(route(server, *names), Wanted(), tmp_path)
    assert [path.name for path in paths] == come
    assert all(path.read_bytes() == FILES[path.name] for path in paths)


def test_a_file_that_the_record_lacks_is_named(tmp_path: Path) -> None:
    with serve(site()) as server:
        describe(server)
        with pytest.raises(
            InputError, match=r"record 17 of Zenodo has no x\.nc, it has cwdx20\.nc"
        ):
            fetch(route(server, "cwdx80.nc", "x.nc"), Wanted(), tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("change", [{"checksum": "md5:00"}, {"size": 3}])
def test_a_file_that_is_not_as_described_is_not_kept(
    change: dict[str, object], tmp_path: Path
) -> None:
    with serve(site()) as server:
        describe(server, **change)
        with pytest.raises(InputError, match=r"expected (00|3)"):
            fetch(route(server, "cwdx80.nc"), Wanted(), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_record_tells_where_a_file_is_and_is_asked_once(tmp_path: Path) -> None:
    entry = {"key": "a.zip", "size": 5, "checksum": "md5:0", "links": {"self": "https://z/a"}}
    facts = json.dumps({"id": 17, "files": [entry]}).encode()
    with serve({"/api/records/17": File(facts, content_type="application/json")}) as server:
        assert record_files("17", server.url) == {"a.zip": ("https://z/a", 5, "md5:0")}
        with pytest.raises(InputError, match=r"record 17 of Zenodo has no b, it has a\.zip"):
            fetch(route(server, "b"), Wanted(), tmp_path)
        with pytest.raises(web.NotHere, match=r"records/18 does not exist \(404\)"):
            record_files("18", server.url)
    with serve(site()) as server:
        describe(server)
        fetch(route(server, "**"), Wanted(), tmp_path)
    assert [asked.path for asked in server.asked].count("/api/records/17") == 1


@pytest.mark.parametrize(
    "text", ["[]", "{}", '{"files": [{"key": "a"}]}', '{"files": [{"name": "a"}]}', "no"]
)
def test_another_layout_than_zenodos_is_named(text: str, tmp_path: Path) -> None:
    with (
        serve({"/api/records/17": File(text.encode())}) as server,
        pytest.raises(InputError, match=r"does not describe its files|did not answer in JSON"),
    ):
        fetch(route(server, "a"), Wanted(), tmp_path)
