"""The maps of an atlas of stored water: the gap-free record, droughts, the root zone, and skill."""

from collections.abc import Iterator

import cmcrameri.cm as cmc
import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.colors import ListedColormap

from vadose import storage_charts
from vadose.atlas.content import Layer, Place
from vadose.atlas.layers import BASINS
from vadose.drought import IN_DROUGHT
from vadose.grid import Grid
from vadose.maps import SCALES, Scale
from vadose.seasons import usual_year

STORAGE = "storage"
FILLED, ROOTS, SKILL = "Water storage without gaps", "Root-zone storage", "Skill for streamflow"
DRY = ListedColormap(cmc.lajolla_r(np.linspace(0.05, 0.95, 256)))
LONGEST = Scale((0, 2, 4, 6, 9, 12, 18, 24, 36, 48), DRY, "longest drought (months)", "max")
SHARE = Scale((0, 5, 10, 12, 14, 16, 18, 20, 25, 30), DRY, "months in drought (%)", "max")
RANGE = Scale(
    (0, 10, 25, 50, 75, 100, 150, 200, 300, 400), cmc.batlow_r, "range of storage (mm)", "max"
)
NSE = Scale(
    tuple(np.round(np.arange(0, 1.01, 0.1), 1)), cmc.roma, "Nash-Sutcliffe efficiency", "min"
)


def storage_place(storage: xr.Dataset) -> tuple[Place, np.ndarray]:
    """Take the cells whose storage is known, and which they are, [lat, lon] True."""
    land = np.isfinite(storage["twsa"].values).any(0)
    lat, lon = storage["lat"].values, storage["lon"].values
    rows, columns = np.nonzero(land)
    return Place(STORAGE, "Storage cell", lat[rows], lon[columns], Grid.of(lat, lon)), land


def storage_layers(storage: xr.Dataset, wsdi: np.ndarray, land: np.ndarray) -> Iterator[Layer]:
    """Give mean, season and uncertainty of storage, and its droughts.

    `wsdi` [time, lat, lon] is the drought index, `land` [lat, lon] True in the place's cells.
    """
    month, twsa = storage["time"].dt.month.values, storage["twsa"].values[:, land]
    yield Layer(
        "mean",
        STORAGE,
        FILLED,
        "Long-term mean",
        twsa.mean(0),
        storage_charts.TWSA,
        about=f"Mean anomaly of {len(month)} months, against the zero of the satellites' record.",
    )
    yield Layer(
        "season",
        STORAGE,
        FILLED,
        "Seasonal range",
        np.ptp(usual_year(twsa, month, axis=0), 0),
        RANGE,
        about="Fullest less emptiest month of the usual year.",
    )
    yield Layer(
        "std",
        STORAGE,
        FILLED,
        "Uncertainty",
        storage["twsa_std"].values[:, land].mean(0),
        storage_charts.STD,
        about="Standard deviation of the reconstruction, mean of all months.",
    )
    yield from _drought_layers(wsdi[:, land])


def _drought_layers(index: np.ndarray) -> Iterator[Layer]:
    """Give how often and how long cells were in drought, by their drought index [time, cell]."""
    known, taken = np.isfinite(index).any(0), index < IN_DROUGHT
    dry = {
        "dry": ("Months in drought", 100 * taken.mean(0), SHARE, "% of months", 1),
        "longest": ("Longest drought", longest_run(taken), LONGEST, "months", 0),
    }
    for key, (title, values, scale, unit, digits) in dry.items():
        yield Layer(
            key,
            STORAGE,
            FILLED,
            title,
            np.where(known, values, np.nan),
            scale,
            unit,
            digits,
            f"Months whose drought index is below {IN_DROUGHT:g}: moderate drought or worse.",
        )


def longest_run(taken: np.ndarray) -> np.ndarray:
    """Count the months of the longest run of True in each unit of [time, unit]."""
    longest = run = np.zeros(taken.shape[1], int)
    for now in taken:
        run = np.where(now, run + 1, 0)
        longest = np.maximum(longest, run)
    return longest


def root_layers(table: pd.DataFrame) -> Iterator[Layer]:
    """Give active root-zone storage of basins, a row a basin of the place."""
    capacity, spread = SCALES["capacity"], SCALES["spread"]
    about = "By the hybrid model: what the root zone holds from its driest to its wettest day."
    for key, title, scale, text in (
        ("capacity", "Active capacity", capacity, about),
        ("capacity_sd", "Spread of the networks", spread, "Standard deviation of all networks."),
        ("seasonal_range", "Seasonal range", RANGE, "Fullest less emptiest month of a usual year."),
        ("interannual_range", "Range of years", RANGE, "Wettest less driest year's mean."),
    ):
        values = table[f"{key}_mm"].to_numpy(float)
        yield Layer(f"root_{key}", BASINS, ROOTS, title, values, scale, about=text)


def skill_layers(table: pd.DataFrame, basins: list[str], key: str, title: str) -> Iterator[Layer]:
    """Give the efficiency of streamflow in basins, the median of the rows of each.

    `table` holds rows of the long table of one system and split.
    """
    rows = table[(table["variable"] == "q") & (table["metric"] == "nse")]
    found = rows.groupby("unit_id")["value"].median().reindex(basins).to_numpy(float)
    if np.isfinite(found).any():
        yield Layer(f"nse_{key}", BASINS, SKILL, title, found, NSE, unit="", digits=2)
