"""A few catchments that stand for many: chosen by rule, spread over climates."""

import numpy as np
import pandas as pd

from vadose.errors import InputError

CLIMATE = ("ari_ix_sav", "tmp_dc_syr", "frac_snow", "seasonality")


def choose_catchments(listed: list[str] | None, attributes: pd.DataFrame, count: int) -> list[str]:
    """Give the listed catchments that have attributes, or else choose so many by rule."""
    if listed is None:
        return spread_over_climates(attributes, count)
    chosen = [name for name in listed if name in attributes.index]
    if not chosen:
        some = ", ".join(listed[:5])
        raise InputError(f"none of the listed catchments can be calibrated: {some}")
    return chosen


def spread_over_climates(attributes: pd.DataFrame, count: int) -> list[str]:
    """Choose catchments that lie far from each other in aridity, warmth, snow and seasonality.

    attributes has one row a catchment (index gauge id) with HydroATLAS' ari_ix_sav (100 P/PET,
    taken as a logarithm) and tmp_dc_syr, and Caravan's frac_snow and seasonality. Starts from the
    catchment nearest to the median and adds the one farthest from all chosen (Gonzalez 1985,
    Theoretical Computer Science 38, 293-306); columns count in units of their standard deviation,
    and not at all where they are the same everywhere.
    Gives the ids in alphabetical order. InputError where no catchment has all four.
    """
    # Caravan has one seasonality up to version 1.4 and one a demand from 1.5 on.
    named = attributes.rename(columns={"seasonality_FAO_PM": "seasonality"})
    table = named.sort_index().loc[:, list(CLIMATE)].astype(np.float64).dropna()
    table["ari_ix_sav"] = np.log(table["ari_ix_sav"].clip(lower=1))
    if table.empty:
        raise InputError(
            f"none of {len(attributes)} catchments has all of {', '.join(CLIMATE)}: take basins "
            "that HydroATLAS' table describes, or name the catchments by validation.ids"
        )
    spread = table.std()
    scaled = ((table - table.median()) / spread.where(spread > 0, 1)).to_numpy()
    chosen = [int(np.argmin((scaled**2).sum(1)))]
    nearest = np.full(len(scaled), np.inf)
    while len(chosen) < min(count, len(scaled)):
        nearest = np.minimum(nearest, ((scaled - scaled[chosen[-1]]) ** 2).sum(1))
        nearest[chosen] = -1  # even where another one is its twin
        chosen.append(int(np.argmax(nearest)))
    return sorted(table.index[chosen])
