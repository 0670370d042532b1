"""A download is whole and verified, or not there; breaks are gone on with, failures are named."""

import errno
import hashlib
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import namedtuple
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import numpy as np
import pytest
import requests
from tests.servers import File, FileServer, serve

from vadose.errors import InputError
from vadose.sources import fetch, web
from vadose.sources.fetch import download

BODY = b"CDF\x01" + np.random.default_rng(7).bytes(1_500_000)
MD5 = "md5:" + hashlib.md5(BODY).hexdigest()
SHA256 = "sha256:" + hashlib.sha256(BODY).hexdigest()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


@pytest.fixture
def server() -> Iterator[FileServer]:
    with serve({"/x.nc": File(BODY)}) as running:
        yield running


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "downloads" / "x.nc"


class Waits(list[float]):
    """Stands in for sleeping."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def left(target: Path) -> list[str]:
    return sorted(p.name for p in target.parent.glob("*"))


def refused(server: FileServer, target: Path, match: str, **wanted: object) -> str:
    """The sentence of a failed download, after which nothing looks whole."""
    with pytest.raises(InputError, match=match) as raised:
        download(server.url + "/x.nc", target, sleep=Waits(), **wanted)  # type: ignore[arg-type]
    assert not target.exists()
    return str(raised.value)


@pytest.mark.parametrize("checksum", [None, MD5, SHA256, MD5.upper().replace("MD5", "md5")])
def test_a_file_arrives_whole(server: FileServer, target: Path, checksum: str | None) -> None:
    told: list[int] = []
    done = download(
        server.url + "/x.nc",
        target,
        size=len(BODY),
        checksum=checksum,
        magic=b"CDF",
        progress=told.append,
    )
    assert done.read_bytes() == BODY and sum(told) == len(BODY) and len(told) > 5
    assert left(target) == ["x.nc"] + ["x.nc.verified"] * bool(checksum)


def test_no_request_is_made_when_the_file_is_there(server: FileServer, target: Path) -> None:
    for _ in range(3):
        download(server.url + "/x.nc", target, checksum=MD5)
    assert len(server.asked) == 1


def test_a_file_put_there_by_hand_is_verified_once_and_never_asked_for(
    server: FileServer, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target.parent.mkdir()
    target.write_bytes(BODY)
    download(server.url + "/x.nc", target, checksum=MD5)
    monkeypatch.setattr(hashlib, "file_digest", None)  # the stamp is enough
    download(server.url + "/x.nc", target, checksum=MD5)
    assert server.asked == []


def test_a_wrong_file_put_there_by_hand_is_named_and_kept(server: FileServer, target: Path) -> None:
    target.parent.mkdir()
    target.write_bytes(BODY[:-1])
    for wanted in ({"checksum": MD5}, {"size": len(BODY)}):
        with pytest.raises(InputError, match=r"x\.nc has .*, expected .* delete it and run again"):
            download(server.url + "/x.nc", target, **wanted)  # type: ignore[arg-type]
    assert target.exists() and server.asked == []


def test_a_stamp_is_no_longer_believed_after_the_file_changed(
    server: FileServer, target: Path
) -> None:
    download(server.url + "/x.nc", target, checksum=MD5)
    target.write_bytes(BODY[::-1])
    with pytest.raises(InputError, match="has md5"):
        download(server.url + "/x.nc", target, checksum=MD5)


def test_a_broken_connection_goes_on_where_it_broke(server: FileServer, target: Path) -> None:
    server.files["/x.nc"].breaks = [400_000, 0, 500_000]
    told: list[int] = []
    download(server.url + "/x.nc", target, checksum=MD5, progress=told.append, sleep=Waits())
    assert sum(told) == len(BODY)
    starts = [int(asked.range[6:-1]) for asked in server.asked[1:] if asked.range]
    assert len(starts) == 3 and starts == sorted(starts)
    assert 400_000 - web.CHUNK <= starts[0] <= 400_000
    assert sum(asked.sent for asked in server.asked) <= len(BODY) + 3 * web.CHUNK


def test_many_breaks_are_borne_as_long_as_it_gets_ahead(server: FileServer, target: Path) -> None:
    server.files["/x.nc"].breaks = [200_000] * (2 * web.TRIES)
    download(server.url + "/x.nc", target, checksum=MD5, sleep=Waits())
    assert len(server.asked) > web.TRIES


def test_a_server_that_never_gets_ahead_is_given_up(server: FileServer, target: Path) -> None:
    server.files["/x.nc"].breaks = [500_000] + [0] * 50
    text = refused(server, target, "could not be loaded, 6 tries in a row failed")
    assert "the connection broke off" in text and "kept in" in text
    assert left(target) == ["x.nc.part", "x.nc.part.json"]
    server.files["/x.nc"].breaks = []
    download(server.url + "/x.nc", target, checksum=MD5)
    assert server.asked[-1].range is not None


KILLED = """
import sys
from pathlib import Path
from vadose.sources.fetch import download
download(sys.argv[1], Path(sys.argv[2]), checksum=sys.argv[3])
"""


def test_a_killed_download_resumes(server: FileServer, target: Path, root: Path) -> None:
    server.files["/x.nc"].pause = 0.02
    environment = os.environ | {"PYTHONPATH": str(root / "workflow")}
    command = [sys.executable, "-c", KILLED, server.url + "/x.nc", str(target), MD5]
    part = target.with_name("x.nc.part")
    with subprocess.Popen(command, env=environment) as process:
        end = time.monotonic() + 30
        while not (part.exists() and part.stat().st_size > 300_000):
            assert time.monotonic() < end and process.poll() is None
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL and not target.exists()
    kept = part.stat().st_size
    assert 300_000 < kept < len(BODY)
    server.files["/x.nc"].pause = 0
    download(server.url + "/x.nc", target, checksum=MD5)
    assert server.asked[-1].range == f"bytes={kept}-"
    assert server.asked[-1].sent == len(BODY) - kept
    assert target.read_bytes() == BODY


def test_a_part_that_is_whole_needs_no_request(server: FileServer, target: Path) -> None:
    """As after a kill between the last byte and the rename."""
    target.parent.mkdir()
    target.with_name("x.nc.part").write_bytes(BODY)
    download(server.url + "/x.nc", target, size=len(BODY), checksum=MD5)
    assert server.asked == [] and target.exists()


def interrupted(server: FileServer, target: Path, etag: str | None = '"1"') -> None:
    then = [0 if etag else 300_000] * web.TRIES
    server.files["/x.nc"] = File(BODY, etag=etag, breaks=[300_000, *then])
    refused(server, target, "could not be loaded")
    server.asked.clear()


def test_a_file_that_changed_meanwhile_is_loaded_anew(server: FileServer, target: Path) -> None:
    interrupted(server, target)
    server.files["/x.nc"] = File(BODY[::-1], etag='"2"')
    told: list[int] = []
    download(server.url + "/x.nc", target, progress=told.append)
    assert target.read_bytes() == BODY[::-1] and sum(told) == len(BODY) and min(told) < 0
    assert server.asked[0].headers["If-Range"] == '"1"'


def test_a_changed_file_is_seen_though_the_server_ignores_if_range(
    server: FileServer, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(server, target)
    server.files["/x.nc"] = File(BODY[::-1], etag='"2"')
    read = web.open_url
    monkeypatch.setattr(
        web,
        "open_url",
        lambda url, session, headers: read(
            url, session, {k: v for k, v in headers.items() if k != "If-Range"}
        ),
    )
    download(server.url + "/x.nc", target, sleep=Waits())
    assert target.read_bytes() == BODY[::-1]


def test_a_file_that_shrank_is_loaded_anew(server: FileServer, target: Path) -> None:
    interrupted(server, target)
    server.files["/x.nc"] = File(BODY[:1000])
    download(server.url + "/x.nc", target, sleep=Waits())
    assert target.read_bytes() == BODY[:1000]


def test_a_server_without_ranges_is_asked_from_the_start(server: FileServer, target: Path) -> None:
    interrupted(server, target)
    server.files["/x.nc"].ranges = False
    server.files["/x.nc"].breaks = []
    download(server.url + "/x.nc", target, checksum=MD5)
    assert target.read_bytes() == BODY


@pytest.mark.parametrize(("checksum", "resumes"), [(None, False), (MD5, True)])
def test_halves_of_unknown_versions_are_joined_only_under_a_checksum(
    server: FileServer, target: Path, checksum: str | None, resumes: bool
) -> None:
    interrupted(server, target, etag=None)
    server.files["/x.nc"] = File(BODY, etag=None)
    download(server.url + "/x.nc", target, checksum=checksum)
    assert target.read_bytes() == BODY
    assert (server.asked[0].range is not None) == resumes


def test_a_weak_etag_gives_way_to_the_date(server: FileServer, target: Path) -> None:
    date = "Wed, 21 Oct 2015 07:28:00 GMT"
    server.files["/x.nc"].etag, server.files["/x.nc"].modified = 'W/"1"', date
    server.files["/x.nc"].breaks = [300_000] + [0] * web.TRIES
    refused(server, target, "could not be loaded")
    assert json.loads(target.with_name("x.nc.part.json").read_text())["version"] == date
    assert server.asked[-1].headers["If-Range"] == date


def test_a_wrong_hash_deletes_what_came(server: FileServer, target: Path) -> None:
    wrong = "md5:" + "0" * 32
    text = refused(server, target, "has md5 .*, expected 0000", checksum=wrong)
    assert "was deleted; run again" in text and left(target) == []


def test_a_wrong_kind_of_file_is_refused(server: FileServer, target: Path) -> None:
    refused(server, target, r"begins with b'CDF\\x01', expected b'\\x89HDF'", magic=b"\x89HDF")
    assert left(target) == []


def test_another_size_than_expected_is_refused_before_anything_is_loaded(
    server: FileServer, target: Path
) -> None:
    refused(server, target, f"has {len(BODY)} bytes, expected 17: .*version", size=17)
    assert left(target) == []


@pytest.mark.parametrize("content_type", ["text/html; charset=utf-8", "application/octet-stream"])
@pytest.mark.parametrize("page", [b"\n<!DOCTYPE html><html>log in", b"<HTML><body>accept"])
def test_a_login_page_is_not_taken_for_data(
    server: FileServer, target: Path, page: bytes, content_type: str
) -> None:
    server.files["/x.nc"] = File(page, content_type=content_type)
    refused(server, target, "a web page in place of the file: an account is likely missing or its")
    assert left(target) == []


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (401, r"refuses access \(401\): an account, its token or the acceptance"),
        (403, r"refuses access \(403\): an account, its token or the acceptance"),
        (404, r"does not exist \(404\): the provider moved or withdrew this version; look"),
        (410, r"does not exist \(410\): the provider moved or withdrew this version; look"),
        (418, r"answered 418, expected the file: check the address"),
    ],
)
def test_a_refusal_is_one_sentence_and_not_tried_again(
    server: FileServer, target: Path, status: int, sentence: str
) -> None:
    server.files["/x.nc"].statuses = [status]
    text = refused(server, target, sentence)
    assert len(server.asked) == 1 and "\n" not in text and left(target) == []


@pytest.mark.parametrize(
    ("status", "absent"), [(404, True), (410, True), (401, False), (403, False), (418, False)]
)
def test_a_file_that_is_not_there_is_told_from_one_that_is_refused(
    server: FileServer, target: Path, status: int, absent: bool
) -> None:
    server.files["/x.nc"].statuses = [status]
    with pytest.raises(InputError) as raised:
        download(server.url + "/x.nc", target)
    assert isinstance(raised.value, web.NotHere) == absent


def test_a_stumbling_server_is_tried_again_with_growing_waits(
    server: FileServer, target: Path, caplog: pytest.LogCaptureFixture
) -> None:
    waits = Waits()
    server.files["/x.nc"].statuses = [500, 503]
    download(server.url + "/x.nc", target, checksum=MD5, sleep=waits)
    assert len(waits) == 2 and waits[0] <= 1 and waits[1] <= 2
    assert "the server answered 500; next try in" in caplog.text


def test_a_server_that_stays_down_is_named(server: FileServer, target: Path) -> None:
    server.files["/x.nc"].statuses = [500] * 50
    refused(server, target, r"6 tries in a row failed \(the server answered 500\): check the net")
    assert len(server.asked) == web.TRIES


def test_a_busy_server_is_given_the_time_it_asks_for(server: FileServer, target: Path) -> None:
    waits = Waits()
    file = server.files["/x.nc"]
    file.statuses, file.headers = [429], {"Retry-After": "37"}
    download(server.url + "/x.nc", target, sleep=waits)
    assert waits == [37]
    target.unlink()
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=50), usegmt=True)
    file.statuses, file.headers = [503], {"Retry-After": soon}
    download(server.url + "/x.nc", target, sleep=waits)
    assert 40 < waits[1] <= 50


def test_a_server_that_asks_for_an_hour_is_left_alone(server: FileServer, target: Path) -> None:
    server.files["/x.nc"].statuses = [429]
    server.files["/x.nc"].headers = {"Retry-After": "3600"}
    refused(server, target, "asks to wait 60 minutes .*: run again after that")


def test_no_server_at_all_is_one_sentence(target: Path) -> None:
    with serve({}) as gone:
        pass
    refused(gone, target, r"127\.0\.0\.1 cannot be reached\): check the network")


def test_a_silent_server_is_given_up(
    server: FileServer, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "TIMEOUT", (1, 0.02))
    monkeypatch.setattr(web, "TRIES", 2)
    server.files["/x.nc"].pause = 0.3
    refused(server, target, "2 tries in a row failed")


def test_a_file_of_unknown_length_is_refused(server: FileServer, target: Path) -> None:
    server.files["/x.nc"].length = False
    refused(server, target, "does not say how long it is")
    download(server.url + "/x.nc", target, size=len(BODY))
    assert target.read_bytes() == BODY


def test_a_broken_file_of_unknown_length_is_not_taken_for_whole(
    server: FileServer, target: Path
) -> None:
    server.files["/x.nc"].length = False
    server.files["/x.nc"].breaks = [500_000]
    refused(server, target, "has 500000 bytes, expected", size=len(BODY))
    assert left(target) == []


def test_a_disk_too_small_is_known_before_loading(
    server: FileServer, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 1000))
    refused(server, target, r"needs 0\.0015 GB more, .* has 1e-06 GB free: make room")
    assert left(target) == []


def test_a_disk_that_fills_up_keeps_the_part(
    server: FileServer, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(fetch.os, "fsync", full)
        refused(server, target, r"x\.nc\.part cannot be written: No space left on device; make r")
    assert left(target) == ["x.nc.part", "x.nc.part.json"]
    download(server.url + "/x.nc", target, checksum=MD5)
    assert len(server.asked) == 1  # the bytes were all there


def test_a_write_that_the_disk_refuses_is_one_sentence(server: FileServer, target: Path) -> None:
    target.parent.mkdir()
    target.with_name("x.nc.part").symlink_to("/dev/full")
    refused(server, target, "cannot be written: No space left on device")


@pytest.mark.parametrize("address", ["http://example.org/x.nc", "ftp://example.org/x.nc", "x.nc"])
def test_only_https_is_spoken_beyond_this_machine(address: str, target: Path) -> None:
    with pytest.raises(InputError, match="not an https address"):
        download(address, target)


def test_a_redirect_into_the_open_is_refused(server: FileServer, target: Path) -> None:
    server.files["/x.nc"].location = "http://example.org/x.nc?token=secret"
    text = refused(server, target, r"http://example\.org/x\.nc is not an https address")
    assert "secret" not in text


def test_a_redirect_is_followed_with_the_range(server: FileServer, target: Path) -> None:
    interrupted(server, target)
    server.files |= {"/x.nc": File(b"", location=server.url + "/y.nc"), "/y.nc": File(BODY)}
    download(server.url + "/x.nc", target, checksum=MD5)
    assert [asked.range is not None for asked in server.asked] == [True, True]


def test_an_account_travels_as_a_session_or_as_headers(server: FileServer, target: Path) -> None:
    with requests.Session() as session:
        session.auth = ("user", "word")
        download(server.url + "/x.nc", target, session=session)
    assert server.asked[0].headers["Authorization"].startswith("Basic ")
    download(server.url + "/x.nc", target.with_name("y"), headers={"Authorization": "Bearer token"})
    assert server.asked[1].headers["Authorization"] == "Bearer token"


@pytest.mark.parametrize("status", [200, 302, 401, 404, 429, 500])
def test_no_secret_is_shown_or_logged(
    server: FileServer, target: Path, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    url = server.url.replace("//", "//user:hunter2@") + "/x.nc?token=hunter2#hunter2"
    server.files["/x.nc"].statuses = [status] * 20 if status >= 400 else []
    server.files["/x.nc"].location = "http://example.org/?hunter2" if status == 302 else None
    with pytest.raises(InputError) as raised:
        download(url, target, checksum="md5:0", headers={"Authorization": "hunter2"}, sleep=Waits())
    assert "hunter2" not in str(raised.value) + caplog.text
    assert raised.value.__cause__ is None
