"""A source's files come from mirror or provider, once, and a manifest says which they are."""

import gzip
import io
import logging
import os
import runpy
import shutil
import threading
import zipfile
from collections import namedtuple
from pathlib import Path

import pytest
from tests.servers import File, serve

from vadose.errors import InputError
from vadose.extent import Extent
from vadose.sources import retrieve as retrieve_module
from vadose.sources.manifest import read_manifest
from vadose.sources.registry import Route, Source
from vadose.sources.retrieve import load_client, retrieve, wanted_part
from vadose.sources.wanted import Wanted

BODY = b"CDF\x01" + os.urandom(200_000)
YEARS = Wanted(Extent(start="2003-01-01", end="2004-12-31"))


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    return tmp_path / "downloads" / "x" / "1" / "200301-200412.json"


def source(files: list[str], *routes: Route, **more: object) -> Source:
    facts = {"source": "x", "version": "1", "title": "X", "licence": "L", "citation": "C"}
    made = Source.model_validate(facts | {"files": files, "routes": [Route(kind="mirror")]} | more)
    return made.model_copy(update={"routes": routes or made.routes})


def route(url: str, *files: str, kind: str = "file") -> Route:
    return Route.at(url, files).model_copy(update={"kind": kind})


def names(manifest: Path) -> list[str]:
    files = manifest.parent / "files"
    return [path.relative_to(files).as_posix() for path in read_manifest(manifest)]


