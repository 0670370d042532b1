"""Downloading one file over HTTPS: resumed, verified, retried, and whole or not there at all.

`<target>.part` gathers the bytes and `<target>.part.json` remembers which version of the remote
file they are of (ETag or Last-Modified), so that a later run asks only for the rest by HTTP Range
(RFC 9110, sections 13 and 14). `<target>.verified` notes that the checksum was found right.
"""

import json
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import requests

from vadose.errors import InputError
from vadose.hashing import digest_of
from vadose.sources import web


class _Wanted(NamedTuple):
    """What is known of a file before it is loaded."""

    size: int | None
    checksum: str | None
    magic: bytes | None


class _Order(NamedTuple):
    url: str
    target: Path
    wanted: _Wanted
    headers: Mapping[str, str]
    session: requests.Session
    meter: web.Meter

    @property
    def shown(self) -> str:
        return web.public(self.url)

    @property
    def part(self) -> Path:
        return self.target.with_name(self.target.name + ".part")

    @property
    def note(self) -> Path:
        return self.target.with_name(self.target.name + ".part.json")

    def loaded(self) -> int:
        return self.part.stat().st_size if self.part.is_file() else 0

    def forget(self) -> None:
        self.part.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)


def download(
    url: str,
    target: Path,
    *,
    size: int | None = None,
    checksum: str | None = None,
    magic: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    session: requests.Session | None = None,
    progress: Callable[[int], object] = int,
    sleep: Callable[[float], None] = time.sleep,
) -> Path:
    """Fetch a file unless it is there; what was loaded before a break is kept and gone on with.

    `checksum` is `md5:...` or `sha256:...`, `magic` the first bytes of this kind of file. Accounts
    come as a session or as headers. `progress` is told bytes, less than none where a try starts
    anew. Raises InputError with one sentence that says what to do.
    """
    web.check_address(url)
    wanted = _Wanted(size, checksum, magic)
    if target.exists():
        _check_present(target, wanted)
        return target
    with web.disk_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
    with web.session_or_own(session) as opened:
        order = _Order(url, target, wanted, headers or {}, opened, web.Meter(progress))
        kept = f"what was loaded is kept in {order.part}"
        web.retry(partial(_load, order), order.shown, kept=kept, gained=order.loaded, sleep=sleep)
    _finish(order)
    return target


def _load(order: _Order) -> None:
    """Bring the part up to its whole length, or raise."""
    have, note = _kept(order)
    order.meter.at(have)
    if have and have == (order.wanted.size or note.get("total")):
        return
    version = note.get("version")
    headers = dict(order.headers)
    if have:
        headers |= {"Range": f"bytes={have}-"} | ({"If-Range": version} if version else {})
    with web.open_url(order.url, order.session, headers) as reply:
        start = _start(order, reply, have, note)
        total = _total(reply, start)
        _check_total(order, reply, total)
        rest = (total or order.wanted.size or 0) - start
        web.check_space(order.target.parent, rest, order.shown)
        with web.disk_errors(order.part):
            _append(order, reply, start, total)
    if total is not None and order.loaded() < total:
        raise web.Interrupted("the connection broke off")


