"""GRUN and G-RUN ENSEMBLE: monthly runoff on 0.5 degrees from observed streamflow (figshare).

`Runoff` (time, Y, X) in mm/day, the mean rate of each month; axes are named X and Y, cells of the
sea are missing or -9999 (Ghiggi et al. 2019, 2021).
"""

from collections.abc import Sequence
from pathlib import Path

import xarray as xr

from vadose.errors import InputError
from vadose.sources.canonical import (
    Extent,
    check_units,
    describe,
    open_source,
    per_month,
    read_in_order,
    require,
    to_canonical_grid,
    to_months,
    without_fills,
)


def read_grun(paths: Sequence[Path], extent: Extent | None = None) -> xr.Dataset:
    """Read monthly runoff: q (time, lat, lon) in mm/month, missing on the sea.

    Takes GRUN v1 and the median of the ensemble, axes named Y, X or lat, lon. Raises InputError
    for another file, such as that of all members, other units, or times that are not one a month.
    """
    return read_in_order(paths, lambda path: _read_file(path, extent))


def _read_file(path: Path, extent: Extent | None) -> xr.Dataset:
    with open_source(path) as raw:
        require(raw, ("Runoff", "time"), path, "GRUN")
        check_units(raw["Runoff"], path, "mm/day", "mm d-1", "mm day-1")
        data = to_canonical_grid(to_months(raw[["Runoff"]], path), extent)
        if data["Runoff"].dims != ("time", "lat", "lon"):
            raise InputError(
                f"{path}: Runoff has the dimensions {', '.join(map(str, data['Runoff'].dims))}, "
                "expected time and two of space: take the median of the ensemble (MMM), not its "
                "members"
            )
        q = describe(per_month(without_fills(data["Runoff"])), "mm/month", "runoff")
        return xr.Dataset({"q": q}, attrs={"source": "GRUN"}).load()
