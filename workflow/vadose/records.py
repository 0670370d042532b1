"""What a result was made by, kept beside it: settings, versions of sources and hashes of code."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def write_record(path: Path, made_by: Mapping[str, Any]) -> None:
    """Write what a result is made by, for people to read and for `is_made_by` to compare."""
    path.write_text(_text(made_by), encoding="utf-8")


def is_made_by(path: Path, made_by: Mapping[str, Any]) -> bool:
    """Tell whether the record is there and says the same."""
    return path.is_file() and path.read_text(encoding="utf-8") == _text(made_by)


def _text(made_by: Mapping[str, Any]) -> str:
    return json.dumps(made_by, indent=1, sort_keys=True, default=str) + "\n"
