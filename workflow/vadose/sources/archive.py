"""Taking only the wanted files out of an archive, from a folder or straight from a provider.

Tar archives (plain, gzip, xz) are read once from front to back, zip archives by their table
of contents; over HTTP that is one long reply and a row of range requests. The archive itself is
never stored, memory does not grow with it, and every file appears only when it is whole.
"""

import hashlib
import io
import re
import time
from collections.abc import Callable, Collection, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import requests

from vadose.errors import InputError
from vadose.sources import members, web
from vadose.sources.caravan_tree import CARAVAN, TREE

BUFFER = 1 << 21  # bytes of one range request
MEMBER = re.compile(rf"(?:\./)?[^/]+/({'|'.join(CARAVAN.values())}|licenses)/([^/]+)/([^/]+)")

Wanted = Callable[[str], str | None]
Enough = Callable[[Collection[str]], bool]


def caravan_members(subsets: Collection[str], ids: Collection[str] | None = None) -> Wanted:
    """Choose sub-datasets of a Caravan archive, and only some basins of them where ids are given.

    Extensions, whose outer folder has another name, come under `Caravan-nc` too.
    """

    def wanted(name: str) -> str | None:
        found = MEMBER.fullmatch(name)
        if found is None or found[2] not in subsets:
            return None
        series = found[1] == CARAVAN["timeseries"]
        if series and not found[3].endswith(".nc"):
            return None
        if series and ids is not None and found[3].removesuffix(".nc") not in ids:
            return None
        return "/".join((TREE, *found.groups()))

    return wanted


def extract_stream(
    source: Path | BinaryIO,
    wanted: Wanted,
    folder: Path,
    progress: Callable[[int], object] = int,
    *,
    enough: Enough | None = None,
) -> list[Path]:
    """Take the wanted files out of an archive on disk or in an open stream.

    `wanted` gives a member's name below `folder`, or None to leave it; `enough` is told the names
    found so far and ends the reading early. `progress` is told the bytes read of the archive.
    Raises InputError for an archive that is damaged, truncated or unsafe, or holds nothing wanted.
    """
    if isinstance(source, Path):
        try:
            with source.open("rb") as file:
                return _take_all(file, str(source), _Haul(wanted, folder, enough), progress)
        except FileNotFoundError:
            raise InputError(f"{source} does not exist: download it or mend its path") from None
    return _take_all(source, "the archive", _Haul(wanted, folder, enough), progress)


def download_and_extract(
    url: str,
    wanted: Wanted,
    folder: Path,
    *,
    size: int | None = None,
    checksum: str | None = None,
    enough: Enough | None = None,
    headers: Mapping[str, str] | None = None,
    session: requests.Session | None = None,
    progress: Callable[[int], object] = int,
    sleep: Callable[[float], None] = time.sleep,
) -> list[Path]:
    """Take the wanted files out of a provider's archive without storing it.

    A try that breaks off begins from the start and skips files that are there with their size. The
    checksum is compared where a tar archive is read to its end (a zip has one for each file). Asks
    for nothing where `enough` says so of the files that are there. Else as `extract_stream` and
    `fetch.download`.
    """
    haul = _Haul(wanted, folder, enough)
    present = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    if enough and enough(present):
        return list(present.values())
    with web.session_or_own(session) as opened:
        remote = _Remote(url, opened, headers or {}, size, checksum, web.Meter(progress), sleep)
        web.retry(
            partial(_pull, remote, haul),
            web.public(url),
            kept=f"whole files stay in {folder}",
            gained=lambda: haul.written,
            sleep=sleep,
        )
    return haul.files(web.public(url))


