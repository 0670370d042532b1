"""Which function reads which source into canonical names and units.

The readers are chosen by name and loaded when needed, so that a rule's code hash names the one
module that a job runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:  # the Snakefile reads the table and needs no more
    import xarray as xr

    from vadose.extent import Extent
    from vadose.grid import Grid

    ReadStatic = Callable[[Sequence[Path], Grid], xr.Dataset]


class Reader(NamedTuple):
    """A module of sources/, its function, and which files of a block it is given at once.

    `group` is "one" (file after file), "all", or a function of the module that groups paths.
    """

    module: str
    function: str
    group: str = "one"


READERS = {
    "cru": Reader("gridded", "read_cru"),
    "era5": Reader("era5", "read_era5_monthly"),
    "era5_land": Reader("era5", "read_era5_monthly"),
    "fluxcom_xbase": Reader("fluxcom", "read_fluxcom"),
    "gpcc": Reader("gridded", "read_gpcc"),
    "grace_csr": Reader("grace", "read_mascons", "all"),
    "grace_gsfc": Reader("grace", "read_mascons", "all"),
    "grace_jpl": Reader("grace", "read_mascons", "all"),
    "grun": Reader("grun", "read_grun"),
    "grun_ensemble": Reader("grun", "read_grun"),
    "modis_lai": Reader("modis_tiles", "read_modis", "in_groups"),
    "noaa_lai": Reader("lai", "read_noaa"),
    "ua_swe": Reader("snow", "read_swe"),
    "viirs_lai": Reader("lai", "read_noaa"),
}
# What does not change is read straight onto the grid that is wanted.
STATIC_READERS = {
    "canopy_height": Reader("rasters", "read_canopy_height"),
    "hwsd": Reader("soil", "read_hwsd"),
    "root_zone_stocker": Reader("root_zone_references", "read_root_zone_capacity"),
    "root_zone_wang": Reader("root_zone_references", "read_root_zone_capacity"),
    "soilgrids": Reader("soil", "read_soilgrids"),
    "topography": Reader("rasters", "read_topography"),
}


def load_static_reader(source: str) -> ReadStatic:
    """Give the function that reads a source's fields without one."""
    return _load(STATIC_READERS[source])


def reader_module(source: str) -> str:
    """Name the module that reads a source, below the package."""
    return f"sources.{(READERS | STATIC_READERS)[source].module}"


def _load(reader: Reader) -> Any:
    return getattr(import_module(f"vadose.sources.{reader.module}"), reader.function)


def read_parts(source: str, paths: Sequence[Path], extent: Extent) -> Iterator[xr.Dataset]:
    """Read a block's files group by group, so that memory holds one group at a time."""
    reader = READERS[source]
    read = _load(reader)
    for group in _groups(reader, paths):
        yield read(group, extent)


def _groups(reader: Reader, paths: Sequence[Path]) -> Iterable[Sequence[Path]]:
    if reader.group == "all":
        return [paths]
    if reader.group == "one":
        return [[path] for path in paths]
    return _load(reader._replace(function=reader.group))(paths)
