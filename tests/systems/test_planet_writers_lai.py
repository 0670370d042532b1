"""The planet's leaf area as the sensors see it: bias, noise, clouds and packing."""

from pathlib import Path
from typing import NamedTuple

import netCDF4
import numpy as np
import pandas as pd
import pytest
from tests.small_planet import small_planet

from vadose.planet.world import Seen, World
from vadose.planet.writers.lai import (
    EPOCH,
    dark,
    day_file,
    modis_year,
    true_leaves,
    write_modis_lai,
    write_noaa_lai,
    write_viirs_lai,
)
from vadose.sources.lai import read_modis, read_noaa

BRIGHT = slice(-30, 30)  # latitudes without a polar night


class Leaves(NamedTuple):
    folder: Path
    world: World
    seen: Seen


@pytest.fixture(scope="module")
def leaves(tmp_path_factory: pytest.TempPathFactory) -> Leaves:
    world, seen = small_planet(6.0, "2013-07", "2014-06")
    folder = tmp_path_factory.mktemp("leaves")
    for name, write in (
        ("modis", write_modis_lai),
        ("noaa", write_noaa_lai),
        ("viirs", write_viirs_lai),
    ):
        write(folder / name, world, seen, 7)
    return Leaves(folder, world, seen)


def logs_of_ratio(leaves: Leaves, read, shift_days: int = 0) -> np.ndarray:
    """Natural logarithm of what is read over what is true, where both are well above zero."""
    days = pd.DatetimeIndex(read["time"].values) + pd.Timedelta(days=shift_days)
    truth = true_leaves(leaves.world, leaves.seen, days)
    clear = (truth > 2.0) & (truth < 5.0) & np.isfinite(read.values)
    assert clear.sum() > 1000
    return np.log(read.values[clear] / truth[clear])


def test_leaves_lie_between_the_middles_of_months(leaves: Leaves) -> None:
    days = pd.DatetimeIndex(["2013-07-16 12:00", "2013-08-01"])
    found = true_leaves(leaves.world, leaves.seen, days)
    july, august = leaves.seen.lai[:2]
    np.testing.assert_allclose(found, [july, 0.5 * (july + august)])
    assert EPOCH == "2000-01-01"


def test_modis_is_five_per_cent_too_high_where_it_is_clear(leaves: Leaves) -> None:
    lai = read_modis([leaves.folder / "modis/MCD15A2H.061_500m_2013.nc"])["lai"]
    ratio = logs_of_ratio(leaves, lai.sel(time=slice("2013-07-20", None)), shift_days=4)
    assert np.median(ratio) == pytest.approx(np.log(1.05), abs=0.01)
    assert ratio.std() == pytest.approx(0.05, abs=0.015)


def test_modis_has_46_composites_a_year_from_july_2002_on(tmp_path: Path) -> None:
    world, seen = small_planet(24.0, "2002-01", "2004-12")
    write_modis_lai(tmp_path, world, seen, 7)
    days = {p.stem[-4:]: read_modis([p])["lai"]["time"].values for p in tmp_path.iterdir()}
    assert {year: len(times) for year, times in days.items()} == {
        "2002": 23,
        "2003": 46,
        "2004": 46,
    }
    assert days["2002"][0] == np.datetime64("2002-07-04")
    assert days["2004"][-1] == np.datetime64("2004-12-26")


def test_modis_tells_its_gaps_by_fills_and_quality(leaves: Leaves) -> None:
    world = leaves.world
    days = pd.date_range("2013-01-01", "2013-12-31", freq="8D")
    counts, quality = modis_year(world, leaves.seen, 7, days)
    assert np.all(counts[:, ~world.land] == 254) and np.all(quality[:, ~world.land] == 157)
    land = counts[:, world.land]
    assert set(np.unique(land[land > 100])) == {255}
    night = dark(world.lat, days + pd.Timedelta(days=4))
    assert night.any() and not night.all(axis=0).any()
    rows = np.broadcast_to(night[:, :, None], counts.shape) & world.land
    assert np.all(counts[rows] == 255) and np.all(quality[rows] >> 5 == 4)
    cloudy = (quality[:, world.land] >> 5 == 2).mean()
    assert 0.10 < cloudy < 0.16
    saturated = quality >> 5 == 1
    assert counts[saturated].min() >= 60 and counts[saturated].max() <= 100


def test_modis_is_packed_in_bytes_from_north_to_south(leaves: Leaves) -> None:
    with netCDF4.Dataset(leaves.folder / "modis/MCD15A2H.061_500m_2014.nc") as file:
        assert file["Lai_500m"].dtype == file["FparLai_QC"].dtype == np.uint8
        assert file["Lai_500m"].dimensions == ("time", "lat", "lon")
        assert file["Lai_500m"].scale_factor == 0.1 and file["lat"][0] > file["lat"][-1]


@pytest.mark.parametrize(("sensor", "bias"), [("noaa", 1.0), ("viirs", 1.12)])
def test_three_days_a_month_come_back_with_the_bias_of_the_sensor(
    leaves: Leaves, sensor: str, bias: float
) -> None:
    paths = sorted((leaves.folder / sensor).iterdir())
    lai = read_noaa(paths)["lai"]
    days = lai["time"].dt
    assert len(paths) == 18 and set(days.day.values) == {5, 15, 25}
    assert set(days.year.values) == {2013 if sensor == "noaa" else 2014}
    ratio = logs_of_ratio(leaves, lai)
    assert np.median(ratio) == pytest.approx(np.log(bias), abs=0.01)
    assert ratio.std() == pytest.approx(0.08, abs=0.01)
    clear = np.isfinite(lai.sel(lat=BRIGHT).values[:, leaves.world.land[5:15]])
    assert clear.mean() == pytest.approx(0.8, abs=0.02)


def test_noaa_is_packed_in_thousandths_with_flags(leaves: Leaves) -> None:
    path = leaves.folder / "noaa" / day_file(pd.Timestamp("2013-12-25"))
    with netCDF4.Dataset(path) as file:
        file.set_auto_maskandscale(False)
        lai, flags = file["LAI"], file["QA"]
        assert lai.dimensions == ("time", "latitude", "longitude") and lai.dtype == np.int16
        assert lai.scale_factor == np.float32(0.001) and lai._FillValue == -100
        land = leaves.world.land[::-1]
        assert np.all(lai[0][~land] == -100) and set(np.unique(flags[0][land])) == {0, 1, 2}
        assert np.all(lai[0][flags[0] == 2] == -100) and np.all(lai[0][flags[0] < 2] >= 0)
        assert file["FAPAR"][:].max() <= 1000
