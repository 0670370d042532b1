"""Only the wanted files leave an archive, whole and inside their folder."""

import errno
import gzip
import hashlib
import io
import lzma
import os
import shutil
import subprocess
import tarfile
import zipfile
from collections import namedtuple
from collections.abc import Callable, Collection
from pathlib import Path

import numpy as np
import pytest
from tests.servers import File, serve

from vadose.errors import InputError
from vadose.sources import archive as archive_module
from vadose.sources import members, web
from vadose.sources.archive import caravan_members, download_and_extract, extract_stream

CHANCE = np.random.default_rng(11)
SERIES = {
    f"Caravan-nc/timeseries/netcdf/{subset}/{subset}_{i:08d}.nc": CHANCE.bytes(40_000 + i)
    for subset in ("camels", "hysets")
    for i in range(5)
}
TREE = SERIES | {
    f"Caravan-nc/{kind}/{subset}/{name}_{subset}.{end}": CHANCE.bytes(5_000)
    for subset in ("camels", "hysets")
    for kind, name, end in (
        ("attributes", "attributes_other", "csv"),
        ("shapefiles", "basin_shapes", "shp"),
        ("licenses", "license", "md"),
    )
}
CAMELS = sorted(name for name in TREE if "/camels/" in name)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


def tar(tree: dict[str, bytes], *extra: tarfile.TarInfo) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as file:
        for info in extra:
            file.addfile(info)
        for name, body in tree.items():
            info = tarfile.TarInfo(name)
            info.size = len(body)
            file.addfile(info, io.BytesIO(body))
    return out.getvalue()


