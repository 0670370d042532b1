"""Cells of the grid become units with their own series, and go back to where they were."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from vadose.basins import monthly, oudin
from vadose.cells import cell_name, land_cells, monthly_oudin
from vadose.errors import InputError
from vadose.grid import Grid

GRID = Grid.window(-10, 20, 0, 40, 5.0)
RNG = np.random.default_rng(0)


def field(name: str, start: str, months: int, low: float = 0, high: float = 100) -> xr.DataArray:
    times = pd.date_range(start, periods=months, freq="MS")
    values = RNG.uniform(low, high, (months, *GRID.shape)).astype(np.float32)
    values[:, 1, 2] = np.nan  # the sea
    return xr.DataArray(
        values,
        {"time": times, "lat": GRID.lat, "lon": GRID.lon},
        ("time", "lat", "lon"),
        name=name,
    )


def test_every_land_cell_is_a_unit_with_its_own_series() -> None:
    p, t, q = (
        field("p", "2000-01", 24),
        field("t", "2000-01", 24, -10, 30),
        field("q", "2000-01", 24),
    )
    cells = land_cells(p, t, q)
    assert cells.sizes == {"unit": GRID.size - 1, "time": 24}
    place = cells.isel(unit=5)
    at = {"lat": float(place["lat"]), "lon": float(place["lon"])}
    np.testing.assert_allclose(place["p"], p.sel(at))
    np.testing.assert_allclose(place["q"], q.sel(at))
    assert str(place["unit"].values) == cell_name(**at)
    assert len(set(cells["unit"].values)) == GRID.size - 1
    assert ((cells["frac_snow"] > 0) & (cells["frac_snow"] < 1)).all()


def test_the_record_is_what_all_fields_share() -> None:
    p, t = field("p", "2000-01", 36), field("t", "2000-01", 36)
    cells = land_cells(p, t, field("q", "2001-01", 12))
    assert [str(cells["time"].values[k])[:7] for k in (0, -1)] == ["2001-01", "2001-12"]
    with pytest.raises(InputError, match=r"share no month: p 2000-01 to 2002-12; .*q 2005-01"):
        land_cells(p, t, field("q", "2005-01", 12))


@pytest.mark.parametrize("lat", [-40.0, 0.0, 35.0, 62.0])
def test_the_middle_day_stands_for_the_month(lat: float) -> None:
    days = pd.date_range("2001-01-01", "2001-12-31", freq="D")
    t = 15 - 10 * np.cos(2 * np.pi * (days.day_of_year.to_numpy() - 15) / 365)[None]
    place = np.array([lat])
    by_day = monthly(oudin(t, days, place), days, 0.9, flux=True)
    means = monthly(t, days, 0.9, flux=False)
    by_month = monthly_oudin(means, pd.date_range("2001-01", periods=12, freq="MS"), place)
    np.testing.assert_allclose(by_month, by_day, rtol=0.03, atol=1)
