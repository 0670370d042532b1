"""Unpacking what providers pack: the files that a source's row names, out of zip, tar or gzip."""

import gzip
import os
import shutil
import zlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from vadose.errors import InputError
from vadose.sources import web
from vadose.sources.archive import extract_stream
from vadose.sources.wanted import fitting

ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz")


def unpack(paths: Sequence[Path], names: Sequence[str], folder: Path) -> list[Path]:
    """Give the files with those that were packed in them and that a name fits; all are kept."""
    out = list(paths)
    for path in paths:
        if any(fitting(name, [path.name]) for name in names):
            continue
        if path.name.endswith(ARCHIVES):
            out += extract_stream(path, lambda member: _place(member, names), folder)
        elif path.suffix == ".gz" and _place(path.stem, names):
            out.append(_gunzip(path, folder / path.stem))
    return out


def _place(member: str, names: Sequence[str]) -> str | None:
    """Where below the folder a packed file goes: its last folders, as many as the name has."""
    for name in names:
        if fitting(name, [member]):
            return "/".join(PurePosixPath(member).parts[-len(PurePosixPath(name).parts) :])
    return None


def _gunzip(path: Path, target: Path) -> Path:
    """Unpack one file, unless it was; it gets the time of the packed one."""
    packed = path.stat()
    if target.is_file() and target.stat().st_mtime_ns == packed.st_mtime_ns:
        return target
    part = target.with_name(target.name + ".part")
    try:
        with web.disk_errors(target), gzip.open(path) as source, part.open("wb") as file:
            shutil.copyfileobj(source, file, web.CHUNK)
        os.utime(part, ns=(packed.st_atime_ns, packed.st_mtime_ns))
        part.replace(target)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(
            f"{path} cannot be unpacked ({error}): it is damaged; delete it and run again"
        ) from None
    finally:
        part.unlink(missing_ok=True)
    return target
