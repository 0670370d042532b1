"""What the experiments learn from: daily series of basins and all that can be told of them.

Conventions: series are [basin, time, ...] in their own units, NaN where streamflow is missing;
forcing has no gaps. Spans of days are half open.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from vadose import contracts
from vadose.concepts.record import Span
from vadose.daily import first_gap
from vadose.errors import InputError
from vadose.regionalization.files import SERIES
from vadose.regionalization.vectors import Described

SYSTEM = "regionalization"  # as errors name its settings


class Series(NamedTuple):
    """Daily forcing and streamflow of basins, and what does not change of them."""

    forcing: np.ndarray  # [basin, time, input]
    q: np.ndarray  # [basin, time], mm/day
    attributes: np.ndarray  # [basin, attribute]; NaN where not known
    random: np.ndarray  # [draw, basin, column]
    place: np.ndarray  # [basin, (lat, lon)] in degrees
    basins: list[str]
    days: pd.DatetimeIndex
    inputs: list[str]
    names: list[str]  # of the attributes

    def select(self, chosen: np.ndarray) -> "Series":
        """Keep some of the basins, a mask."""
        names = [name for name, one in zip(self.basins, chosen, strict=True) if one]
        return self._replace(
            forcing=self.forcing[chosen],
            q=self.q[chosen],
            attributes=self.attributes[chosen],
            random=self.random[:, chosen],
            place=self.place[chosen],
            basins=names,
        )

    def described(self, draw: int) -> Described:
        """Give all that a network of one draw of random numbers can be told."""
        return Described(self.basins, self.attributes, self.random[draw], self.place)


def arrays_of(series: Series) -> dict[str, np.ndarray]:
    """Name the arrays by which a series is known."""
    return {name: getattr(series, name) for name in ("forcing", "q", "attributes", "random")}


def write_series(series: Series, units: Sequence[str], path: Path) -> None:
    """Write series with the units of their forcing; InputError where the forcing has gaps."""
    check_forcing(series)
    data = xr.Dataset(
        {
            "forcing": (("input", "basin", "time"), np.moveaxis(series.forcing, -1, 0)),
            "input_unit": ("input", list(units)),
            "q": (("basin", "time"), series.q),
            "attributes": (("basin", "attribute"), series.attributes),
            "random": (("draw", "basin", "column"), series.random),
            "lat": ("basin", series.place[:, 0]),
            "lon": ("basin", series.place[:, 1]),
        },
        coords={
            "basin": series.basins,
            "time": series.days,
            "input": series.inputs,
            "attribute": np.array(series.names, dtype=str),
        },
    )
    contracts.write(data, SERIES, path)


def read_series(path: Path) -> Series:
    """Read series as `write_series` wrote them."""
    data = contracts.read(SERIES, path)
    return Series(
        np.moveaxis(data["forcing"].values, 0, -1),
        data["q"].values,
        data["attributes"].values,
        data["random"].values,
        np.stack([data["lat"].values, data["lon"].values], 1),
        data["basin"].values.astype(str).tolist(),
        pd.DatetimeIndex(data["time"].values),
        data["input"].values.astype(str).tolist(),
        data["attribute"].values.astype(str).tolist(),
    )


def check_forcing(series: Series) -> None:
    """Refuse forcing with gaps: InputError names the basin, the variable and the days."""
    gap = first_gap(series.forcing, series.basins, series.inputs, series.days)
    if gap:
        raise InputError(
            f"{gap.what} is missing between {gap.first} and {gap.last} ({gap.basins} have gaps): "
            "a network needs all days; shorten the period, name other regionalization.inputs, or "
            "leave the basins out by regionalization.basins"
        )


def last_years(days: pd.DatetimeIndex, span: Span, years: int | None) -> Span:
    """Cut a span to its last years; None leaves it whole. InputError where it has fewer."""
    if years is None:
        return span
    start = days[span.last - 1] + pd.Timedelta(days=1) - pd.DateOffset(years=years)
    first = int(days.searchsorted(start))
    if first < span.first or start < days[0]:
        raise InputError(
            f"sparse_{years} learns from the last {years} years, but the training period has "
            f"{(span.last - span.first) / 365.25:.1f}: lengthen regionalization.training or leave "
            f"sparse_{years} out of regionalization.settings"
        )
    return Span(first, span.last)
