"""A few basins of Caravan come by OPeNDAP and read like those of its archive."""

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import netCDF4
import numpy as np
import pandas as pd
import pytest
from tests.servers import File, serve, serve_app

from vadose.errors import InputError
from vadose.sources.caravan import find_basins, read_attributes, read_daily
from vadose.sources.opendap import fetch_basins

DAYS = pd.date_range("1981-01-01", periods=400)
IDS = [f"camels_{i:08d}" for i in range(1, 41)]
DAILY = (
    "total_precipitation_sum",
    "temperature_2m_mean",
    "streamflow",
    "potential_evaporation_sum",
)
CHANCE = np.random.default_rng(5)
SERIES = {name: CHANCE.gamma(2, 2, (len(IDS), len(DAYS))).astype(np.float32) for name in DAILY}
SERIES["streamflow"][3, 10:20] = np.nan
NUMBERS = {
    name: CHANCE.uniform(1, 40, len(IDS))
    for name in ("lat", "lon", "area", "p_mean", "pet_mean", "aridity", "frac_snow")
}
TEXTS = {
    "basin_id": IDS,
    "timezone": ["America/New_York"] * len(IDS),
    "name": [f"Río {i}, near a bridge" for i in range(len(IDS))],
    "country": ["Somewhere"] * len(IDS),
}
TIME = {"units": "days since 1981-01-01", "calendar": "proleptic_gregorian"}


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The provider's file on disk."""
    path = tmp_path_factory.mktemp("provider") / "camels.nc"
    with netCDF4.Dataset(path, "w") as file:
        for name, length in (("basin_id", len(IDS)), ("time", len(DAYS)), ("maxStrlen64", 64)):
            file.createDimension(name, length)
        time = file.createVariable("time", "f8", ("time",), fill_value=np.nan)
        time.setncatts(TIME)
        time[:] = np.arange(len(DAYS))
        for name, texts in TEXTS.items():
            rows = np.array([t.encode() for t in texts], "S64")
            file.createVariable(name, "S1", ("basin_id", "maxStrlen64"))[:] = rows[:, None].view(
                "S1"
            )
        for name, values in NUMBERS.items():
            file.createVariable(name, "f8", ("basin_id",), fill_value=np.nan)[:] = values
        for name, series in SERIES.items():
            variable = file.createVariable(name, "f4", ("basin_id", "time"), fill_value=np.nan)
            variable.unit = "mm"
            variable[:] = series
    return path


@pytest.fixture(scope="module")
def application() -> Any:
    """A pydap server of the same content; like the provider's it sends text as strings."""
    pytest.importorskip("pydap")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own dependencies
        from pydap.handlers.lib import BaseHandler
        from pydap.model import BaseType, DatasetType
    data = DatasetType("camels")
    data["time"] = BaseType(
        "time", np.arange(len(DAYS), dtype=np.float64), dims=("time",), attributes=TIME
    )
    for name, texts in TEXTS.items():
        ascii_only = np.array([t.replace("í", "i") for t in texts])
        data[name] = BaseType(name, ascii_only, dims=("basin_id",))
    for name, values in NUMBERS.items():
        data[name] = BaseType(name, values, dims=("basin_id",))
    for name, series in SERIES.items():
        attributes = {"_FillValue": np.float32(np.nan), "unit": "mm"}
        data[name] = BaseType(name, series, dims=("basin_id", "time"), attributes=attributes)
    return BaseHandler(data)


@pytest.fixture
def remote(application: Any) -> Iterator[tuple[str, list[str]]]:
    with serve_app(application) as (url, asked):
        yield url + "/camels.nc", asked


def check(folder: Path, ids: list[str]) -> None:
    rows = [IDS.index(name) for name in ids]
    files = find_basins([folder / "timeseries/netcdf/camels"])
    daily = read_daily([files[name] for name in ids], DAYS)
    np.testing.assert_array_equal(daily.p, SERIES["total_precipitation_sum"][rows])
    np.testing.assert_array_equal(daily.t, SERIES["temperature_2m_mean"][rows])
    np.testing.assert_array_equal(daily.q, SERIES["streamflow"][rows])
    assert np.isnan(daily.pet).all()
    table = read_attributes([folder / "attributes/camels"], ids)
    assert table.index.tolist() == ids
    for ours, theirs in (("lat", "lat"), ("area", "area"), ("pet_mean", "pet_mean")):
        np.testing.assert_allclose(table[ours], NUMBERS[theirs][rows], rtol=1e-12)
    assert table["gauge_name"].str.endswith(", near a bridge").all()


def test_a_server_and_a_file_give_the_same_basins(
    remote: tuple[str, list[str]], local: Path, tmp_path: Path
) -> None:
    ids = [IDS[3], IDS[4], IDS[30]]
    for address, folder in ((remote[0], tmp_path / "a"), (local, tmp_path / "b")):
        files = fetch_basins(address, "camels", ids, folder)
        check(folder, ids)
        assert files == [folder / f"timeseries/netcdf/camels/{name}.nc" for name in ids]
        assert not list(folder.rglob("*.part"))


def test_only_the_wanted_rows_and_variables_are_asked_for(
    remote: tuple[str, list[str]], tmp_path: Path
) -> None:
    address, asked = remote
    names = DAILY[:3]
    fetch_basins(address, "camels", [IDS[5], IDS[3], IDS[4]], tmp_path, variables=names)
    series = [path for path in asked if any(name in path for name in DAILY)]
    assert len(series) == 3 and all("[3:5][0:399]" in unquote(path) for path in series)


