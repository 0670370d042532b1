"""Monthly means from an hourly cloud store: right, resumed by month, and never more than agreed."""

import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pytest
import xarray as xr
import zarr
from tests.servers import File, serve
from tests.standins import Sleeps

from vadose.errors import InputError
from vadose.extent import Extent
from vadose.sources.clients import arco
from vadose.sources.era5 import read_era5_monthly
from vadose.sources.registry import Route
from vadose.sources.wanted import Wanted

LAT = np.array([60.0, 30.0, 0.0, -30.0])
LON = np.array([0.0, 90.0, 180.0, 270.0])
HOURS = pd.date_range("2000-12-01", "2001-03-02 23:00", freq="h")
LAST_FILLED = "2001-03-01"  # so that March is not whole
RAIN, WARMTH = "total_precipitation", "2m_temperature"


def hourly(name: str) -> np.ndarray:
    """Values [hour, latitude, longitude]: a pattern in space times the number of the month."""
    pattern = 1 + np.arange(16, dtype=np.float32).reshape(4, 4)
    if name == WARMTH:
        # Its mean over a day is none.
        wave = np.sin(2 * np.pi * HOURS.hour.values / 24)[:, None, None]
        return (270 + pattern + HOURS.month.values[:, None, None] + wave).astype(np.float32)
    return (1e-4 * pattern * HOURS.month.values[:, None, None]).astype(np.float32)


def build(path: Path, zarr_format: Literal[2, 3], hours_a_chunk: int) -> Path:
    """A store whose axis of time goes on after the last filled day."""
    group = zarr.create_group(path, zarr_format=zarr_format)
    group.attrs.update({"valid_time_start": "2000-12-01", "valid_time_stop": LAST_FILLED})
    hours = (HOURS - pd.Timestamp("1900-01-01")) // pd.Timedelta("1h")
    axes = {"time": hours.values.astype(np.int64), "latitude": LAT, "longitude": LON}

    def create(name: str, values: np.ndarray, chunks: tuple[int, ...], *along: str) -> zarr.Array:
        array = group.create_array(
            name,
            shape=values.shape,
            chunks=chunks,
            dtype=values.dtype,
            fill_value=np.nan if len(along) > 1 else None,
            dimension_names=along if zarr_format == 3 else None,
        )
        array.attrs["_ARRAY_DIMENSIONS"] = list(along)
        return array

    for name, values in axes.items():
        create(name, values, values.shape, name)[:] = values
    group["time"].attrs.update({"units": "hours since 1900-01-01", "calendar": "standard"})
    filled = int((pd.Timestamp(LAST_FILLED) + pd.Timedelta("1D") > HOURS).sum())
    for name in (RAIN, WARMTH):
        field = create(name, hourly(name), (hours_a_chunk, 4, 4), *axes)
        field[:filled] = hourly(name)[:filled]
    return path


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("store") / "era5.zarr", 3, hours_a_chunk=24)


@pytest.fixture
def copy(store: Path, tmp_path: Path) -> Path:
    """A store that may be spoilt."""
    return shutil.copytree(store, tmp_path / "copy.zarr")


WINTER = Wanted(Extent(start="2000-12-01", end="2001-02-28"), (RAIN, WARMTH))
JANUARY = WINTER._replace(extent=Extent(start="2001-01-01", end="2001-01-31"))


def route(store: Path | str, **options: str) -> Route:
    return Route.model_construct(
        kind="zarr",
        url=str(store),
        account="",
        checksum="",
        files=("era5_monthly_{year}.nc",),
        options=options,
    )


def fetch(
    store: Path | str,
    folder: Path,
    wanted: Wanted = WINTER,
    progress: Callable[[int], object] = int,
    **options: str,
) -> list[Path]:
    return arco.fetch(route(store, **options), wanted, folder, progress, sleep=Sleeps())


