"""What a configuration needs of the sources: versions, routes, mirrors, blocks and their manifests.

The Snakefile and `vadose doctor` ask the same functions, so that they cannot disagree.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from vadose.blocks import STATIC, year_blocks
from vadose.config import Config
from vadose.errors import InputError
from vadose.sources.caravan_tree import CARAVAN
from vadose.sources.registry import Route, Source, find_row, pinned

DOWNLOADS = "resources/downloads"
CUT_BY_PROVIDER = ("cds", "appeears", "zarr")  # kinds of routes that are asked for a window


@dataclass(frozen=True)
class Need:
    """One source as a configuration needs it; paths are relative to the working directory."""

    config: Config
    row: Source

    @property
    def source(self) -> str:
        """Name of the source."""
        return self.row.source

    @cached_property
    def route(self) -> Route:
        """How it is fetched where there is no mirror: the first of its routes, or the one named."""
        return self.row.route(self.config.routes.get(self.source, ""))

    @property
    def mirror(self) -> str:
        """Folder or address that replaces its provider; empty where there is none."""
        return self.config.mirrors.get(self.source) or self.config.mirror or ""

    @property
    def own_copy(self) -> bool:
        """Whether a mirror or the planet stands in for the provider."""
        return bool(self.mirror) or self.config.world == "planet"

    @property
    def cut_by_provider(self) -> bool:
        """Whether the provider cuts the window out, so that another window is other data."""
        return not self.own_copy and self.route.kind in CUT_BY_PROVIDER

    @property
    def asks_basin_by_basin(self) -> bool:
        """Whether a provider is asked for each basin, whatever else it has."""
        return not self.own_copy and self.route.kind == "opendap"

    @property
    def version(self) -> str:
        """Version as it stands in the paths of what is made of it."""
        if self.config.world == "planet":
            return self.config.planet_version
        if not self.cut_by_provider:
            return self.row.version
        window = "W{west:g}S{south:g}E{east:g}N{north:g}".format(**self.config.window.model_dump())
        return f"{self.row.version}-{window}"

    @property
    def blocks(self) -> list[str]:
        """Its blocks of years inside the period; none where it ends before or begins after it."""
        if not self.row.changes:
            return [STATIC]
        period, years = self.config.period, self.config.aggregation.block_years
        start = max(period.start, self.row.first or date.min)
        end = min(period.end, self.row.last or date.max)
        return year_blocks(start, end, years) if start < end else []

    @property
    def folder(self) -> str:
        """Where its downloads are."""
        return f"{DOWNLOADS}/{self.source}/{self.version}"

    def manifest(self, block: str) -> str:
        """The list of the files of a block."""
        return f"{self.folder}/{block}.json"

    @property
    def paths(self) -> list[str]:
        """What retrieving it makes: manifests, or the folders of Caravan's sub-datasets."""
        if self.source != "caravan":
            return [self.manifest(block) for block in self.blocks]
        subsets = self.config.caravan_subsets
        return [f"{self.folder}/{CARAVAN['timeseries']}/{name}" for name in subsets]


def needs(config: Config, rows: Sequence[Source]) -> dict[str, Need]:
    """Give what a configuration needs, by source.

    InputError for a version that is not known, or whose route cannot serve what is asked for.
    """
    found = {source: need(config, rows, source) for source in config.sources}
    caravan = found.get("caravan")
    if caravan and caravan.asks_basin_by_basin and config.too_much_for_opendap:
        raise InputError(f"Caravan {caravan.row.version}: {config.too_much_for_opendap}")
    return found


def every_need(config: Config, rows: Sequence[Source]) -> dict[str, Need]:
    """Give every source of the table as a configuration would need it; InputError as `needs`."""
    every = {row.source: need(config, rows, row.source) for row in rows}
    return every | needs(config, rows)


def need(config: Config, rows: Sequence[Source], source: str) -> Need:
    """Give one source as a configuration needs it."""
    version = config.versions.get(source)
    return Need(config, find_row(rows, source, version) if version else pinned(rows, source))
