"""GRUN and G-RUN ENSEMBLE: monthly runoff on 0.5 degrees from observed streamflow (figshare).

`Runoff` (time, Y, X) in mm/day, the mean rate of each month; axes are named X and Y, cells of the
sea are missing or -9999 (Ghiggi et al. 2019, 2021).
"""

from pathlib import Path

import xarray as xr

from vadose.sources.canonical import (
    Extent,
    check_units,
    describe,
    open_source,
    per_month,
    require,
    to_canonical_grid,
    to_months,
    without_fills,
)


def read_grun(path: Path, extent: Extent | None = None) -> xr.Dataset:
    """Read monthly runoff: q (time, lat, lon) in mm/month, missing on the sea.

    Takes GRUN v1 and the median of the ensemble, axes named Y, X or lat, lon. Raises InputError
    for another file, other units, or times that are not one a month.
    """
    with open_source(path) as raw:
        require(raw, ("Runoff", "time"), path, "GRUN")
        check_units(raw["Runoff"], path, "mm/day", "mm d-1", "mm day-1")
        data = to_canonical_grid(to_months(raw[["Runoff"]], path), extent)
        q = describe(per_month(without_fills(data["Runoff"])), "mm/month", "runoff")
        return xr.Dataset({"q": q}, attrs={"source": "GRUN"}).load()
