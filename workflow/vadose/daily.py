"""Daily series of gauged basins, as every system that learns from them looks at them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd


class Gap(NamedTuple):
    """Days on which a variable of a basin is missing."""

    what: str  # variable and basin
    length: int  # days
    first: str
    last: str
    basins: str  # how many have gaps


def first_gap(
    forcing: np.ndarray, basins: Sequence[str], inputs: Sequence[str], days: pd.DatetimeIndex
) -> Gap | None:
    """Find the first basin whose forcing [basin, time, input] has gaps, and one variable of it."""
    missing = ~np.isfinite(forcing)
    if not missing.any():
        return None
    basin, _, column = (int(k[0]) for k in np.nonzero(missing))
    at = days[missing[basin, :, column]]
    return Gap(
        f"{inputs[column]} of {basins[basin]}",
        len(at),
        f"{at[0]:%Y-%m-%d}",
        f"{at[-1]:%Y-%m-%d}",
        f"{missing.any((1, 2)).sum()} of {len(basins)} basins",
    )


def contrast(flow: np.ndarray, snow: np.ndarray | None, gauged: np.ndarray) -> dict[str, int]:
    """Choose a snowy, a wet and a dry basin by their means; gives their places.

    Means of streamflow and snow are [basin]; the snowy basin is that with most snow, and is left
    out where there is none. Basins that are not `gauged`, a mask, are not chosen, nor one twice.
    """
    wanted = {"wet": flow, "dry": -flow}
    if snow is not None and (snow[gauged] > 0).any():
        wanted = {"snowy": snow} | wanted
    chosen: dict[str, int] = {}
    for what, values in wanted.items():
        left = gauged & ~np.isin(np.arange(len(gauged)), list(chosen.values()))
        if left.any():
            chosen[what] = int(np.where(left, values, -np.inf).argmax())
    return chosen
