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
        (
            lambda d: d.assign_coords(time=d["time"] + pd.Timedelta("2D")),
            "found the time 2001-01-03 where 2001-01-01 was expected, .* run again",
        ),
        (lambda d: d.isel(time=[0, 1, 4]), "found the time 2001-05-01 where 2001-03-01 was"),
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


def test_a_failed_write_leaves_the_old_file_as_it_was(months: xr.Dataset, tmp_path: Path) -> None:
    path = tmp_path / "months.nc"
    write(months, path)
    before = path.read_bytes()
    with pytest.raises(InputError, match="p has 24 values"):
        write(months.assign(p=months["p"] - 60), path)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


def test_the_same_data_give_the_same_bytes(months: xr.Dataset, tmp_path: Path) -> None:
    one, other = tmp_path / "one.nc", tmp_path / "other.nc"
    write(months, one)
    write(contracts.read(kinds.UNITS_MONTHLY, one), other)
    assert one.read_bytes() == other.read_bytes()


def test_what_is_written_is_not_changed_in_memory(months: xr.Dataset, tmp_path: Path) -> None:
    write(months, tmp_path / "months.nc")
    assert "Conventions" not in months.attrs


SNOW = {"swe": contracts.Variable(("time",), "mm", 0, 10, 0.5, "snow")}


def snow(*values: float) -> xr.Dataset:
    days = pd.date_range("2001-01-01", periods=len(values), freq="D")
    return xr.Dataset({"swe": ("time", np.array(values, np.float32))}, {"time": days})


def test_a_share_may_be_missing_and_no_more(tmp_path: Path) -> None:
    contracts.write(snow(1, 2, np.nan, np.nan), SNOW, tmp_path / "snow.nc")
    with pytest.raises(InputError, match=r"75\.0% of swe are missing, at most 50\.0% may be"):
        contracts.write(snow(1, np.nan, np.nan, np.nan), SNOW, tmp_path / "snow.nc")


def test_the_bounds_themselves_are_allowed_and_infinity_is_not(tmp_path: Path) -> None:
    contracts.write(snow(0, 10), SNOW, tmp_path / "snow.nc")
    with pytest.raises(InputError, match=r"first found inf\), at time 2001-01-02"):
        contracts.write(snow(0, np.inf), SNOW, tmp_path / "snow.nc")


def test_a_day_given_twice_is_refused(tmp_path: Path) -> None:
    twice = xr.concat([snow(1), snow(2)], "time")
    with pytest.raises(InputError, match="the times do not increase"):
        contracts.write(twice, SNOW, tmp_path / "snow.nc")


def test_days_far_apart_keep_their_date(tmp_path: Path) -> None:
    data = snow(1, 2).assign_coords(time=pd.DatetimeIndex(["1850-02-28", "2100-12-31"]))
    contracts.write(data, SNOW, tmp_path / "snow.nc")
    back = contracts.read(SNOW, tmp_path / "snow.nc")
    assert back["time"].to_index().equals(data["time"].to_index())


def test_axes_get_their_standard_names(months: xr.Dataset, tmp_path: Path) -> None:
    write(months, tmp_path / "months.nc")
    with xr.open_dataset(tmp_path / "months.nc") as data:
        assert data["time"].attrs["standard_name"] == "time"
        assert data["unit"].attrs["cf_role"] == "timeseries_id"
        assert data["lat"].attrs["units"] == "degrees_north"


def test_a_variable_of_no_kind_is_named() -> None:
    assert list(kinds.of(kinds.FIELDS, ["q", "p"])) == ["q", "p"]
    with pytest.raises(InputError, match="snowfall belong to no kind"):
        kinds.of(kinds.FIELDS, ["q", "snowfall"])


def test_every_kind_declares_ranges_that_hold_something() -> None:
    for kind in (kinds.UNITS_MONTHLY, kinds.BASINS_DAILY, kinds.FIELDS, kinds.BASIN_FIELDS):
        for name, variable in kind.items():
            assert variable.low < variable.high and 0 <= variable.missing <= 1, name
            assert variable.units and variable.long_name, name


def test_a_file_that_cannot_be_written_whole_leaves_nothing(tmp_path: Path, monkeypatch) -> None:
    def full(_data: xr.Dataset, part: Path, **_options: object) -> None:
        part.write_bytes(b"half")
        raise RuntimeError("NetCDF: HDF error")

    monkeypatch.setattr(xr.Dataset, "to_netcdf", full)
    with pytest.raises(InputError, match=r"out\.nc cannot be written .*is the disk full"):
        contracts.write(xr.Dataset(), {}, tmp_path / "out.nc")
    assert not list(tmp_path.iterdir())


def test_blocks_of_years_are_one_record_of_all_their_basins(tmp_path: Path) -> None:
    days = pd.date_range("2001-01-01", periods=6)
    paths = [tmp_path / "200101-200112.nc", tmp_path / "200201-200212.nc"]
    for path, basins, times in zip(paths, (["a", "b"], ["a"]), (days[:4], days[4:]), strict=True):
        flow = (("basin", "time"), np.ones((len(basins), len(times))))
        coords = {"basin": basins, "time": times}
        kind = kinds.of(kinds.BASINS_DAILY, ["q", "p"])
        contracts.write(xr.Dataset({"q": flow, "p": flow}, coords), kind, path)
    whole = contracts.read_blocks(kinds.BASINS_DAILY, paths)
    assert set(whole.data_vars) == {"q", "p"} and whole.indexes["time"].equals(days)
    assert whole["q"].sel(basin="a").notnull().all()
    assert whole["q"].sel(basin="b").isnull().sum() == 2
    assert list(contracts.read_blocks(kinds.BASINS_DAILY, paths, "q").data_vars) == ["q"]
    with pytest.raises(InputError, match=r"200101-200112\.nc has no swe: delete it"):
        contracts.read_blocks(kinds.BASINS_DAILY, paths, "q", "swe")


def test_a_block_that_breaks_its_contract_is_not_read(tmp_path: Path) -> None:
    flow = (("basin", "time"), np.full((1, 2), 9e3), {"units": "mm/day"})
    coords = {"basin": ["a"], "time": pd.date_range("2001-01-01", periods=2)}
    contracts.write(xr.Dataset({"q": flow}, coords), {}, tmp_path / "block.nc")
    with pytest.raises(InputError, match=r"q has 2 values .* outside 0 to 5000 mm/day"):
        contracts.read_blocks(kinds.BASINS_DAILY, [tmp_path / "block.nc"])


def test_a_missing_month_is_found_when_a_file_is_read(months: xr.Dataset, tmp_path: Path) -> None:
    path = tmp_path / "months.nc"
    write(months, path)
    contracts.read(kinds.UNITS_MONTHLY, path).isel(time=[0, 2]).to_netcdf(tmp_path / "gap.nc")
    with pytest.raises(InputError, match="found the time 2001-03-01 where 2001-02-01 was"):
        contracts.read(kinds.UNITS_MONTHLY, tmp_path / "gap.nc")
