"""Fields of any provider end on the same axes, and what is no data is refused."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from vadose.axes import canonical_axes
from vadose.errors import InputError
from vadose.grid import canonical
from vadose.sources.canonical import (
    Extent,
    open_source,
    per_month,
    to_canonical_grid,
    to_months,
)

HERE = Path("file.nc")


def field(lat, lon, names=("latitude", "longitude")) -> xr.Dataset:
    """A field whose value tells its place: 1000 x latitude + longitude east of Greenwich."""
    lat, lon = np.asarray(lat, float), np.asarray(lon, float)
    values = 1000 * lat[:, None] + ((lon + 180) % 360 - 180)[None]
    return xr.Dataset({"v": (names, values)}, coords={names[0]: lat, names[1]: lon})


@settings(max_examples=20, deadline=None)
@given(
    lats=st.lists(st.integers(-179, 179), min_size=2, max_size=6, unique=True),
    lons=st.lists(st.integers(0, 719), min_size=2, max_size=6, unique=True),
    shift=st.booleans(),
)
def test_any_order_of_axes_ends_ascending_with_values_in_their_places(lats, lons, shift) -> None:
    lon = np.array(lons) / 2
    if shift:
        lon = (lon + 180) % 360 - 180
    out = to_canonical_grid(field(np.array(lats) / 2, lon))
    assert (np.diff(out["lat"]) > 0).all() and (np.diff(out["lon"]) > 0).all()
    assert (out["lon"] >= -180).all() and (out["lon"] < 180).all()
    np.testing.assert_allclose(out["v"], 1000 * out["lat"] + out["lon"])


def test_axes_of_single_and_double_precision_agree() -> None:
    lon = np.arange(10.6, 11.25, 0.1)
    double = to_canonical_grid(field([1, 0], lon))
    single = to_canonical_grid(field([1, 0], lon.astype(np.float32)))
    assert single["lon"].equals(double["lon"])


def test_axes_named_x_and_y_are_understood() -> None:
    assert to_canonical_grid(field([0, 1], [5, 6], ("Y", "X")))["v"].dims == ("lat", "lon")


def test_the_same_meridian_twice_is_refused() -> None:
    with pytest.raises(InputError, match="twice"):
        to_canonical_grid(field([0, 1], [0, 180, 360]))


def test_metres_are_not_taken_for_degrees() -> None:
    with pytest.raises(InputError, match="not degrees"):
        to_canonical_grid(field([2.7e6, 2.8e6], [0, 1]))


def test_a_window_over_the_dateline_keeps_both_sides() -> None:
    whole = field([0, 1], np.arange(0.5, 360))
    out = to_canonical_grid(whole, Extent(west=178, east=-178))
    np.testing.assert_allclose(out["v"].isel(lat=0), out["lon"])
    np.testing.assert_allclose(out["lon"], [-179.5, -178.5, 178.5, 179.5])


def test_a_window_over_greenwich_is_read_in_two_pieces(tmp_path: Path) -> None:
    """Row by row a compressed file is unpacked once a row: minutes instead of seconds."""
    path = tmp_path / "f.nc"
    field(np.arange(89.5, -90, -1), np.arange(0.5, 360)).to_netcdf(path, engine="netcdf4")
    with open_source(path) as raw:
        part = to_canonical_grid(raw, Extent(-10, 35, 30, 70)).load()
        whole = to_canonical_grid(raw).load()
    assert dict(part.sizes) == {"lat": 35, "lon": 40}
    assert part["v"].equals(whole["v"].sel(lat=slice(35, 70), lon=slice(-10, 30)))
    np.testing.assert_allclose(part["v"], 1000 * part["lat"] + part["lon"])


def test_a_window_without_cells_is_refused() -> None:
    with pytest.raises(InputError, match="nothing of"):
        to_canonical_grid(field([0, 1], [5, 6]), Extent(west=50, east=60))


def test_a_mean_rate_of_one_mm_a_day_is_as_many_mm_as_the_month_has_days() -> None:
    times = pd.to_datetime(["2003-02-01", "2004-02-01", "2004-03-01"])
    rate = xr.DataArray(np.ones(3), dims="time", coords={"time": times})
    np.testing.assert_array_equal(per_month(rate), [28, 29, 31])


@pytest.mark.parametrize(
    ("dates", "words"),
    [
        (["2001-01-05", "2001-01-25"], "twice"),
        (["2001-02-01", "2001-01-01"], "after 2001-02-01"),
    ],
)
def test_months_that_repeat_or_go_back_are_refused(dates: list[str], words: str) -> None:
    data = xr.Dataset(coords={"time": pd.to_datetime(dates)})
    with pytest.raises(InputError, match=words):
        to_months(data, HERE)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\n<!DOCTYPE html><html><title>Login</title>", "web page"),
        (b"", "empty"),
        (b'{"error": "licence"}', "not netCDF"),
        (b"\x89HDF\r\n\x1a\n" + b"cut short", "truncated"),
    ],
)
def test_what_is_no_data_is_named(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "reply.nc"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words), open_source(path):
        pass


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"), open_source(tmp_path / "none.nc"):
        pass


def test_pieces_of_a_file_become_single_precision_and_others_keep_theirs(tmp_path: Path) -> None:
    """A double record of the whole Earth would need twice its room while it is joined."""
    path = tmp_path / "f.nc"
    field(np.arange(89.5, -90, -1), np.arange(0.5, 360)).to_netcdf(path, engine="netcdf4")
    with open_source(path) as raw:
        assert to_canonical_grid(raw)["v"].dtype == np.float32
        assert canonical_axes(raw)["v"].dtype == np.float64
        xr.testing.assert_equal(canonical(raw["v"]).load(), canonical_axes(raw)["v"].load())


def test_bounds_and_axes_without_a_name_that_is_known_go_their_way() -> None:
    data = field([1, 0], [5, 6])
    data["latitude_bnds"] = (("latitude", "edge"), np.zeros((2, 2)))
    assert set(to_canonical_grid(data).data_vars) == {"v"}
    with pytest.raises(InputError, match="no axis of latitude or longitude"):
        to_canonical_grid(field([1, 0], [5, 6], ("row", "column")))