def zipped(tree: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, body in tree.items():
            file.writestr(name, body)
    return out.getvalue()


KINDS: dict[str, Callable[[dict[str, bytes]], bytes]] = {
    "tar": tar,
    "tar.gz": lambda tree: gzip.compress(tar(tree), 1),
    "tar.xz": lambda tree: lzma.compress(tar(tree), preset=0),
    "zip": zipped,
}
BODIES = {kind: pack(TREE) for kind, pack in KINDS.items()}
TARS = [kind for kind in KINDS if kind != "zip"]


def everything(name: str) -> str:
    return name


def found(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def check(folder: Path, names: Collection[str]) -> None:
    assert found(folder) == sorted(names)
    assert all((folder / name).read_bytes() == TREE[name] for name in names)


@pytest.mark.parametrize("kind", KINDS)
def test_only_the_wanted_sub_dataset_leaves_an_archive(kind: str, tmp_path: Path) -> None:
    path, told = tmp_path / "a", list[int]()
    path.write_bytes(BODIES[kind])
    files = extract_stream(path, caravan_members(["camels"]), tmp_path / "out", told.append)
    check(tmp_path / "out", CAMELS)
    assert sorted(files) == [tmp_path / "out" / name for name in CAMELS]
    assert 0.9 < sum(told) / path.stat().st_size <= 1


@pytest.mark.parametrize("kind", KINDS)
def test_an_archive_is_read_from_the_net_without_being_stored(kind: str, tmp_path: Path) -> None:
    body, told = BODIES[kind], list[int]()
    checksum = "md5:" + hashlib.md5(body).hexdigest()
    with serve({"/a": File(body)}) as server:
        download_and_extract(
            server.url + "/a",
            caravan_members(["camels"]),
            tmp_path,
            size=len(body),
            checksum=checksum,
            progress=told.append,
        )
    check(tmp_path, CAMELS)
    assert 0.9 < sum(told) / len(body) <= 1


def test_a_stream_that_cannot_go_back_is_enough_for_a_tar(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=writer) as cat:
        os.close(writer)
        assert cat.stdin is not None
        cat.stdin.write(KINDS["tar.gz"]({"a/b": b"small"}))
        cat.stdin.close()
        with os.fdopen(reader, "rb") as stream:
            extract_stream(stream, everything, tmp_path)
    assert found(tmp_path) == ["a/b"]


def test_basins_and_extensions_of_caravan_are_chosen_by_name() -> None:
    wanted = caravan_members(["camels", "dk"], ids=["camels_01", "dk_7"])
    series = "timeseries/netcdf"
    assert wanted(f"Caravan-nc/{series}/camels/camels_01.nc") is not None
    assert wanted(f"./Caravan-nc/{series}/camels/camels_02.nc") is None
    assert wanted(f"Caravan-nc/{series}/hysets/camels_01.nc") is None
    assert wanted("Caravan-csv/timeseries/csv/camels/camels_01.csv") is None
    assert wanted(f"Extension_DK/{series}/dk/dk_7.nc") == f"Caravan-nc/{series}/dk/dk_7.nc"
    assert wanted("Caravan-nc/licenses/camels/license_camels.md") is not None
    assert wanted("Caravan-nc/attributes/camels/../../x") is None


@pytest.mark.parametrize("kind", ["tar.gz", "zip"])
def test_reading_ends_when_all_is_found(kind: str, tmp_path: Path) -> None:
    names = list(TREE)[:2]
    body = KINDS[kind](TREE | {"Caravan-nc/rest": CHANCE.bytes(8_000_000)})
    with serve({"/a": File(body, pause=0.002)}) as server:
        for _ in range(2):  # the second time nothing is asked for
            download_and_extract(
                server.url + "/a",
                lambda name: name if name in names else None,
                tmp_path,
                enough=lambda found: set(found) >= set(names),
            )
            requests = len(server.asked)
            assert sum(asked.sent for asked in server.asked) < 7_000_000
    check(tmp_path, names)
    assert len(server.asked) == requests


def test_only_the_needed_pieces_of_a_zip_are_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_module, "BUFFER", 1 << 16)
    tree = {"big": CHANCE.bytes(5_000_000), "small": b"x" * 1000}
    with serve({"/a": File(KINDS["zip"](tree))}) as server:
        names = {"small": "small"}
        download_and_extract(server.url + "/a", names.get, tmp_path)
    assert found(tmp_path) == ["small"]
    assert sum(asked.sent for asked in server.asked if asked.range) < 500_000


def test_a_zip_on_a_server_without_ranges_is_named(tmp_path: Path) -> None:
    with (
        serve({"/a": File(BODIES["zip"], ranges=False)}) as server,
        pytest.raises(InputError, match="does not serve parts of a zip archive"),
    ):
        download_and_extract(server.url + "/a", everything, tmp_path)
    assert found(tmp_path) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_connection_begins_again_and_keeps_whole_files(kind: str, tmp_path: Path) -> None:
    body = BODIES[kind]
    breaks = [len(body) // 2, len(body) * 3 // 4] if kind != "zip" else [len(body), 0, 9, 10_000]
    times: dict[str, int] = {}

    def noted(name: str) -> str:
        path = tmp_path / name
        if path.is_file():
            times.setdefault(name, path.stat().st_mtime_ns)
        return name

    with serve({"/a": File(body, breaks=breaks)}) as server:
        download_and_extract(server.url + "/a", noted, tmp_path, sleep=[].append)
        assert len(server.asked) >= 3
    check(tmp_path, TREE)
    assert all((tmp_path / name).stat().st_mtime_ns == time for name, time in times.items())
    assert kind == "zip" or times


def test_a_connection_that_never_holds_is_given_up(tmp_path: Path) -> None:
    body = BODIES["tar.gz"]
    with (
        serve({"/a": File(body, breaks=[len(body) // 2] * 50)}) as server,
        pytest.raises(InputError, match=r"6 tries in a row failed .*whole files stay in"),
    ):
        download_and_extract(server.url + "/a", everything, tmp_path, sleep=[].append)
    assert web.TRIES <= len(server.asked) <= web.TRIES + 1
    assert all((tmp_path / name).read_bytes() == TREE[name] for name in found(tmp_path))


@pytest.mark.parametrize("kind", TARS)
def test_a_truncated_archive_is_never_taken_for_whole(kind: str, tmp_path: Path) -> None:
    body, path = BODIES[kind], tmp_path / "a"
    between_members = 512 + 40_448  # where a tar reader sees nothing wrong
    for cut in (700, len(body) // 2, between_members if kind == "tar" else len(body) - 700):
        path.write_bytes(body[:cut])
        with pytest.raises(InputError, match=r"a is not a whole tar or zip .*: it is trunc"):
            extract_stream(path, everything, tmp_path / "out")
    assert found(tmp_path) == ["a"]


@pytest.mark.parametrize("length", [True, False])
@pytest.mark.parametrize("kind", TARS)
def test_a_truncated_archive_on_the_net_is_named(kind: str, length: bool, tmp_path: Path) -> None:
    body = BODIES[kind][: len(BODIES[kind]) // 2]
    with (
        serve({"/a": File(body, length=length)}) as server,
        pytest.raises(InputError, match=r"not a whole tar|the archive ended too early"),
    ):
        download_and_extract(server.url + "/a", everything, tmp_path, sleep=[].append)
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_archive_is_named(kind: str, tmp_path: Path) -> None:
    body = bytearray(BODIES[kind])
    header = tar(TREE).index(list(TREE)[3].encode()) if kind == "tar" else len(body) // 2
    body[header : header + 40] = b"\xff" * 40
    path = tmp_path / "a"
    path.write_bytes(body)
    with pytest.raises(InputError, match="not a whole tar or zip archive"):
        extract_stream(path, everything, tmp_path / "out")
    assert found(tmp_path) == ["a"]


def test_a_wrong_hash_deletes_what_was_taken(tmp_path: Path) -> None:
    with (
        serve({"/a": File(BODIES["tar.gz"])}) as server,
        pytest.raises(
            InputError, match=r"has md5 .*, expected 00\): .* was deleted; fetch it again"
        ),
    ):
        download_and_extract(server.url + "/a", everything, tmp_path, checksum="md5:00")
    assert found(tmp_path) == []


def test_another_size_or_a_web_page_is_refused_before_reading(tmp_path: Path) -> None:
    files = {"/a": File(BODIES["tar.gz"]), "/b": File(b"<!doctype html><p>log in")}
    with serve(files) as server:
        with pytest.raises(InputError, match=r"has \d+ bytes, expected 5"):
            download_and_extract(server.url + "/a", everything, tmp_path, size=5)
        with pytest.raises(InputError, match="a web page in place of the file"):
            download_and_extract(server.url + "/b", everything, tmp_path)
        with pytest.raises(InputError, match=r"does not exist \(404\)"):
            download_and_extract(server.url + "/c", everything, tmp_path)
    assert found(tmp_path) == []


def test_an_archive_without_the_wanted_files_says_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(BODIES["tar.gz"])
    with pytest.raises(InputError, match=r"holds none of the wanted .*camels_00000000\.nc"):
        extract_stream(path, caravan_members(["camelsgb"]), tmp_path / "out")
    with pytest.raises(InputError, match="does not exist: download it"):
        extract_stream(tmp_path / "b", everything, tmp_path)


@pytest.mark.parametrize(
    "name", ["../evil", "/evil", "a/../../evil", "a\\..\\evil", "..", "out/.."]
)
@pytest.mark.parametrize("kind", ["tar", "zip"])
def test_no_file_leaves_the_folder(kind: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(KINDS[kind]({name: b"evil"}))
    with pytest.raises(InputError, match="would be written outside"):
        extract_stream(path, everything, tmp_path / "out")
    path.write_bytes(KINDS[kind]({"fine": b"evil"}))
    with pytest.raises(InputError, match="would be written outside"):
        extract_stream(path, lambda _: name, tmp_path / "out")
    assert found(tmp_path) == ["a"]


def test_a_link_in_the_folder_is_not_followed_outside(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a").symlink_to(tmp_path)
    path = tmp_path / "x"
    path.write_bytes(tar({"a/evil": b"evil"}))
    with pytest.raises(InputError, match="would be written outside"):
        extract_stream(path, everything, tmp_path / "out")
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE]
)
def test_links_and_devices_in_a_tar_are_refused(kind: bytes, tmp_path: Path) -> None:
    info = tarfile.TarInfo("evil")
    info.type, info.linkname = kind, "/etc/hostname"
    path = tmp_path / "a"
    path.write_bytes(tar(TREE, info))
    with pytest.raises(InputError, match="evil in the archive is a link, a device or locked"):
        extract_stream(path, everything, tmp_path / "out")
    assert found(tmp_path) == ["a"]
    extract_stream(path, caravan_members(["camels"]), tmp_path / "out")  # not wanted: no harm


def test_links_in_a_zip_are_refused(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("evil")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a", "w") as file:
        file.writestr(info, "/etc/hostname")
    with pytest.raises(InputError, match="evil in the archive is a link"):
        extract_stream(tmp_path / "a", everything, tmp_path / "out")
    assert found(tmp_path) == ["a"]


def test_a_member_gives_exactly_what_it_declares(tmp_path: Path) -> None:
    for declared in (3, 5):
        member = members.Member("x", declared, True, lambda: io.BytesIO(b"four"))
        with pytest.raises(tarfile.ReadError, match="has not the size it declares"):
            members.write_member(member, tmp_path / "x")
    assert found(tmp_path) == []


def test_a_member_larger_than_the_disk_is_not_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 1000))
    (tmp_path / "a").write_bytes(tar(TREE))
    with pytest.raises(InputError, match=r"camels_00000000\.nc needs 4e-05 GB more"):
        extract_stream(tmp_path / "a", everything, tmp_path / "out")
    assert found(tmp_path) == ["a"]


def test_a_disk_that_fills_up_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(io.BytesIO):
        def write(self, _: object) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    plain = Path.open
    monkeypatch.setattr(
        Path, "open", lambda p, mode="r", *a: Full() if mode == "wb" else plain(p, mode, *a)
    )
    with plain(tmp_path / "a", "w+b") as file:
        file.write(tar(TREE))
        file.seek(0)
        with pytest.raises(InputError, match="cannot be written: No space left on device; make"):
            extract_stream(file, everything, tmp_path / "out")
    assert found(tmp_path) == ["a"]
