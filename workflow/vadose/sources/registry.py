"""The table of data sources: one row a dataset and version."""

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from vadose.errors import InputError


class Source(BaseModel):
    """What is known of one version of a dataset."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str
    version: str
    title: str
    licence: str
    citation: str
    doi: str = ""
    size_gb: float = 0
    account: str = ""
    routes: tuple[str, ...]


def read_sources(path: Path) -> list[Source]:
    """Read and check the table; raise InputError where a row is not complete."""
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    try:
        return [Source.model_validate(row) for row in rows]
    except ValidationError as error:
        raise InputError(f"{path}: {error}") from error
