"""Lists of fetched files, with their sizes and checksums: what a run was made from.

The files stay beside the manifests from run to run; each block of years has one manifest,
`<block>.json`, which is what the workflow waits for.
"""

import json
from collections.abc import Iterable
from pathlib import Path

from vadose.errors import InputError
from vadose.hashing import digest_of
from vadose.sources import web

ADVICE = "delete the manifest and run again"


def write_manifest(path: Path, files: Iterable[Path]) -> None:
    """List files with sizes and checksums; `path` is `<source>/<version>/<block>.json`."""
    entries = [
        {
            "name": file.relative_to(path.parent).as_posix(),
            "bytes": file.stat().st_size,
            "sha256": sha256_of(file),
        }
        for file in files
    ]
    source, version = path.parent.parent.name, path.parent.name
    facts = {"source": source, "version": version, "block": path.stem, "files": entries}
    _write(path, json.dumps(facts, indent=1) + "\n")


def read_manifest(path: Path) -> list[Path]:
    """Give the files that a manifest lists; InputError where one is gone or has another size."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))["files"]
        sizes = {path.parent / entry["name"]: int(entry["bytes"]) for entry in entries}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{path} is no list of files that can be read ({error!r}): {ADVICE}"
        ) from None
    for file, size in sizes.items():
        if not file.is_file():
            raise InputError(f"{file} is gone, {path} lists it: {ADVICE} to fetch it once more")
        if file.stat().st_size != size:
            raise InputError(
                f"{file} has {file.stat().st_size} bytes, {path} lists {size}: {ADVICE} if it was "
                "meant to change, else delete both"
            )
    return list(sizes)


def sha256_of(file: Path) -> str:
    """Give a file's SHA-256; it is noted beside the file and computed anew when that changed."""
    note, state = file.with_name(file.name + ".sha256"), file.stat()
    seal = f"{state.st_size} {state.st_mtime_ns}"
    try:
        noted, _, digest = note.read_text(encoding="utf-8").strip().rpartition(" ")
    except (OSError, ValueError):
        noted = digest = ""
    if noted != seal:
        digest = digest_of(file)
        _write(note, f"{seal} {digest}\n")
    return digest


def _write(path: Path, text: str) -> None:
    part = path.with_name(path.name + ".part")
    with web.disk_errors(path):
        part.write_text(text, encoding="utf-8")
        part.replace(path)
