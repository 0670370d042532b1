"""The prepared series as a file, and the split of its basins, both as arrays of a record."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from vadose import contracts, kinds
from vadose.basins import potential_evapotranspiration
from vadose.concepts.record import FLOW, Record, check_forcing
from vadose.errors import InputError
from vadose.split_files import read_split, split_parts, split_table, write_split
from vadose.splits import Part, blocks_of, deal_out


def to_dataset(record: Record, lat: np.ndarray, lon: np.ndarray) -> xr.Dataset:
    """Lay a record out as the kind CONCEPT_SERIES, with the place of each gauge in degrees."""
    given = {
        "forcing": (("input", "basin", "time"), np.moveaxis(record.forcing, -1, 0)),
        "attributes": (("basin", "attribute"), record.attributes),
        "lat": ("basin", lat),
        "lon": ("basin", lon),
    }
    coords = {
        "basin": record.basins,
        "time": record.days,
        "input": record.inputs,
        "attribute": np.array(record.attribute_names, dtype=str),
    }
    laid_out = lay_targets_out(record.targets, ("basin", "time"), record.names)
    return laid_out.assign(given).assign_coords(coords)


def lay_targets_out(targets: np.ndarray, dims: Sequence[str], names: Sequence[str]) -> xr.Dataset:
    """Lay targets [*dims, target] out as variables of a file: streamflow (q), and stores."""
    stores = ("store", *dims), np.moveaxis(targets[..., 1:], -1, 0)
    coords = {"store": np.array(names[1:], dtype=str)}
    return xr.Dataset({"q": (dims, targets[..., 0]), "stores": stores}, coords)


def targets_in(data: xr.Dataset) -> np.ndarray:
    """Read the targets [..., target] of a file as `lay_targets_out` laid them out."""
    targets = np.concatenate([data["q"].values[None], data["stores"].values])
    return np.moveaxis(targets, 0, -1)


def write_series(record: Record, place: np.ndarray, path: Path) -> None:
    """Write a record with the places of its gauges [basin, (lat, lon)] and its forcing's units.

    InputError where the forcing has gaps.
    """
    check_forcing(record)
    data = to_dataset(record, *place.T)
    data["input_unit"] = "input", [kinds.BASINS_DAILY[name].units for name in record.inputs]
    contracts.write(data, kinds.CONCEPT_SERIES, path)


def to_record(data: xr.Dataset) -> Record:
    """Read a record as `to_dataset` laid it out."""
    return Record(
        np.moveaxis(data["forcing"].values, 0, -1),
        targets_in(data),
        data["attributes"].values,
        data["basin"].values.astype(str).tolist(),
        pd.DatetimeIndex(data["time"].values),
        data["input"].values.astype(str).tolist(),
        [FLOW, *data["store"].values.astype(str)],
        data["attribute"].values.astype(str).tolist(),
    )


def forcing_of(daily: xr.Dataset, names: Sequence[str], lat: np.ndarray, pet: str) -> np.ndarray:
    """Stack forcing [basin, time, input], with the demand of basins at `lat` by a method.

    InputError for a variable that the series lack.
    """
    if "pet" in names:
        t, days = daily["t"].values, pd.DatetimeIndex(daily["time"].values)
        fao = daily["pet"].values if "pet" in daily else np.full(t.shape, np.nan)
        demand = potential_evapotranspiration(t, fao, days, lat, pet)
        daily = daily.assign(pet=(("basin", "time"), demand))
    lacking = [name for name in names if name not in daily]
    if lacking:
        raise InputError(
            f"concepts.inputs names {', '.join(lacking)}, which the basins' files do not have: "
            "leave it out, or take a release of Caravan that has all variables"
        )
    return np.stack([daily[name].values for name in names], -1).astype(np.float32)


def hold_out(
    place: np.ndarray, folds: int, block: float, seed: int, system: str = "concepts"
) -> np.ndarray:
    """Deal basins out to folds by blocks of degrees, each to be held out once: [fold, basin].

    `place` [basin, (lat, lon)] and `block` are in degrees; the largest blocks are dealt first, each
    to the smallest fold so far. InputError where there are fewer blocks than folds.
    # ASSUME basins of different blocks share little; no buffer is left between blocks, as gauges
    are few.
    """
    group = blocks_of(place, block)
    blocks = group.max() + 1
    if blocks < folds:
        raise InputError(
            f"{len(place)} basins lie in {blocks} blocks, too few for {folds} folds: lower "
            f"{system}.folds or {system}.fold_block"
        )
    fold_of = deal_out(group, folds, np.random.default_rng(seed))
    return fold_of == np.arange(folds)[:, None]


def write_folds(basins: Sequence[str], held: np.ndarray, path: Path) -> None:
    """Write which basins each fold holds out, a mask [fold, basin], and trains on."""
    parts = np.where(held, int(Part.TEST), int(Part.TRAIN)).astype(np.int8)
    write_split(split_table(basins, [str(fold) for fold in range(len(held))], parts), path)


def training_basins(split: Path, fold: str, basins: list[str]) -> np.ndarray:
    """Read which basins train in a fold, a mask [basin]; the others are held out."""
    folds, parts = split_parts(read_split(split), basins)
    return parts[folds.index(fold)] == Part.TRAIN


def read_attributes_of(path: Path, basins: Sequence[str]) -> pd.DataFrame:
    """Read a user's table of attributes, [basin, attribute], in the order of basins.

    The CSV file has gauge_id and columns of numbers. InputError for a basin without a row and for
    a column that holds no numbers.
    """
    table = pd.read_csv(path, dtype={"gauge_id": str})
    if "gauge_id" not in table:
        raise InputError(f"{path} has no column gauge_id (it has {', '.join(map(str, table))})")
    table = table.set_index("gauge_id")
    if not table.index.is_unique:
        twice = table.index[table.index.duplicated()][0]
        raise InputError(f"{path}: {twice} has more than one row: leave one")
    unknown = [name for name in basins if name not in table.index]
    if unknown:
        raise InputError(
            f"{path} has no row of {len(unknown)} basins, such as {unknown[0]}: add them, or leave "
            "the basins out by basins.ids"
        )
    text = [str(name) for name in table if not pd.api.types.is_numeric_dtype(table[name])]
    if text:
        raise InputError(f"{path}: {', '.join(text)} hold no numbers: leave them out")
    chosen = table.loc[list(basins)].astype(float)
    endless = np.isinf(chosen.to_numpy()).any(0)
    if endless.any():
        name = chosen.columns[endless][0]
        raise InputError(f"{path}: {name} has infinite values: leave them empty where unknown")
    return chosen
