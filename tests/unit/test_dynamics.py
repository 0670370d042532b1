"""Storage of different systems is brought to one form: the same basins, months and zero."""

import numpy as np
import pandas as pd
import xarray as xr

from vadose.dynamics import lined_up, to_dataset

MONTHS = pd.date_range("2001-01-01", periods=4, freq="MS")


def test_systems_share_basins_and_months_and_one_that_knows_none_is_left_out() -> None:
    some = xr.DataArray([[1.0, 2, 3]], {"basin": ["b"], "time": MONTHS[1:]}, ("basin", "time"))
    found = {"one": some, "elsewhere": some.assign_coords(basin=["x"])}
    known = lined_up(found, np.array(["a", "b"]), MONTHS.values)
    assert list(known) == ["one"]
    np.testing.assert_array_equal(known["one"], [[np.nan] * 4, [np.nan, -1, 0, 1]])
    data = to_dataset(known, np.array(["a", "b"]), MONTHS.values)
    assert data["storage"].dims == ("system", "basin", "time")