@dataclass
class _Haul:
    """What is wanted of an archive, and what was found of it."""

    wanted: Wanted
    folder: Path
    enough: Enough | None
    found: dict[str, Path] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    written: int = 0

    def take(self, archive: Generator[members.Member]) -> bool:
        """Write the wanted members; gives whether the archive was read to its end."""
        with closing(archive):
            for member in archive:
                self.seen += [member.name] * (len(self.seen) < 3)
                name = self.wanted(member.name)
                if name is None:
                    continue
                target = members.safe_target(member, name, self.folder)
                if not (target.is_file() and target.stat().st_size == member.size):
                    members.write_member(member, target)
                    self.written += 1
                self.found[name] = target
                if self.enough and self.enough(self.found):
                    return False
        return True

    def damaged(self, shown: str, fault: object) -> InputError:
        """Delete what was taken out, because a checksum at the end is of all; give the error."""
        for path in self.found.values():
            path.unlink(missing_ok=True)
        return InputError(
            f"{shown} is not a whole tar or zip archive as published ({fault}): it is truncated, "
            "damaged or was changed, and what was taken out of it was deleted; fetch it again, and "
            "if it repeats set another version or a mirror"
        )

    def files(self, shown: str) -> list[Path]:
        if not self.found:
            raise InputError(
                f"{shown} holds none of the wanted files (it begins with "
                f"{', '.join(self.seen) or 'nothing'}): check the version and the sub-datasets"
            )
        return list(self.found.values())


class _Remote(NamedTuple):
    url: str
    session: requests.Session
    headers: Mapping[str, str]
    size: int | None
    checksum: str | None
    meter: web.Meter
    sleep: Callable[[float], None]


def _take_all(
    file: BinaryIO, shown: str, haul: _Haul, progress: Callable[[int], object]
) -> list[Path]:
    meter = web.Meter(progress)
    try:
        if file.seekable() and members.is_zip(file):
            haul.take(members.zip_members(file, meter))
        else:
            haul.take(members.tar_members(members.forward_stream(file.read, meter)))
    except (EOFError, *members.DAMAGE) as error:
        raise haul.damaged(shown, error) from error
    return haul.files(shown)


def _pull(remote: _Remote, haul: _Haul) -> None:
    """Read a remote archive once."""
    shown = web.public(remote.url)
    kind, _, expected = (remote.checksum or "md5:").partition(":")
    digest = hashlib.new(kind)
    try:
        with web.open_url(remote.url, remote.session, remote.headers) as reply:
            total = int(reply.headers.get("Content-Length", remote.size or -1))
            if total != (remote.size or total):
                raise InputError(
                    f"{shown} has {total} bytes, expected {remote.size}: the provider changed it; "
                    "set the version of this source to one that it serves, or a mirror"
                )
            stream = members.forward_stream(partial(web.read, reply), remote.meter, digest)
            head = stream.peek(20)
            if head.lstrip()[:20].lower().startswith(web.PAGE):
                raise web.page_in_place_of_data(shown)
            if head[:4] not in members.ZIP:
                whole = haul.take(members.tar_members(stream))
                if whole and expected not in ("", digest.hexdigest()):
                    found = f"it has {kind} {digest.hexdigest()}, expected {expected}"
                    raise haul.damaged(shown, found)
                return
            tag = reply.headers.get("ETag")
        pieces = _Pieces(remote, total, tag)
        haul.take(members.zip_members(io.BufferedReader(pieces, BUFFER), remote.meter))
    except EOFError:
        raise web.Interrupted("the archive ended too early") from None
    except members.DAMAGE as error:
        raise haul.damaged(shown, error) from error


class _Pieces(io.RawIOBase):
    """A remote file of which only the needed pieces are loaded, by range requests."""

    def __init__(self, remote: _Remote, size: int, tag: str | None) -> None:
        self._remote, self._size, self._tag, self._position = remote, size, tag, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._position = offset + (0, self._position, self._size)[whence]
        return self._position

    def readinto(self, buffer: Any) -> int:
        last = min(self._position + len(buffer), self._size) - 1
        if last < self._position:
            return 0
        load = partial(self._load, last)
        data = web.retry(load, web.public(self._remote.url), sleep=self._remote.sleep)
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def _load(self, last: int) -> bytes:
        url, session, headers = self._remote[:3]
        headers = {**headers, "Range": f"bytes={self._position}-{last}"}
        with web.open_url(url, session, headers) as reply:
            if reply.status_code != 206 or reply.headers.get("ETag") != self._tag:
                raise InputError(
                    f"{web.public(url)} does not serve parts of a zip archive, or it changed "
                    "meanwhile: download it whole into the mirror"
                )
            return web.read(reply, last + 1 - self._position)
