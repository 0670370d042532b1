"""Hashes of files, by which a copy is known to be the same."""

import hashlib
from pathlib import Path


def digest_of(file: Path, kind: str = "sha256") -> str:
    """Give the hash of a file's content, as hexadecimal digits."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, kind).hexdigest()
