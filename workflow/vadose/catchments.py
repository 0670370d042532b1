"""Which catchments are fit for learning how a landscape stores and releases water.

A catchment passes when nothing that is known of it speaks against it; otherwise it carries the
first reason that applies, in a fixed order. What is not known does not exclude.
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import pandas as pd


class Exclusion(IntEnum):
    """Why a catchment is left out; the first that applies, in this order."""

    PASSED = 0
    TOO_SMALL = 1
    TOO_LARGE = 2
    RECORD_TOO_SHORT = 3
    RUNOFF_RATIO = 4
    SNOW = 5
    REGULATED = 6
    URBAN = 7
    IRRIGATED = 8


class Limit(NamedTuple):
    """A property, the bound that it must keep and whether that is its least or its most."""

    reason: Exclusion
    column: str
    setting: str
    is_least: bool
    text: str


LIMITS = (
    Limit(Exclusion.TOO_SMALL, "area", "least_area_km2", True, "too small"),
    Limit(Exclusion.TOO_LARGE, "area", "most_area_km2", False, "too large"),
    Limit(
        Exclusion.RECORD_TOO_SHORT,
        "record_share",
        "least_record_share",
        True,
        "too few months with streamflow",
    ),
    Limit(
        Exclusion.RUNOFF_RATIO,
        "runoff_ratio",
        "most_runoff_ratio",
        False,
        "more runoff than precipitation allows",
    ),
    Limit(Exclusion.SNOW, "frac_snow", "most_snow_share", False, "too much snow"),
    Limit(Exclusion.REGULATED, "regulation", "most_regulation_percent", False, "regulated"),
    Limit(Exclusion.URBAN, "urban", "most_urban_percent", False, "urban"),
    Limit(Exclusion.IRRIGATED, "irrigated", "most_irrigated_percent", False, "irrigated"),
)
TEXT = {Exclusion.PASSED: "passed"} | {limit.reason: limit.text for limit in LIMITS}
# Names of HydroATLAS and the size of its units in percent: regulation is kept in tenths.
HYDROATLAS = {
    "regulation": ("dor_pc_pva", 0.1),
    "urban": ("urb_pc_sse", 1.0),
    "irrigated": ("ire_pc_sse", 1.0),
}


def properties(attributes: pd.DataFrame, p: np.ndarray, q: np.ndarray) -> pd.DataFrame:
    """Gather what the filter looks at, one row a basin, NaN where it is not known.

    `attributes` as `sources.caravan.read_attributes` gives them, by basin; p and q [basin, month]
    in mm/month. The columns are area (km2), record_share (share of the months with streamflow),
    runoff_ratio (runoff over precipitation in those months), frac_snow (share of precipitation),
    regulation (reservoir volume over a year's discharge), urban and irrigated (share of the area),
    these in percent. Source: HydroATLAS (Linke et al. 2019), whose negative values mean missing.
    """
    table = pd.DataFrame(index=attributes.index)
    table["area"] = _column(attributes, "area")
    table["record_share"] = np.isfinite(q).mean(-1)
    table["runoff_ratio"] = runoff_ratio(p, q)
    table["frac_snow"] = _column(attributes, "frac_snow")
    for name, (column, percent) in HYDROATLAS.items():
        table[name] = percent * _column(attributes, column)
    return table


def runoff_ratio(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Ratio [basin] of runoff to precipitation over the months that have both; NaN without any."""
    both = np.isfinite(p) & np.isfinite(q)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(both, q, 0).sum(-1) / np.where(both, p, 0).sum(-1)


def exclusions(table: pd.DataFrame, limits: Mapping[str, float]) -> np.ndarray:
    """Give each basin its Exclusion code [basin].

    `table` has the columns of `properties`, `limits` a number for each setting in LIMITS. A value
    at its limit passes, and so does one that is not known.
    """
    fails = [
        table[limit.column] < limits[limit.setting]
        if limit.is_least
        else table[limit.column] > limits[limit.setting]
        for limit in LIMITS
    ]
    codes = [int(limit.reason) for limit in LIMITS]
    return np.select(fails, codes, int(Exclusion.PASSED)).astype(np.int8)


def count_exclusions(codes: np.ndarray) -> str:
    """Say how many basins passed and how many are left out for each reason."""
    counts = {reason: int((codes == reason).sum()) for reason in Exclusion}
    return ", ".join(f"{TEXT[reason]}: {count}" for reason, count in counts.items() if count)


def count_unknown(table: pd.DataFrame) -> str:
    """Say of how many basins each property is not known; empty where all are."""
    counts = table.isna().sum()
    return ", ".join(f"{name}: {count}" for name, count in counts.items() if count)


def _column(attributes: pd.DataFrame, name: str) -> pd.Series:
    """Values of an attribute, NaN where it does not exist or is negative."""
    if name not in attributes:
        return pd.Series(np.nan, attributes.index)
    return attributes[name].where(attributes[name] >= 0).astype(float)
