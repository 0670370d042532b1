"""An atlas from the files of a run: what is there is shown, what is not is said."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from vadose import contracts, kinds
from vadose.atlas import layers, lines, stores
from vadose.atlas.content import Atlas, Chart, Layer, Place
from vadose.basin_tables import read_basins
from vadose.contracts import opened
from vadose.dynamics import DYNAMICS
from vadose.estimates import of_cells
from vadose.evaluation import read_table
from vadose.maps import read_land

Files = Mapping[str, Sequence[Path]]  # by what they hold; none where a run makes none
CREDITS = ("title", "source", "references", "comment")
OF_THE_MAP = "map"  # as the table of basins names the networks' estimate
# What a run without these files does not show, and the settings that would bring it.
ABSENT = {
    "labels_cells": ("Cells with calibrated capacity", "runoff and weather of the grid in fields"),
    "capacity": ("The map of storage capacity by networks", "capacity in systems"),
    "storage": ("Water storage without gaps, and droughts", "gap_filling in systems"),
    "root_zone": ("Active root-zone storage", "root_zone in systems"),
    "concepts": ("Streamflow by the concept LSTM", "concepts in systems"),
    "scores_regionalization": ("Streamflow of ungauged basins", "regionalization in systems"),
    "water_cells": ("The water balance of cells", "evaporation and storage in fields"),
    "water_basins": ("The water balance of basins", "evaporation and storage in basins.fields"),
}
# Tables of scores, which experiments of each are shown, and what their splits mean.
SKILL = {
    "scores_concepts": (r"concept, .*", "Concept LSTM", {"time": "new days", "space": "held out"}),
    "scores_regionalization": (
        r"\w+ physical, ensemble",
        "LSTM told of descriptors",
        {"temporal": "new days", "ungauged": "held out"},
    ),
    "scores_root_zone": (r"{experiment}, .*", "Hybrid model", {"time": "years held out"}),
}


class Part(NamedTuple):
    """The place of some units, their maps and charts."""

    place: Place
    layers: list[Layer]
    charts: list[Chart]


def collect(files: Files, *, run: str, others: Sequence[str], experiment: str) -> Atlas:
    """Read all that an atlas shows.

    `others` name the estimates of cells beside the map, `experiment` that of the hybrid model.
    """
    parts = [_cells(files, others)] if files["labels_cells"] else []
    parts += [_storage(files)] if files["storage"] else []
    parts += [_basins(files, experiment)]
    return Atlas(
        run,
        [part.place for part in parts],
        [one for part in parts for one in part.layers if np.isfinite(one.values).any()],
        [chart for part in parts for chart in part.charts],
        read_land(files["land"][0]) if files["land"] else (),
        [f"{what}: not made in this run (needs {setting})." for what, setting in _absent(files)],
        _notes([*files["capacity"], *files["storage"], *files["products"]]),
    )


def _absent(files: Files) -> list[tuple[str, str]]:
    return [said for name, said in ABSENT.items() if not files[name]]


def _notes(products: Sequence[Path]) -> list[str]:
    """Say of each product from which sources and how it was made."""
    found = []
    for path in products:
        with opened(path) as data:
            texts = [str(data.attrs[name]) for name in CREDITS if name in data.attrs]
            found.append(". ".join(texts))
    return found


def _cells(files: Files, others: Sequence[str]) -> Part:
    labels = contracts.read(kinds.LABELS, files["labels_cells"][0])
    place = layers.place_of(labels, cells=True)
    found: list[Layer] = []
    maps = xr.Dataset(coords={"lat": np.unique(labels["lat"]), "lon": np.unique(labels["lon"])})
    if files["capacity"]:
        product = contracts.read(kinds.CAPACITY_MAP, files["capacity"][0])
        found += layers.map_layers(product, labels)
        with opened(files["compared"][0]) as compared:
            maps = compared[["capacity", *others]].load()
    names = {"capacity": layers.NETWORKS}
    estimates = {
        names.get(name, _spoken(name, labels)): values
        for name, values in of_cells(labels, maps).items()
    }
    found += layers.label_layers(labels, layers.CELLS)
    found += layers.estimate_layers(estimates, layers.CELLS)
    found += _balance(files["water_cells"], layers.CELLS, labels)
    monthly = contracts.read(kinds.UNITS_MONTHLY, files["monthly_cells"][0])
    monthly = monthly.set_index(unit="unit").sel(unit=labels["unit"].values)
    return Part(place, found, [lines.usual_fluxes(monthly)])


def _spoken(name: str, labels: xr.Dataset) -> str:
    """Write a model's name in capitals, another one with spaces."""
    return name.upper() if name in labels["model"].values else name.replace("_", " ")


def _balance(paths: Sequence[Path], of: str, labels: xr.Dataset) -> list[Layer]:
    units = labels["unit"].values.astype(str)
    return [
        layer
        for path in paths
        for layer in layers.balance_layers(
            pd.read_csv(path, index_col="unit", dtype={"unit": str}).reindex(units), of
        )
    ]


def _storage(files: Files) -> Part:
    with opened(files["storage"][0]) as data:
        storage = data[["twsa", "twsa_std"]].load()
    with opened(files["droughts"][0]) as data:
        wsdi = data["wsdi"].values
    place, land = stores.storage_place(storage)
    found = list(stores.storage_layers(storage, wsdi, land))
    return Part(place, found, [lines.usual_storage(storage, land)])


def _basins(files: Files, shown: str) -> Part:
    labels = contracts.read(kinds.LABELS, files["labels"][0])
    basins = labels["unit"].values.astype(str).tolist()
    estimates = _table(files["estimates"][0], basins).drop(columns="agreeing")
    found = list(layers.label_layers(labels, layers.BASINS))
    names = {OF_THE_MAP: "the map, in its cell"}
    named = {
        names.get(str(name), _spoken(str(name), labels)): estimates[name].to_numpy(float)
        for name in estimates
    }
    found += layers.estimate_layers(named, layers.BASINS)
    for path in files["root_zone"]:
        found += stores.root_layers(_table(path, basins))
    found += _balance(files["water_basins"], layers.BASINS, labels)
    for name, (pattern, title, splits) in SKILL.items():
        experiments = pattern.format(experiment=re.escape(shown))
        for path in files[name]:
            table = read_table(path)
            mine = table["experiment"].str.fullmatch(experiments) & (table["period"] == "test")
            for split, text in splits.items():
                key = f"{name.removeprefix('scores_')}_{split}"
                rows = table[mine & (table["split"] == split)]
                found += stores.skill_layers(rows, basins, key, f"{title}, {text}")
    return Part(layers.place_of(labels, cells=False), found, _series(files, basins))


def _table(path: Path, basins: list[str]) -> pd.DataFrame:
    return read_basins(path).reindex(basins)


def _series(files: Files, basins: list[str]) -> list[Chart]:
    monthly = contracts.read(kinds.UNITS_MONTHLY, files["monthly"][0])
    calibrated = [
        contracts.read(kinds.CALIBRATION, path)["q_simulated"].values
        for path in files["calibrations"]
    ]
    daily = {}
    members = {"concepts": ("concept LSTM", "network"), "simulated": ("hybrid model", "member")}
    for name, (text, dim) in members.items():
        for path in files[name]:
            with opened(path) as data:
                daily[text] = data["q"].load().median(dim)
    dynamics = contracts.read(DYNAMICS, files["dynamics"][0])
    return [lines.flow(monthly, calibrated, daily), lines.stored(dynamics, basins)]
