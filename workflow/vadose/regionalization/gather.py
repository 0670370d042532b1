"""Forcing, streamflow and descriptors of basins from Caravan or from the files of CAMELS-US."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from vadose import contracts
from vadose.capacity.basin_attributes import predictors_of_basins
from vadose.concepts import series_file
from vadose.errors import InputError
from vadose.regionalization.attributes import CAMELS_US, choose, varying
from vadose.sources import camels_us, caravan
from vadose.sources.manifest import read_manifest


class Gathered(NamedTuple):
    """Daily series by basin, descriptors [basin, descriptor], and the places of the gauges."""

    daily: xr.Dataset
    known: pd.DataFrame
    place: np.ndarray  # [basin, (lat, lon)] in degrees


def from_caravan(blocks: Sequence[Path], attributes: Sequence[Path], ids: Path) -> Gathered:
    """Gather the listed basins of Caravan's daily series, one file a block of years."""
    basins = listed(ids)
    data = xr.concat([contracts.read({}, path) for path in blocks], "time", join="outer")
    check_basins(basins, data["basin"].values.astype(str).tolist(), ids)
    table = caravan.read_attributes(list(attributes), basins)
    known = varying(predictors_of_basins(table))
    return Gathered(data.sel(basin=basins), known, table[["lat", "lon"]].to_numpy())


def from_camels_us(
    manifest: Path, ids: Path | None, product: str, days: pd.DatetimeIndex
) -> Gathered:
    """Gather basins of CAMELS-US, all or the listed, with one of its forcing products.

    `manifest` lists the files of a block of years, each of which holds the whole record.
    """
    files = read_manifest(manifest)
    tree = manifest.parent / "files"
    there = camels_us.find_forcing(tree, product)
    basins = listed(ids) if ids else sorted(set(there) & set(camels_us.find_streamflow(tree)))
    tables = {path.parent for path in files if path.name == "camels_topo.txt"}
    if not tables:
        raise InputError(f"{manifest} lists no camels_topo.txt: put the attributes beside the tree")
    table = camels_us.read_attributes(tables.pop())
    known = varying(choose(table, CAMELS_US, basins))
    place = choose(table, ("gauge_lat", "gauge_lon"), basins).to_numpy()
    return Gathered(camels_us.read_basins(tree, basins, product, days), known, place)


def listed(ids: Path) -> list[str]:
    """Read gauge ids, one a line; InputError where the file cannot be read or names none."""
    try:
        basins = ids.read_text(encoding="utf-8").split()
    except OSError as error:
        raise InputError(f"regionalization.basins: {ids}: {error.strerror}") from error
    if not basins:
        raise InputError(f"{ids} names no basin: put one gauge id a line")
    return list(dict.fromkeys(basins))


def check_basins(basins: Sequence[str], there: Sequence[str], ids: Path) -> None:
    """Refuse listed basins that the source does not have: InputError."""
    unknown = [name for name in basins if name not in set(there)]
    if unknown:
        raise InputError(
            f"{ids} names {len(unknown)} basins that the source does not have: "
            f"{', '.join(unknown[:5])} (it has {len(there)}, such as {there[0]})"
        )


def forcing_of(daily: xr.Dataset, names: Sequence[str], lat: np.ndarray, pet: str) -> np.ndarray:
    """Stack forcing [basin, time, input], with the demand of basins at `lat` by a method.

    InputError for a variable that the series lack; demand is computed where there is temperature.
    """
    there = [str(name) for name in daily.data_vars]
    known = {*there, *(("pet",) if "t" in there else ())}
    lacking = [name for name in names if name not in known]
    if lacking:
        raise InputError(
            f"regionalization.inputs names {', '.join(lacking)}, which the basins' files do not "
            f"have (they have {', '.join(there)}): leave it out"
        )
    return series_file.forcing_of(daily, names, lat, pet)


def units_of(daily: xr.Dataset, names: Sequence[str]) -> list[str]:
    """Give the units of forcing; those of demand are mm/day."""
    return ["mm/day" if name == "pet" else str(daily[name].attrs["units"]) for name in names]
