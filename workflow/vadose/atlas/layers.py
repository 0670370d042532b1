"""The maps of an atlas of capacity, agreement and the water balance, in cells and in basins.

Functions give layers of one place, whose units stand in the order of the tables given.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
import xarray as xr

from vadose.agreement import TOLERANCE, agreeing, median_of
from vadose.agreement_charts import count_scale
from vadose.atlas.content import Layer, Place
from vadose.grid import Grid
from vadose.maps import REASON_COLOURS, SCALES
from vadose.reasons import TEXT, Reason

CELLS, BASINS = "cells", "basins"
NETWORKS = "the networks"
OWN_MAPS = (NETWORKS, "hybrid model")  # of estimates that are shown apart
CAPACITY, BALANCE = "Storage capacity", "Water balance of the sources"
REASONS = {
    int(code): (TEXT[code], colour)
    for code, colour in ({Reason.PASSED: "#dcebd5"} | REASON_COLOURS).items()
}
TERMS = {
    "p_mm_year": "Precipitation",
    "et_mm_year": "Evapotranspiration",
    "q_mm_year": "Runoff",
    "change_mm_year": "Change of storage",
    "residual_mm_year": "Left over",
}


def place_of(labels: xr.Dataset, cells: bool) -> Place:
    """Take the cells or basins of a table of labels."""
    lat, lon = labels["lat"].values, labels["lon"].values
    if cells:
        return Place(CELLS, "Cell", lat, lon, Grid.of_cells(lat, lon))
    return Place(BASINS, "Basin", lat, lon, names=labels["unit"].values.astype(str).tolist())


def map_layers(product: xr.Dataset, labels: xr.Dataset) -> Iterator[Layer]:
    """Give the capacity of cells that the networks reconstruct, and its spread."""
    here = product.sel(lat=labels["lat"], lon=labels["lon"], method="nearest")
    yield Layer(
        "capacity",
        CELLS,
        CAPACITY,
        "Reconstructed capacity",
        here["capacity"].values,
        SCALES["capacity"],
        about="By residual networks that are told of climate, plants, soil and relief.",
    )
    yield Layer(
        "capacity_spread",
        CELLS,
        CAPACITY,
        "Spread of the networks",
        here["capacity_spread"].values,
        SCALES["spread"],
        about="Standard deviation: how far networks disagree, which is less than how far they err.",
    )


def label_layers(labels: xr.Dataset, of: str) -> Iterator[Layer]:
    """Give the calibrated capacity of cells or basins, its spread, and why some have none."""
    yield Layer(
        "label",
        of,
        CAPACITY,
        "Calibrated capacity",
        labels["capacity"].values,
        SCALES["capacity"],
        about="Merged over the monthly water balance models that passed the mask.",
    )
    yield Layer(
        "label_spread",
        of,
        CAPACITY,
        "Spread of the models",
        labels["capacity_spread"].values,
        SCALES["spread"],
        about="Standard deviation of the models' calibrated capacities.",
    )
    yield Layer(
        "reason",
        of,
        CAPACITY,
        "Outcome of the calibration",
        labels["reason"].values.astype(float),
        unit="",
        digits=0,
        about="Whether the calibrated capacity passed the mask, and if not why.",
        categories=REASONS,
    )


def estimate_layers(estimates: Mapping[str, np.ndarray], of: str) -> Iterator[Layer]:
    """Give how many estimates of capacity [unit] agree, their median, and each by its name.

    What networks and the hybrid model say are maps of their own.
    """
    both = np.stack(list(estimates.values()))
    yield Layer(
        "agreeing",
        of,
        CAPACITY,
        "Estimates that agree",
        agreeing(both),
        count_scale(len(both)),
        unit=f"of at most {len(both)}",
        digits=0,
        about=f"Those within {100 * TOLERANCE:.0f} % of their median.",
    )
    yield Layer("median", of, CAPACITY, "Median estimate", median_of(both), SCALES["capacity"])
    for name, values in estimates.items():
        if name in OWN_MAPS:
            continue
        yield Layer(slug(name), of, CAPACITY, f"Capacity by {name}", values, SCALES["capacity"])


def slug(name: str) -> str:
    """Turn a name into a key of letters, digits and underscores."""
    return "by_" + "".join(letter if letter.isalnum() else "_" for letter in name.lower())


def balance_layers(table: pd.DataFrame, of: str) -> Iterator[Layer]:
    """Give what the sources' water balance leaves over, and its terms as numbers."""
    yield Layer(
        "left_over",
        of,
        BALANCE,
        "Share left over",
        (100 * table["residual_mm_year"] / table["p_mm_year"]).to_numpy(),
        SCALES["imbalance"],
        unit="% of P",
        about="Precipitation less evapotranspiration, runoff and change of storage.",
    )
    for column, title in TERMS.items():
        values = table[column].to_numpy(float)
        yield Layer(column.removesuffix("_mm_year"), of, BALANCE, title, values, unit="mm/year")
