"""Fields of any grid, days and files become one monthly record on one grid."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from vadose.errors import InputError
from vadose.fields import join, on_all_months, to_grid, to_whole_months
from vadose.grid import Grid, cell_area

FINE, COARSE = Grid.window(-10, 10, 20, 40, 1.0), Grid.window(-10, 10, 20, 40, 2.5)


def field(times: list[str], value: float | None = None, name: str = "q") -> xr.Dataset:
    rng = np.random.default_rng(3)
    values = rng.uniform(0, 9, (len(times), *FINE.shape)) if value is None else float(value)
    return xr.Dataset(
        {name: (("time", "lat", "lon"), np.broadcast_to(values, (len(times), *FINE.shape)).copy())},
        {"time": pd.DatetimeIndex(times), "lat": FINE.lat, "lon": FINE.lon},
    )


def test_a_field_keeps_its_volume_and_its_times() -> None:
    data = field(["2001-01-01", "2001-02-01"])
    out = to_grid(data, COARSE, 0.5)
    assert out["time"].equals(data["time"]) and out["q"].shape[1:] == COARSE.shape
    np.testing.assert_allclose(
        (out["q"] * cell_area(COARSE)).sum(("lat", "lon")),
        (data["q"] * cell_area(FINE)).sum(("lat", "lon")),
        rtol=1e-6,
    )


def test_a_cell_needs_half_of_its_data() -> None:
    data = field(["2001-01-01"], 1.0)
    data["q"][:, :, :2] = np.nan  # two of the westernmost cell's two and a half degrees
    out = to_grid(data, COARSE, 0.5)["q"]
    assert np.isnan(out[0, :, 0]).all() and np.isfinite(out[0, :, 1:]).all()


def test_parts_join_in_order_of_time_and_side_by_side() -> None:
    later, earlier = field(["2001-02-01"], 2.0), field(["2001-01-01"], 1.0)
    other = field(["2001-01-01", "2001-02-01"], 5.0, name="p")
    out = join([later, other, earlier])
    assert out["q"][:, 0, 0].values.tolist() == [1, 2]
    assert out["p"][:, 0, 0].values.tolist() == [5, 5]


def test_a_month_that_is_in_two_files_is_refused() -> None:
    with pytest.raises(InputError, match="q of 2001-01-01 is in two files"):
        join([field(["2001-01-01"]), field(["2001-01-01"])])


def test_days_become_the_mean_of_their_months() -> None:
    days = join(field([day], value) for day, value in (("2001-01-05", 1), ("2001-01-25", 3)))
    out = to_whole_months(days)
    assert str(out["time"].values[0])[:10] == "2001-01-01" and float(out["q"].mean()) == 2
    missing = days.copy(deep=True)
    missing["q"][0, 0, 0] = np.nan
    assert float(to_whole_months(missing)["q"][0, 0, 0]) == 3


def test_months_without_data_are_there_and_missing() -> None:
    out = on_all_months(field(["2001-01-01", "2001-04-01"], 1.0), "2001-01-01", "2001-05-31")
    assert np.isfinite(out["q"][:, 0, 0]).values.tolist() == [True, False, False, True, False]
    with pytest.raises(InputError, match="no month of 2005-01-01 to 2005-12-31"):
        on_all_months(field(["2001-01-01"]), "2005-01-01", "2005-12-31")
