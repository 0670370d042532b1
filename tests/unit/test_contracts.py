"""A file that breaks its contract is neither written nor read."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from vadose import contracts, kinds
from vadose.errors import InputError


@pytest.fixture
def months() -> xr.Dataset:
    shape = (2, 12)
    return xr.Dataset(
        {
            "p": (("unit", "time"), np.full(shape, 50.0)),
            "t": (("unit", "time"), np.full(shape, 10.0)),
            "pet": (("unit", "time"), np.full(shape, 40.0)),
            "q": (("unit", "time"), np.full(shape, np.nan)),
            "lat": ("unit", [10.0, 20.0]),
            "lon": ("unit", [0.0, 5.0]),
            "area": ("unit", [100.0, 200.0]),
            "frac_snow": ("unit", [0.0, 0.1]),
        },
        coords={"unit": ["a", "b"], "time": pd.date_range("2001-01", periods=12, freq="MS")},
    )


def write(data: xr.Dataset, path: Path) -> None:
    contracts.write(data, kinds.UNITS_MONTHLY, path, made_by="a test")


def test_what_is_written_is_read_back_with_units(months: xr.Dataset, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "months.nc"
    write(months, path)
    back = contracts.read(kinds.UNITS_MONTHLY, path)
    xr.testing.assert_equal(back, months)
    assert back["p"].attrs["units"] == "mm/month" and back.attrs["made_by"] == "a test"
    assert [p.name for p in path.parent.iterdir()] == ["months.nc"]


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda d: d.drop_vars("pet"), "variable 'pet' is missing"),
        (lambda d: d.transpose("time", "unit"), r"p has dimensions \('time', 'unit'\)"),
        (
            lambda d: d.assign(p=d["p"] - 60),
            r"p has 24 values .*\(first found -10\), at unit a, b",
        ),
        (lambda d: d.assign(lat=("unit", [1.0, np.nan])), "lat has 1 values that are missing"),
        (lambda d: d.isel(time=slice(None, None, -1)), "the times do not increase"),
    ],
)
def test_a_broken_contract_is_not_written(break_it, message, months, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        write(break_it(months), tmp_path / "months.nc")
    assert not list(tmp_path.iterdir())


def test_other_units_are_refused(months: xr.Dataset, tmp_path: Path) -> None:
    path = tmp_path / "months.nc"
    write(months, path)
    with xr.open_dataset(path) as opened:
        other = opened.load()
    other["q"].attrs["units"] = "m3/s"
    other.to_netcdf(path)
    with pytest.raises(InputError, match="q is in 'm3/s', expected 'mm/month'"):
        contracts.read(kinds.UNITS_MONTHLY, path)


def test_a_truncated_file_is_named(months: xr.Dataset, tmp_path: Path) -> None:
    path = tmp_path / "months.nc"
    write(months, path)
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(InputError, match=r"months\.nc cannot be read.*run again"):
        contracts.read(kinds.UNITS_MONTHLY, path)