def _kept(order: _Order) -> tuple[int, dict[str, Any]]:
    """How many bytes can be gone on with, and what is known of their file."""
    try:
        note = dict(json.loads(order.note.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        note = {}
    # Without a version of the remote file only a checksum can tell that the halves fit.
    if order.loaded() and (note.get("version") or order.wanted.checksum):
        return order.loaded(), note
    return 0, {}


def _start(order: _Order, reply: requests.Response, have: int, note: dict[str, Any]) -> int:
    """Where the reply goes on: after the kept bytes, or at the start where the file changed."""
    if reply.status_code == 200:
        return 0
    first = reply.headers.get("Content-Range", "").removeprefix("bytes ").partition("-")[0]
    version = note.get("version")
    same = version in (None, _version(reply)) or _version(reply) is None
    same &= note.get("total") in (None, _total(reply, have))
    if reply.status_code == 416 or first != str(have) or not same:
        order.forget()
        raise web.Interrupted("the file changed at the provider", wait=0)
    return have


def _version(reply: requests.Response) -> str | None:
    tag = reply.headers.get("ETag", "W/")
    return reply.headers.get("Last-Modified") if tag.startswith("W/") else tag


def _total(reply: requests.Response, start: int) -> int | None:
    total = reply.headers.get("Content-Range", "").rpartition("/")[2]
    if total.isdigit():
        return int(total)
    length = reply.headers.get("Content-Length", "")
    return start + int(length) if length.isdigit() else None


def _check_total(order: _Order, reply: requests.Response, total: int | None) -> None:
    size = order.wanted.size
    if total is not None and total != (size or total):
        raise InputError(
            f"{order.shown} has {total} bytes, expected {size}: the provider changed the "
            "file; set the version of this source to one that it serves, or a mirror"
        )
    chunked = "chunked" in reply.headers.get("Transfer-Encoding", "").lower()
    if total is None and size is None and not (order.wanted.checksum or chunked):
        raise InputError(
            f"{order.shown} does not say how long it is, so that a broken copy would look "
            "whole: give its size or checksum in the table of sources"
        )


def _append(order: _Order, reply: requests.Response, start: int, total: int | None) -> None:
    with order.part.open("r+b" if start else "wb") as file:
        if not start:
            order.meter.at(0)
            note = {"version": _version(reply), "total": total}
            order.note.write_text(json.dumps(note), encoding="utf-8")
        file.seek(start)
        position = start
        while chunk := web.read(reply, web.CHUNK):
            if not position:
                _check_head(order, chunk)
            file.write(chunk)
            position += len(chunk)
            order.meter.at(position)
        file.flush()
        os.fsync(file.fileno())


def _check_head(order: _Order, head: bytes) -> None:
    magic = order.wanted.magic or b""
    if head.lstrip()[:20].lower().startswith(web.PAGE) and not (magic and head.startswith(magic)):
        order.forget()
        raise web.page_in_place_of_data(order.shown)


def _finish(order: _Order) -> None:
    """Verify the part and give it its name; what is wrong is deleted."""
    with web.disk_errors(order.target):
        fault = _fault(order.part, order.wanted)
        if fault:
            order.forget()
            raise InputError(
                f"{order.shown} {fault}: it changed at the provider or was spoilt on the "
                "way and was deleted; run again, and if it repeats set another version or a mirror"
            )
        order.part.replace(order.target)
        order.note.unlink(missing_ok=True)
        _write_stamp(order.target, order.wanted)


def _check_present(target: Path, wanted: _Wanted) -> None:
    try:
        stamped = _stamp(target).read_text(encoding="utf-8") == _seal(target, wanted)
    except OSError:
        stamped = False
    fault = _fault(target, wanted._replace(checksum=None) if stamped else wanted)
    if fault:
        raise InputError(
            f"{target} {fault}: it is not the file that this version names; delete it and run again"
        )
    if not stamped:
        with suppress(OSError):  # a folder that only others may write is verified each time
            _write_stamp(target, wanted)


def _fault(path: Path, wanted: _Wanted) -> str:
    """What is wrong with a file, as the end of a sentence; empty where nothing is."""
    size = path.stat().st_size
    if wanted.size is not None and size != wanted.size:
        return f"has {size} bytes, expected {wanted.size}"
    with path.open("rb") as file:
        head = file.read(len(wanted.magic or b""))
        if head != (wanted.magic or b""):
            return f"begins with {head!r}, expected {wanted.magic!r}"
    if wanted.checksum:
        kind, _, expected = wanted.checksum.partition(":")
        found = digest_of(path, kind)
        if found != expected.lower():
            return f"has {kind} {found}, expected {expected}"
    return ""


def _stamp(target: Path) -> Path:
    return target.with_name(target.name + ".verified")


def _seal(target: Path, wanted: _Wanted) -> str:
    return f"{wanted.checksum} {target.stat().st_size} {target.stat().st_mtime_ns}\n"


def _write_stamp(target: Path, wanted: _Wanted) -> None:
    if wanted.checksum:
        _stamp(target).write_text(_seal(target, wanted), encoding="utf-8")
