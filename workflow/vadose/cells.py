"""Grid cells as units of calibration: the land's monthly series, one row a cell.

Conventions: fields are [time, lat, lon], series of cells [unit, time]; a cell is named by its
centre, such as `-12.25_130.75`.
"""

import numpy as np
import pandas as pd
import xarray as xr

from vadose.basins import oudin
from vadose.errors import InputError
from vadose.grid import Grid, cell_area


def cell_name(lat: float, lon: float) -> str:
    """Name a cell by its centre in degrees."""
    return f"{lat:.2f}_{lon:.2f}"


def land_cells(
    p: xr.DataArray, t: xr.DataArray, q: xr.DataArray, pet: xr.DataArray | None = None
) -> xr.Dataset:
    """Take every cell that has rain and temperature at any time, with its monthly series.

    The fields share a grid; p, q and pet are mm/month, t degC; without pet the demand is Oudin's.
    Months are those that all fields have. Gives p, t, pet, q [unit, time] and lat, lon, area,
    frac_snow [unit]. Raises InputError where the fields share no month or no cell has forcing.
    # ASSUME precipitation of months below 0 degC is snow, for the share that is reported.
    """
    given = {"p": p, "t": t, "q": q} | ({} if pet is None else {"pet": pet})
    shared = xr.align(*_on_shared_months(*given.values()), join="exact")
    given = dict(zip(given, shared, strict=True))
    p, t = given["p"], given["t"]
    months = pd.DatetimeIndex(p["time"].values)
    there = np.isfinite(p.values).any(0) & np.isfinite(t.values).any(0)
    rows, columns = np.nonzero(there)
    if not rows.size:
        raise InputError("no cell has both precipitation and temperature: check fields.p and .t")
    lat, lon = p["lat"].values[rows], p["lon"].values[columns]
    series = {name: field.values[:, there].T for name, field in given.items()}
    if pet is None:
        series["pet"] = monthly_oudin(series["t"], months, lat)
    cold = np.where(series["t"] < 0, series["p"], 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        frac_snow = np.nansum(cold, -1) / np.nansum(series["p"], -1)
    area = cell_area(Grid.of(p["lat"].values, p["lon"].values))[rows, columns]
    ground = {"lat": lat, "lon": lon, "area": area, "frac_snow": frac_snow}
    names = [cell_name(*place) for place in zip(lat, lon, strict=True)]
    return xr.Dataset(
        {name: (("unit", "time"), values) for name, values in series.items()}
        | {name: ("unit", values) for name, values in ground.items()},
        coords={"unit": names, "time": months},
    )


def _on_shared_months(*fields: xr.DataArray) -> list[xr.DataArray]:
    """Cut fields to the months from the first that all have to the last that all have."""
    times = [field["time"].to_index() for field in fields]
    first, last = max(t[0] for t in times), min(t[-1] for t in times)
    if first > last:
        ranges = "; ".join(
            f"{f.name} {t[0]:%Y-%m} to {t[-1]:%Y-%m}" for f, t in zip(fields, times, strict=True)
        )
        raise InputError(f"the fields share no month: {ranges}")
    return [field.sel(time=slice(first, last)) for field in fields]


def monthly_oudin(t: np.ndarray, months: pd.DatetimeIndex, lat: np.ndarray) -> np.ndarray:
    """Potential evapotranspiration in mm/month from monthly temperature (Oudin et al. 2005).

    t [unit, month] in degC, months by their first days, lat [unit] in degrees. Missing where t is.
    # ASSUME the sun of the month's middle day stands for the month.
    """
    return oudin(t, months + pd.Timedelta(days=14), lat) * months.days_in_month.to_numpy()


def oudin_of_field(t: xr.DataArray) -> xr.DataArray:
    """Give the cells of a field of temperature (time, lat, lon) their `monthly_oudin`, doubles."""
    rows, columns = np.nonzero(np.isfinite(t.values).any(0))
    pet = t.astype(float).copy(data=np.full(t.shape, np.nan))
    months = pd.DatetimeIndex(t["time"].values)
    series = t.values[:, rows, columns].T
    pet.values[:, rows, columns] = monthly_oudin(series, months, t["lat"].values[rows]).T
    return pet
