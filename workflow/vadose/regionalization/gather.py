"""Forcing, streamflow and descriptors of basins from Caravan or from the files of CAMELS-US."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from vadose import contracts, kinds
from vadose.capacity.basin_attributes import predictors_of_basins
from vadose.concepts import series_file
from vadose.errors import InputError
from vadose.regionalization.attributes import CAMELS_US, choose, varying
from vadose.regionalization.experiment import random_width
from vadose.regionalization.series import Series
from vadose.regionalization.vectors import draw
from vadose.sources import camels_us, caravan
from vadose.sources.manifest import read_manifest

SETTING = "regionalization.basins"


class Gathered(NamedTuple):
    """Daily series by basin, descriptors [basin, descriptor], and the places of the gauges."""

    daily: xr.Dataset
    known: pd.DataFrame
    place: np.ndarray  # [basin, (lat, lon)] in degrees


def from_caravan(blocks: Sequence[Path], attributes: Sequence[Path], ids: Path) -> Gathered:
    """Gather the listed basins of Caravan's daily series, one file a block of years."""
    basins = caravan.read_ids(ids, SETTING)
    data = contracts.read_blocks(kinds.BASINS_DAILY, blocks)
    caravan.check_ids(basins, dict.fromkeys(data["basin"].values.astype(str)), ids)
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
    both = set(there) & set(camels_us.find_streamflow(tree))
    basins = caravan.read_ids(ids, SETTING) if ids else sorted(both)
    tables = {path.parent for path in files if path.name == "camels_topo.txt"}
    if not tables:
        raise InputError(f"{manifest} lists no camels_topo.txt: put the attributes beside the tree")
    table = camels_us.read_attributes(tables.pop())
    known = varying(choose(table, CAMELS_US, basins))
    place = choose(table, ("gauge_lat", "gauge_lon"), basins).to_numpy()
    return Gathered(camels_us.read_basins(tree, basins, product, days), known, place)


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


def series_of(
    gathered: Gathered,
    inputs: Sequence[str],
    pet: str,
    vectors: Sequence[str],
    seeds: Sequence[int],
) -> Series:
    """Join what was gathered to a series, with random columns of a draw for each seed.

    `pet` is a method of demand; there are as many columns as the widest of the vectors needs.
    """
    daily, known, place = gathered
    basins = daily["basin"].values.astype(str).tolist()
    width = random_width(vectors, known.shape[1])
    return Series(
        forcing_of(daily, inputs, place[:, 0], pet),
        daily["q"].values.astype(np.float32),
        known.to_numpy(),
        np.stack([draw(basins, width, seed) for seed in seeds]),
        place,
        basins,
        pd.DatetimeIndex(daily["time"].values),
        list(inputs),
        known.columns.to_list(),
    )