def test_basins_that_are_there_are_not_asked_for_again(
    remote: tuple[str, list[str]], tmp_path: Path
) -> None:
    address, asked = remote
    told: list[int] = []
    fetch_basins(address, "camels", IDS[:2], tmp_path)
    asked.clear()
    fetch_basins(address, "camels", IDS[:2], tmp_path, progress=told.append)
    assert asked == [] and told == []
    fetch_basins(address, "camels", IDS[1:20], tmp_path, progress=told.append)
    assert sum(told) == 18
    check(tmp_path, IDS[:20])


def test_a_break_keeps_whole_basins_and_is_gone_on_with(local: Path, tmp_path: Path) -> None:
    told: list[int] = []

    def stop(_: int) -> None:
        told.append(1)
        if len(told) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch_basins(local, "camels", IDS[:5], tmp_path, progress=stop)
    assert len(list(tmp_path.rglob("*.nc"))) == 3 and not list(tmp_path.rglob("*.csv"))
    fetch_basins(local, "camels", IDS[:5], tmp_path, progress=told.append)
    assert len(told) == 5
    check(tmp_path, IDS[:5])


def test_a_stumbling_server_is_tried_again(application: Any, tmp_path: Path) -> None:
    calls, waits = list[str](), list[float]()

    def stumbling(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        calls.append(environ["PATH_INFO"])
        if len(calls) in (1, 2, 9):
            start("503 Service Unavailable", [("Content-Length", "0")])
            return [b""]
        return application(environ, start)

    with serve_app(stumbling) as (url, _):
        fetch_basins(url + "/camels.nc", "camels", IDS[:2], tmp_path, sleep=waits.append)
    check(tmp_path, IDS[:2])
    assert waits


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (404, r"camels\.nc does not exist: look for its new address"),
        (403, r"camels\.nc refuses access: an account or the acceptance of its licence"),
        (500, r"camels\.nc could not be loaded, 6 tries in a row failed .*: check the network"),
        (200, r"camels\.nc cannot be read .*, perhaps it is a web page"),
    ],
)
def test_a_failing_server_is_one_sentence(status: int, sentence: str, tmp_path: Path) -> None:
    page = b"<html>log in</html>"
    names = ("", ".dds", ".das", ".dods", ".dmr")
    files = {
        "/camels.nc" + end: File(page, "text/html", statuses=[status] * 99 * (status != 200))
        for end in names
    }
    with serve(files) as server, pytest.raises(InputError, match=sentence):
        fetch_basins(server.url + "/camels.nc", "camels", IDS[:1], tmp_path, sleep=[].append)
    assert list(tmp_path.iterdir()) == []


def test_what_does_not_exist_is_named(local: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"1 of the 2 wanted basins: camels_9 \(it has 40, such"):
        fetch_basins(local, "camels", [IDS[0], "camels_9"], tmp_path)
    with pytest.raises(InputError, match="1 of the 1 wanted variables: snow"):
        fetch_basins(local, "camels", IDS[:1], tmp_path, variables=["snow"])
    with pytest.raises(InputError, match=r"hysets\.nc does not exist"):
        fetch_basins(local.with_name("hysets.nc"), "hysets", IDS[:1], tmp_path)
    with pytest.raises(InputError, match="not an https address"):
        fetch_basins("http://example.org/camels.nc", "camels", IDS[:1], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_another_file_than_the_providers_is_named(tmp_path: Path, local: Path) -> None:
    other = tmp_path / "other.nc"
    with netCDF4.Dataset(other, "w") as file:
        file.createDimension("time", 1)
        file.createVariable("time", "f8", ("time",))
    with pytest.raises(InputError, match="lacks basin_id, name, country, lat, lon, area, expected"):
        fetch_basins(other, "camels", IDS[:1], tmp_path)
    other.write_bytes(local.read_bytes()[:20_000])
    with pytest.raises(InputError, match="cannot be read as netCDF or by OPeNDAP"):
        fetch_basins(other, "camels", IDS[:1], tmp_path)


def test_the_providers_own_file_reads_like_the_archive(sample_data: Path, tmp_path: Path) -> None:
    """The sample holds 1981 of two basins; one of them is in the archive's sample too."""
    path = sample_data / "caravan_4tu_opendap" / "test_caravan_file.nc"
    fetch_basins(path, "camels", ["camels_01022500", "camels_03439000"], tmp_path)
    files = find_basins([tmp_path / "timeseries/netcdf/camels"])
    days = pd.date_range("1981-01-01", "1981-12-31")
    ours = read_daily([files["camels_03439000"]], days)
    archive = sample_data / "Caravan-nc"
    theirs = read_daily([archive / "timeseries/netcdf/camels/camels_03439000.nc"], days)
    for name in ("p", "t", "q"):
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), atol=0.011)
    tables = [
        read_attributes([root / "attributes/camels"], ["camels_03439000"]).iloc[0]
        for root in (tmp_path, archive)
    ]
    for name in ("lat", "lon", "area", "p_mean", "frac_snow", "seasonality"):
        np.testing.assert_allclose(tables[0][name], tables[1][name], rtol=1e-4, err_msg=name)
    assert tables[0]["gauge_name"] == tables[1]["gauge_name"]
