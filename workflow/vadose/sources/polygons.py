"""Basin polygons of any provider: chosen by id without reading the others, in degrees."""

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd
from pyogrio.errors import DataSourceError

from vadose.errors import InputError
from vadose.sources.canonical import ADVICE

DEGREES = "EPSG:4326"
SUFFIXES = (".shp", ".gpkg", ".geojson")


def find_polygons(folders: Sequence[Path]) -> list[Path]:
    """Find the files of polygons in folders and below; InputError where there is none."""
    found = [path for folder in folders for path in sorted(folder.rglob("*"))]
    files = [path for path in found if path.suffix in SUFFIXES]
    if not files:
        raise InputError(
            f"no polygons (*{', *'.join(SUFFIXES)}) in {', '.join(map(str, folders))}: fetch the "
            "shapefiles of the sub-dataset"
        )
    return files


def read_shapes(
    files: Sequence[Path], field: str, ids: Sequence[str], digits: int = 0
) -> gpd.GeoDataFrame:
    """Read the polygons of basins, in the order of their ids, in degrees (EPSG:4326).

    `field` holds the ids; where they are numbers, they become text of so many `digits`. Files
    without the field are passed over. Raises InputError with the ids that have no polygon or more
    than one, or where the files know no such field or no projection.
    """
    parts = [part for path in files if (part := _read_chosen(path, field, ids, digits)) is not None]
    if not parts:
        raise InputError(f"no field {field!r} in {', '.join(map(str, files))}: is it another file?")
    found = pd.concat(parts)
    place = f"{files[0]}" + (f" and {len(files) - 1} more" if len(files) > 1 else "")
    missing = [name for name in ids if name not in found.index]
    if missing:
        raise InputError(f"{len(missing)} basins have no polygon in {place}: {_few(missing)}")
    twice = found.index[found.index.duplicated()].unique().tolist()
    if twice:
        raise InputError(f"{len(twice)} basins have two polygons in {place}: {_few(twice)}")
    return found.loc[list(ids)]


def _few(ids: Sequence[str]) -> str:
    return ", ".join(ids[:5])


def _read_chosen(
    path: Path, field: str, ids: Sequence[str], digits: int
) -> gpd.GeoDataFrame | None:
    """Read the wanted polygons of one file, its table first; None where it has no such field."""
    try:
        table = gpd.read_file(path, ignore_geometry=True, fid_as_index=True)
        if field not in table:
            return None
        names = table[field].astype("int64").astype(str) if digits else table[field].astype(str)
        names = names.str.zfill(digits)
        chosen = names[names.isin(list(ids))]
        shapes = gpd.read_file(path, fids=chosen.index.to_numpy(), columns=[field])
    except (DataSourceError, ValueError) as error:
        raise InputError(f"{path} cannot be read as polygons ({error}); {ADVICE}") from error
    if shapes.crs is None:
        raise InputError(f"{path} does not tell its projection: is its .prj file missing?")
    return shapes.set_axis(chosen.to_numpy(), axis=0)[["geometry"]].to_crs(DEGREES)