@pytest.fixture(scope="module")
def fetched(store: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The files of the whole winter."""
    return fetch(store, tmp_path_factory.mktemp("fetched"))


def test_the_reader_of_monthly_means_reads_what_is_written(fetched: list[Path]) -> None:
    assert [path.name for path in fetched] == ["era5_monthly_2000.nc", "era5_monthly_2001.nc"]
    data = read_era5_monthly(fetched)
    months = [f"{time:%Y-%m}" for time in data["time"].to_index()]
    assert months == ["2000-12", "2001-01", "2001-02"]
    assert data["p"].attrs["units"] == "mm/month" and data["t"].attrs["units"] == "degC"
    # At 60 N, 0 E it rains 0.1 mm x the month's number in each hour.
    rain = data["p"].sel(lat=60, lon=0).values
    np.testing.assert_allclose(rain, [0.1 * 12 * 744, 0.1 * 744, 0.2 * 672], rtol=1e-5)
    # At 30 S, 270 E the pattern is 16; the daily wave leaves no trace.
    warmth = data["t"].sel(lat=-30, lon=-90).values
    np.testing.assert_allclose(warmth, [270 + 16 + m - 273.15 for m in (12, 1, 2)], atol=1e-3)


def test_a_file_looks_as_the_climate_data_store_makes_it(fetched: list[Path]) -> None:
    with xr.open_dataset(fetched[1], engine="netcdf4") as data:
        assert dict(data.sizes) == {"valid_time": 2, "latitude": 4, "longitude": 4}
        assert set(data.data_vars) == {"tp", "t2m"}
        assert data["tp"].attrs["units"] == "m" and data["tp"].dtype == np.float32
        assert (np.diff(data["latitude"]) < 0).all() and float(data["longitude"][0]) == -180
        # An hour's 1e-4 m x pattern 1 in January are 2.4 mm a day.
        assert float(data["tp"][0].sel(latitude=60, longitude=0)) == pytest.approx(2.4e-3)


@pytest.mark.parametrize(("west", "east", "kept"), [(-100, 10, [-90, 0]), (90, -170, [-180, 90])])
def test_a_window_is_cut_also_over_the_dateline(
    store: Path, fetched: list[Path], tmp_path: Path, west: int, east: int, kept: list[int]
) -> None:
    window = Wanted(Extent(west, -10, east, 40, "2001-01-01", "2001-01-31"), (RAIN,))
    cut = read_era5_monthly(fetch(store, tmp_path / "cut", window))
    whole = read_era5_monthly(fetched)
    assert cut["lon"].values.tolist() == kept and cut["lat"].values.tolist() == [0, 30]
    xr.testing.assert_equal(
        cut["p"], whole["p"].sel(time=cut["time"], lat=cut["lat"], lon=cut["lon"])
    )


def test_bytes_are_counted_before_and_told_on_the_way(
    store: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[int] = []
    with caplog.at_level(logging.INFO, "vadose"):
        fetch(store, tmp_path, JANUARY, told.append)
    months = pd.period_range("2001-01", "2001-01", freq="M")
    needed = arco.bytes_needed(months, (RAIN, WARMTH), cells=16)
    assert needed == 31 * 24 * 2 * 16 * 4 == sum(told)
    assert f"{needed / 1e9:.3g} GB of hourly fields are to be read" in caplog.text
    # A month of one variable of the true store is about 3 GB.
    assert arco.bytes_needed(months, (RAIN,)) == pytest.approx(3.09e9, rel=0.01)


def test_more_than_agreed_is_not_read(store: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"more than the 0.0001 GB of its option `most_gb`"):
        fetch(store, tmp_path, most_gb="0.0001")
    assert list(tmp_path.iterdir()) == []


def test_whole_files_are_left_alone_without_opening_the_store(copy: Path, tmp_path: Path) -> None:
    paths = fetch(copy, tmp_path / "files", JANUARY)
    shutil.rmtree(copy)
    assert fetch(copy, tmp_path / "files", JANUARY) == paths
    with pytest.raises(InputError, match="cannot be opened as a zarr store"):
        fetch(copy, tmp_path / "files", JANUARY._replace(variables=(RAIN,)))
    assert all(path.is_file() for path in paths)


class Killed(Exception):
    pass


def kill_after(told: list[int], blocks: int) -> Callable[[int], object]:
    def progress(units: int) -> None:
        if len(told) == blocks:
            raise Killed
        told.append(units)

    return progress


def test_a_killed_run_goes_on_at_the_month_where_it_was(
    store: Path, fetched: list[Path], tmp_path: Path
) -> None:
    days: list[int] = []
    with pytest.raises(Killed):  # in February, a year that began with January
        fetch(store, tmp_path, progress=kill_after(days, 2 * (31 + 31) + 5))
    assert sorted(path.name for path in tmp_path.glob("*.nc")) == ["era5_monthly_2000.nc"]
    rest: list[int] = []
    paths = fetch(store, tmp_path, progress=rest.append)
    assert len(rest) == 2 * 28  # days of two variables in February
    xr.testing.assert_equal(read_era5_monthly(paths), read_era5_monthly(fetched))
    left = sorted(path.name for path in tmp_path.glob("era5*"))
    notes = [f"{path.name}.request.json" for path in paths]
    assert left == sorted([path.name for path in paths] + notes)


def test_finished_months_of_another_request_never_count(store: Path, tmp_path: Path) -> None:
    both = WINTER._replace(extent=WINTER.extent._replace(start="2001-01-01"))
    rain = both._replace(variables=(RAIN,))
    with pytest.raises(Killed):  # in February, of two variables
        fetch(store, tmp_path, both, kill_after([], 2 * 31 + 5))
    with pytest.raises(Killed):  # in January, of one
        fetch(store, tmp_path, rain, kill_after([], 5))
    days: list[int] = []
    fetch(store, tmp_path, rain, days.append)
    assert len(days) == 31 + 28
    assert set(read_era5_monthly([tmp_path / "era5_monthly_2001.nc"]).data_vars) == {"p"}


@pytest.mark.parametrize("end", ["2001-03-31", "2001-12-31"])
def test_a_month_that_is_not_whole_is_refused(store: Path, tmp_path: Path, end: str) -> None:
    late = WINTER._replace(extent=WINTER.extent._replace(end=end))
    with pytest.raises(
        InputError, match=r"no whole 2001-03 .*to 2001-03-01 23:59; change the period"
    ):
        fetch(store, tmp_path, late)
    early = WINTER._replace(extent=WINTER.extent._replace(start="2000-11-01"))
    with pytest.raises(InputError, match="no whole 2000-11"):
        fetch(store, tmp_path, early)
    assert list(tmp_path.iterdir()) == []


def test_without_attributes_the_axis_of_time_tells_what_there_is(
    copy: Path, tmp_path: Path
) -> None:
    group = zarr.open_group(copy)
    group.attrs.clear()
    assert len(fetch(copy, tmp_path / "files", JANUARY)) == 1
    late = WINTER._replace(extent=WINTER.extent._replace(end="2001-03-31"))
    with pytest.raises(InputError, match=r"no whole 2001-03 .*to 2001-03-02 23:"):
        fetch(copy, tmp_path / "files", late)


def test_a_month_that_holds_no_value_is_refused(copy: Path, tmp_path: Path) -> None:
    for chunk in (copy / RAIN / "c").iterdir():
        shutil.rmtree(chunk)
    with pytest.raises(InputError, match=f"no value of {RAIN} in 2000-12"):
        fetch(copy, tmp_path / "files")


def test_what_the_store_does_not_have_is_named(store: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="asked for no variable"):
        fetch(store, tmp_path, WINTER._replace(variables=()))
    with pytest.raises(InputError, match="asked for rain, expected some of 2m_temperature"):
        fetch(store, tmp_path, WINTER._replace(variables=("rain", RAIN)))
    with pytest.raises(InputError, match="has no runoff"):
        fetch(store, tmp_path, WINTER._replace(variables=("runoff",)))
    with pytest.raises(InputError, match="cannot be opened as a zarr store"):
        fetch(tmp_path / "nothing", tmp_path)


def test_a_remote_store_that_stumbles_is_asked_again(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    older = build(tmp_path / "older.zarr", 2, hours_a_chunk=12)  # the format of the true store
    zarr.consolidate_metadata(older)
    paths = [path for path in older.rglob("*") if path.is_file()]
    files = {f"/{path.relative_to(older).as_posix()}": File(path.read_bytes()) for path in paths}
    files[f"/{RAIN}/{2 * (31 + 1)}.0.0"].statuses = [503]  # of the second day of January
    january = JANUARY._replace(variables=(RAIN,))
    with serve(files) as server, caplog.at_level(logging.WARNING, "vadose"):
        remote = read_era5_monthly(fetch(server.url, tmp_path / "remote", january))
    assert f"{RAIN} of 2001-01-02: reading broke off" in caplog.text
    local = read_era5_monthly(fetch(store, tmp_path / "local", january))
    xr.testing.assert_equal(remote, local)


def test_an_address_in_the_open_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not an https address"):
        fetch("http://example.org/era5.zarr", tmp_path)
