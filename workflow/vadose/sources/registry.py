"""The table of data sources: one row a dataset and version.

The first row of a source is the version that is used where the configuration names none.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vadose.errors import InputError

Account = Literal["", "cds", "earthdata"]

# Kinds of routes and the modules of clients/ that follow them.
CLIENTS = {
    "appeears": "appeears",
    "cds": "cds",
    "earthdata": "earthdata",
    "file": "files",
    "icos": "icos",
    "listing": "listing",
    "zarr": "arco",
    "zenodo": "zenodo",
}
Kind = Literal[
    "appeears",
    "cds",
    "earthdata",
    "file",
    "icos",
    "listing",
    "zarr",
    "zenodo",
    "mirror",  # only a user's own copy
    "archive",  # Caravan's, of which basins are taken out
    "opendap",  # Caravan's, basin by basin
    "built",  # the miniature planet
]


class Route(BaseModel):
    """One way to get a dataset; `account` names the account that it needs, if any.

    `files` are names of files below `url` (templates as in wanted.py; the row's where empty), and
    `options` what only this kind of route knows, such as a collection's short name.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind
    url: str = Field("", pattern=r"^https://|^$")
    account: Account = ""
    checksum: str = Field("", pattern=r"^(md5|sha256):[0-9a-f]+$|^$")
    files: tuple[str, ...] = ()
    options: dict[str, str] = {}

    @classmethod
    def at(cls, url: str, files: tuple[str, ...]) -> Self:
        """Give the route to files below a user's own address, which web.py checks when asked."""
        return cls(kind="file", files=files).model_copy(update={"url": url})


class Source(BaseModel):
    """What is known of one version of a dataset.

    `files` are the names of its files as the provider gives them (templates as in wanted.py); a
    mirror is searched for them. `changes` tells whether it has a time axis, which runs from day
    `first` to `last` (None: open). `variables` are asked for where the provider gives each by
    itself. Sizes are of the globe: of all, or of one year of a record that comes in pieces.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str
    version: str
    title: str
    licence: str
    citation: str
    doi: str = Field("", pattern=r"^10\.\d{4,}/\S+$|^$")
    size_gb: float = Field(0, ge=0)
    size_gb_per_year: float = Field(0, ge=0)
    unverified: bool = False
    files: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    changes: bool = True
    first: date | None = None
    last: date | None = None
    routes: tuple[Route, ...] = Field(min_length=1)

    @property
    def account(self) -> str:
        """The account that every route needs; empty where one route needs none."""
        accounts = {route.account for route in self.routes}
        return "" if "" in accounts else ", ".join(sorted(accounts))

    def route(self, kind: str = "") -> Route:
        """Give the first route of a kind; where no kind is named, the first route of all."""
        for route in self.routes:
            if kind in ("", route.kind):
                return route
        known = ", ".join(route.kind for route in self.routes)
        raise InputError(
            f"{self.source} {self.version} cannot be had by {kind!r}, only by {known}: change its "
            "route or set a mirror"
        )


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


def pinned(rows: Sequence[Source], source: str) -> Source:
    """Give the row of the version that is used where none is named."""
    for row in rows:
        if row.source == source:
            return row
    known = ", ".join(dict.fromkeys(row.source for row in rows))
    raise InputError(
        f"no source is called {source!r}: choose of {known}, or add a row to the table"
    )


def find_row(rows: Sequence[Source], source: str, version: str) -> Source:
    """Give the row of a source's version; InputError names the versions there are."""
    pinned(rows, source)
    versions = {row.version: row for row in rows if row.source == source}
    if version in versions:
        return versions[version]
    raise InputError(
        f"{source} has no version {version!r}, it has {', '.join(versions)}: choose one of them, "
        "or add a row to the table of sources"
    )


def client_module(kind: str) -> str:
    """Name the module that follows a kind of route, or the mirror's, below the package."""
    if kind == "mirror":
        return "sources.mirror"
    if kind in CLIENTS:
        return f"sources.clients.{CLIENTS[kind]}"
    raise InputError(
        f"no route of kind {kind!r} can be fetched (known are {', '.join(CLIENTS)}): put the files "
        "into a folder and set it as this source's mirror"
    )


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