def put(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(BODY)
    return folder


def zipped(*members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for member in members:
            file.writestr(member, member)
    return out.getvalue()


def test_a_provider_is_asked_once_and_listed(manifest: Path) -> None:
    told: list[int] = []
    with serve({"/a_2003.nc": File(BODY), "/a_2004.nc": File(BODY)}) as server:
        row = source(["a_{year}.nc"], route(server.url))
        retrieve(row, YEARS, manifest, progress=told.append)
        text = manifest.read_bytes()
        retrieve(row, YEARS, manifest)
    assert names(manifest) == ["a_2003.nc", "a_2004.nc"] and len(server.asked) == 2
    assert manifest.read_bytes() == text and sum(told) == 2 * len(BODY)


def test_a_route_is_chosen_by_its_kind_and_may_name_its_files_otherwise(manifest: Path) -> None:
    with serve({"/b.nc": File(BODY)}) as server:
        routes = route("https://example.org", "a.nc"), route(server.url, "b.nc", kind="listing")
        server.files["/"] = File(b'<a href="b.nc">b</a>', content_type="text/html")
        retrieve(source(["a.nc"], *routes), YEARS, manifest, route_kind="listing")
    assert names(manifest) == ["b.nc"]


def test_what_comes_packed_is_listed_unpacked(manifest: Path) -> None:
    files = {
        "/r.zip": File(zipped("in/HWSD2.bil", "in/HWSD2.hdr", "in/other")),
        "/pre.nc.gz": File(gzip.compress(BODY)),
    }
    with serve(files) as server:
        row = source(["HWSD2.bil", "HWSD2.hdr", "pre.nc"], route(server.url, "r.zip", "pre.nc.gz"))
        retrieve(row, YEARS, manifest)
        retrieve(row, YEARS, manifest)
    assert names(manifest) == ["HWSD2.bil", "HWSD2.hdr", "pre.nc"] and len(server.asked) == 2


def test_a_pack_without_the_files_is_not_taken_for_them(manifest: Path) -> None:
    with serve({"/r.zip": File(zipped("HWSD2.bil"))}) as server:
        row = source(["HWSD2.bil", "HWSD2.hdr"], route(server.url, "r.zip"))
        with pytest.raises(InputError, match=r"HWSD2\.hdr did not come, but HWSD2\.bil, r\.zip"):
            retrieve(row, YEARS, manifest)
    assert not manifest.exists()


def test_a_mirror_folder_takes_the_place_of_the_provider(manifest: Path, tmp_path: Path) -> None:
    mirror = put(tmp_path / "m", "x/deep/a_2003.nc", "x/a_2004.nc", "x/a_2005.nc")
    retrieve(source(["a_{year}.nc"]), YEARS, manifest, str(mirror))
    assert names(manifest) == ["a_2003.nc", "a_2004.nc"]


def test_a_mirror_may_hold_the_files_of_any_route_packed_too(
    manifest: Path, tmp_path: Path
) -> None:
    row = source(
        ["HWSD2.bil", "s.nc"],
        route("https://example.org", "elsewhere/r.zip", "https://example.org/y/s.nc"),
    )
    mirror = put(tmp_path / "m", "x/s.nc")
    (mirror / "x/r.zip").write_bytes(zipped("HWSD2.bil"))
    retrieve(row, YEARS, manifest, str(mirror))
    assert names(manifest) == ["HWSD2.bil", "s.nc"]


def test_a_mirror_without_a_file_says_so_and_writes_no_manifest(
    manifest: Path, tmp_path: Path
) -> None:
    mirror = put(tmp_path / "m", "x/a_2003.nc")
    with pytest.raises(InputError, match=r"x lacks a_2004\.nc of x \(it has a_2003\.nc\): put the"):
        retrieve(source(["a_{year}.nc"]), YEARS, manifest, str(mirror))
    assert not manifest.exists()


@pytest.mark.parametrize("template", ["a_{year}.nc", "a_{year}*.nc"])
def test_a_mirror_may_be_an_address(template: str, manifest: Path) -> None:
    page = b'<html><a href="a_2003.nc">..</a><a href="a_2004.nc">..</a></html>'
    files = {"/m/x/a_2003.nc": File(BODY), "/m/x/a_2004.nc": File(BODY)}
    files["/m/x/"] = File(page, content_type="text/html")
    with serve(files) as server:
        retrieve(source([template]), YEARS, manifest, f"{server.url}/m/")
    assert names(manifest) == ["a_2003.nc", "a_2004.nc"]


def test_an_address_may_hold_what_the_provider_serves(manifest: Path) -> None:
    row = source(["pre.nc"], route("https://example.org", "pre/pre.nc.gz"))
    with serve({"/x/pre/pre.nc.gz": File(gzip.compress(BODY))}) as server:
        retrieve(row, YEARS, manifest, server.url)
    assert names(manifest) == ["pre.nc"]


def test_an_address_that_holds_nothing_of_the_source_is_named(manifest: Path) -> None:
    with (
        serve({}) as server,
        pytest.raises(InputError, match=r"the mirror does not hold x: .*a_2003\.nc does not exist"),
    ):
        retrieve(source(["a_{year}.nc"]), YEARS, manifest, server.url)
    with pytest.raises(InputError, match=r"is not an https address"):
        retrieve(source(["a_{year}.nc"]), YEARS, manifest, "http://example.org")


def test_a_user_s_own_copy_is_asked_for(manifest: Path) -> None:
    with pytest.raises(
        InputError, match=r"x 1 can be had only from a mirror: put a\.mat, b\.mat in"
    ):
        retrieve(source(["a.mat", "b.mat"]), YEARS, manifest)


def test_a_period_outside_the_record_is_refused(manifest: Path) -> None:
    for files in (["a_{year}.nc"], ["whole.nc"]):
        row = source(files, first="1981-06-01", last="2002-12-31")
        with pytest.raises(
            InputError, match=r"x 1 has nothing of the period: .* 1981-06-01 to 2002"
        ):
            retrieve(row, YEARS, manifest)


def test_a_gap_in_a_series_is_logged(
    manifest: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    mirror = put(tmp_path / "m", "x/lai_20030105_c1.nc", "x/lai_20030105_c2.nc")
    retrieve(source(["lai_{year}{month}**_c*.nc"]), YEARS, manifest, str(mirror))
    assert names(manifest) == ["lai_20030105_c2.nc"]
    assert caplog.text.count("its time stays missing") == 23


def test_files_that_a_provider_renamed_are_named(
    manifest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(_: Route, __: Wanted, folder: Path, ___: object) -> list[Path]:
        return [put(folder, "other.nc") / "other.nc"]

    monkeypatch.setattr(retrieve_module, "load_client", lambda _: fetch)
    row = source(["a_{year}.nc"], route("https://example.org"))
    with pytest.raises(InputError, match=r"a_2003\.nc, a_2004\.nc did not come, but other\.nc"):
        retrieve(row, YEARS, manifest)


def test_a_disk_too_small_is_known_before_copying(
    manifest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 1000))
    mirror = put(tmp_path / "m", "x/a.nc")
    with pytest.raises(InputError, match=r"needs 0\.0002 GB more, .* has 1e-06 GB free: make room"):
        retrieve(source(["a.nc"]), YEARS, manifest, str(mirror))
    with (
        serve({"/a.nc": File(BODY)}) as server,
        pytest.raises(InputError, match=r"needs 0\.0002 GB more, .* has 1e-06 GB free: make room"),
    ):
        retrieve(source(["a.nc"], route(server.url)), YEARS, manifest)


def test_a_folder_that_cannot_be_made_is_named(manifest: Path) -> None:
    manifest.parents[2].write_bytes(b"a file in the way")
    with pytest.raises(InputError, match=r"files cannot be written: .*choose another folder"):
        retrieve(source(["a.nc"]), YEARS, manifest)


def test_two_threads_load_a_file_once(manifest: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "vadose")
    others = [manifest.with_name(f"{year}01-{year}12.json") for year in (2003, 2004)]
    with serve({"/a.nc": File(BODY, pause=0.01)}) as server:
        row = source(["a.nc"], route(server.url))
        threads = [threading.Thread(target=retrieve, args=(row, YEARS, path)) for path in others]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(server.asked) == 1 and names(others[0]) == names(others[1]) == ["a.nc"]
    assert caplog.text.count("waiting for another process that fetches the same source") == 1


def test_a_client_is_loaded_by_the_kind_of_its_route() -> None:
    assert load_client("file").__module__ == "vadose.sources.clients.files"
    with pytest.raises(InputError, match="no route of kind 'pigeon' can be fetched"):
        load_client("pigeon")


TABLE = """
- {source: grace_jpl, version: SH, title: T, licence: L, citation: C, first: 2002-04-01,
   files: [sh_*.nc], routes: [{kind: mirror}]}
- {source: hwsd, version: "2", title: T, licence: L, citation: C, changes: false,
   files: ["{variable}.bil"], variables: [clay], routes: [{kind: mirror}]}
"""


def test_a_block_in_a_window_is_what_is_wanted() -> None:
    window = {"west": 170.0, "south": -50.0, "east": -170.0, "north": -30.0}
    wanted = wanted_part("200301-200402", window, ("clay",))
    assert wanted == Wanted(Extent(170, -50, -170, -30, "2003-01-01", "2004-02-29"), ("clay",))
    assert wanted_part("static", window).extent == Extent(170, -50, -170, -30)


def test_the_script_turns_a_block_into_a_manifest(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    put(tmp_path / "m", "grace/sh_2007.nc", "soil/clay.bil", "soil/sand.bil")
    (tmp_path / "resources").mkdir()
    (tmp_path / "resources/sources.yaml").write_text(TABLE, encoding="utf-8")
    main = runpy.run_path(str(root / "workflow/scripts/retrieve_source.py"))["main"]
    globe = {"west": -180, "south": -90, "east": 180, "north": 90}
    for name, version, block, variables, files in (
        ("grace_jpl", "SH", "200201-200312", (), ["sh_2007.nc"]),
        ("hwsd", "2", "static", (), ["clay.bil"]),
        ("hwsd", "2", "static", ("sand",), ["sand.bil"]),
    ):
        manifest = tmp_path / f"downloads/{name}/{version}/{block}.json"
        main(name, version, block, "m", "", globe, variables, manifest)
        assert names(manifest) == files
