"""The files inside tar and zip archives: listing them one by one and writing them safely.

Tar archives (plain, gzip, xz) are read once from front to back, zip archives by their table
of contents. Nothing is kept but the member at hand.
"""

import gzip
import io
import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Generator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO, NamedTuple, Self, cast

from vadose.errors import InputError
from vadose.sources import web

ZIP = (b"PK\x03\x04", b"PK\x05\x06")
DAMAGE = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    gzip.BadGzipFile,
    NotImplementedError,
)


class Member(NamedTuple):
    """One file in an archive; `plain` is false for links, devices and the like."""

    name: str
    size: int
    plain: bool
    open: Callable[[], IO[bytes]]


class _Source(io.RawIOBase):
    """A stream that only goes forward, tells how far it is and gathers a checksum."""

    def __init__(
        self, read: Callable[[int], bytes], meter: web.Meter, digest: Any | None = None
    ) -> None:
        self._read, self._meter, self._digest, self._position = read, meter, digest, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._read(len(buffer))
        buffer[: len(data)] = data
        if self._digest:
            self._digest.update(data)
        self._position += len(data)
        self._meter.at(self._position)
        return len(data)


def forward_stream(
    read: Callable[[int], bytes], meter: web.Meter, digest: Any | None = None
) -> io.BufferedReader:
    """Give a stream that tells how far it is and gathers a checksum, over a function that reads."""
    return io.BufferedReader(cast(Any, _Source(read, meter, digest)), web.CHUNK)


def is_zip(file: BinaryIO) -> bool:
    """Tell by its first bytes whether a file is a zip archive."""
    start = file.tell()
    head = file.read(4)
    file.seek(start)
    return head in ZIP


def zip_members(file: IO[bytes], meter: web.Meter) -> Generator[Member]:
    """List the files of a zip archive, by its table of contents."""
    passed = 0
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            if not info.is_dir():
                mode = stat.S_IFMT(info.external_attr >> 16)
                plain = mode in (0, stat.S_IFREG) and not info.flag_bits & 1
                yield Member(info.filename, info.file_size, plain, partial(archive.open, info))
            passed += info.compress_size
            meter.at(passed)


class _StrictInfo(tarfile.TarInfo):
    """A header; without this, tarfile takes a damaged one for the end of the archive."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        if len(buf) < tarfile.BLOCKSIZE:
            raise EOFError("it ends without its end mark")
        try:
            return super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError as error:
            if not any(buf):
                raise  # the end mark
            raise tarfile.ReadError(str(error)) from error


def tar_members(stream: io.BufferedReader) -> Generator[Member]:
    """List the files of a tar archive as they come; each must be read before the next.

    Raises EOFError where the archive ends early, and what is in DAMAGE.
    """
    with (
        _decompressed(stream) as plain,
        tarfile.open(fileobj=plain, mode="r|", tarinfo=_StrictInfo) as tar,
    ):
        while (info := tar.next()) is not None:
            if not info.isdir():
                regular = info.isfile() and not info.issparse()
                source = partial(_content, tar, info)
                yield Member(info.name, info.size, regular, source)
            cast(Any, tar).members.clear()  # or the list of all members is kept
        while plain.read(web.CHUNK):
            pass  # the checksum of gzip and xz stands at the end


def _content(tar: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    content = tar.extractfile(info)
    assert content is not None, "only a regular file is opened"
    return content


def _decompressed(stream: io.BufferedReader) -> IO[bytes]:
    head = stream.peek(6)
    if head.startswith(b"\x1f\x8b"):
        return cast(IO[bytes], gzip.GzipFile(fileobj=stream))
    if head.startswith(b"\xfd7zXZ\x00"):
        return cast(IO[bytes], lzma.LZMAFile(stream))
    return stream


def safe_target(member: Member, name: str, folder: Path) -> Path:
    """Where a member goes; InputError where that is outside the folder or it is no plain file."""
    if not member.plain:
        raise InputError(
            f"{member.name} in the archive is a link, a device or locked, expected a plain file: "
            "check where the archive comes from; it was not written"
        )
    target = folder / name
    for text in (member.name, name):
        path = PurePosixPath(text)
        unsafe = path.is_absolute() or ".." in path.parts or not path.parts or "\\" in text
        if unsafe or not target.resolve().is_relative_to(folder.resolve()):
            raise InputError(
                f"{text} in the archive would be written outside {folder}: check where the archive "
                "comes from; it was not written"
            )
    return target


def write_member(member: Member, target: Path) -> None:
    """Write one file, whole or not at all, and never more than it declared."""
    part = target.with_name(target.name + ".part")
    try:
        with web.disk_errors(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            web.check_space(target.parent, member.size, target.name)
            with member.open() as source, part.open("wb") as file:
                left = member.size
                while left and (chunk := source.read(min(web.CHUNK, left))):
                    file.write(chunk)
                    left -= len(chunk)
                if left or source.read(1):
                    raise tarfile.ReadError(f"{member.name} has not the size it declares")
            part.replace(target)
    finally:
        part.unlink(missing_ok=True)
