"""The table of data sources: one row a dataset and version."""

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vadose.errors import InputError

Account = Literal["", "cds", "earthdata"]


class Route(BaseModel):
    """One way to get a dataset; `account` names the account that it needs, if any."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    url: str = Field("", pattern=r"^(https://|gs://)|^$")
    account: Account = ""
    checksum: str = Field("", pattern=r"^(md5|sha256):[0-9a-f]+$|^$")


class Source(BaseModel):
    """What is known of one version of a dataset."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str
    version: str
    title: str
    licence: str
    citation: str
    doi: str = Field("", pattern=r"^10\.\d{4,}/\S+$|^$")
    size_gb: float = 0
    unverified: bool = False
    routes: tuple[Route, ...] = Field(min_length=1)

    @property
    def account(self) -> str:
        """The account that every route needs; empty where one route needs none."""
        accounts = {route.account for route in self.routes}
        return "" if "" in accounts else ", ".join(sorted(accounts))


def read_sources(path: Path) -> list[Source]:
    """Read and check the table; raise InputError where a row is not complete or stands twice."""
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    try:
        sources = [Source.model_validate(row) for row in rows]
    except ValidationError as error:
        raise InputError(f"{path}: {error}") from error
    keys = [(row.source, row.version) for row in sources]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise InputError(f"{path}: rows that stand twice: {twice}")
    return sources


def bibtex(source: Source) -> str:
    """Give a dataset's citation as a BibTeX entry."""
    fields = {
        "title": source.title,
        "note": source.citation,
        "version": source.version,
        "doi": source.doi,
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    key = f"{source.source}_{source.version}".replace(".", "_")
    return f"@misc{{{key},\n{lines}}}\n"
