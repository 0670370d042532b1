"""The planet's mascons have GRACE's months, gaps, doubled middles and units."""

from pathlib import Path
from typing import NamedTuple

import netCDF4
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from tests.small_planet import small_planet

from vadose.planet.world import Seen, World
from vadose.planet.writers.grace import (
    CSR_FILE,
    CSR_MASK_FILE,
    CSR_SPANS,
    JPL_SPANS,
    solutions,
    uncertainty,
    write_grace_csr,
    write_grace_jpl,
)
from vadose.sources.grace import missing_months, observed_months, read_grace

GAPS = [
    *("2002-06", "2002-07", "2003-06", "2011-01", "2011-06", "2012-05", "2012-10", "2013-03"),
    *("2013-08", "2013-09", "2014-02", "2014-07", "2014-12", "2015-06", "2015-10", "2015-11"),
    *("2016-04", "2016-09", "2016-10", "2017-02", *(f"2017-{month:02d}" for month in range(7, 13))),
    *(f"2018-{month:02d}" for month in (1, 2, 3, 4, 5, 8, 9)),
]
UNUSUAL = {"jpl": ["2011-12", "2015-05"], "csr": ["2011-11", "2015-05"]}
DOUBLED = {"jpl": ["2012-01", "2015-04"], "csr": ["2011-10", "2015-04"]}


class Mascons(NamedTuple):
    world: World
    seen: Seen
    paths: dict[str, Path]
    mask: Path


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Mascons:
    world, seen = small_planet(24.0, "2001-01", "2019-12")
    folder = tmp_path_factory.mktemp("grace")
    write_grace_jpl(folder, world, seen, 7)
    write_grace_csr(folder, world, seen)
    (jpl,) = folder.glob("GRCTellus.JPL.200204_201912.GLO.RL06.3M.MSCNv04CRI.nc")
    return Mascons(world, seen, {"jpl": jpl, "csr": folder / CSR_FILE}, folder / CSR_MASK_FILE)


def read(written: Mascons, centre: str, land_only: bool = True) -> xr.Dataset:
    mask = written.mask if centre == "csr" else None
    return read_grace(written.paths[centre], land_only=land_only, mask_path=mask)


@pytest.mark.parametrize("centre", ["jpl", "csr"])
def test_the_months_without_a_solution_are_those_of_the_missions(
    written: Mascons, centre: str
) -> None:
    data = read(written, centre)
    assert list(missing_months(data).strftime("%Y-%m")) == GAPS
    first, *_, last = observed_months(data)
    assert f"{first:%Y-%m} {last:%Y-%m}" == "2002-04 2019-12"


@pytest.mark.parametrize("centre", ["jpl", "csr"])
def test_two_months_have_two_middles(written: Mascons, centre: str) -> None:
    with netCDF4.Dataset(written.paths[centre]) as file:
        days = pd.to_timedelta(np.asarray(file["time"][:]), unit="D")
    months = (pd.Timestamp("2002-01-01") + days).to_period("M")
    assert list(months[months.duplicated()].strftime("%Y-%m")) == DOUBLED[centre]


@pytest.mark.parametrize("centre", ["jpl", "csr"])
def test_storage_comes_back_in_its_month(written: Mascons, centre: str) -> None:
    world, data = written.world, read(written, centre)
    usual = ~data["time"].dt.strftime("%Y-%m").isin(UNUSUAL[centre]).values
    places = world.months.get_indexer(pd.DatetimeIndex(data["time"].values[usual]))
    np.testing.assert_allclose(
        data["twsa"].values[usual], written.seen.twsa[places], rtol=1e-5, atol=1e-4
    )
    assert (~usual).sum() == 2


def test_a_solution_of_two_halves_is_their_mean(written: Mascons) -> None:
    """From 16 December to 16 January there are 16 days of either month."""
    world, data = written.world, read(written, "jpl")
    december = world.months.get_loc(pd.Timestamp("2011-12-01"))
    wanted = written.seen.twsa[december : december + 2].mean(axis=0)
    np.testing.assert_allclose(data["twsa"].sel(time="2011-12-01"), wanted, rtol=1e-5, atol=1e-4)
    found = solutions(world.months, JPL_SPANS)
    assert list((found.end - found.start).days.unique()) == [30, 31, 28, 29, 32]
    assert len(solutions(world.months, CSR_SPANS).start) == len(found.start)


def test_the_sea_moves_too_and_the_mask_takes_it_away(written: Mascons) -> None:
    land = written.world.land
    for centre in ("jpl", "csr"):
        masked = read(written, centre)["twsa"].values
        assert np.isfinite(masked[:, land]).all() and np.isnan(masked[:, ~land]).all()
        sea = read(written, centre, land_only=False)["twsa"].values[:, ~land]
        assert sea.max() == pytest.approx(10.0, abs=0.1)  # mm


def test_the_error_comes_back_in_mm(written: Mascons) -> None:
    data = read(written, "jpl")
    wanted = 10.0 * np.where(written.world.land, uncertainty(written.world, written.seen), np.nan)
    np.testing.assert_allclose(data["twsa_uncertainty"][0], wanted, rtol=1e-5)
    scale = data["scale_factor"].values
    np.testing.assert_array_equal(np.isfinite(scale), written.world.land)
    assert np.nanmean(scale) == pytest.approx(1.0, abs=0.1)


def test_the_layout_is_that_of_each_centre(written: Mascons) -> None:
    with netCDF4.Dataset(written.paths["jpl"]) as file:
        names = {"lwe_thickness", "uncertainty", "land_mask", "scale_factor", "mascon_ID", "WGS84"}
        names |= {"time", "lat", "lon", "time_bounds", "lat_bounds", "lon_bounds"}
        assert set(file.variables) == names
        assert file["time"].units == "days since 2002-01-01T00:00:00Z"
        assert file["lwe_thickness"].units == file["uncertainty"].units == "cm"
        assert file["lwe_thickness"].dtype == np.float64
        assert file["lwe_thickness"]._FillValue == -99999.0
        np.testing.assert_allclose(file["lon_bounds"][0], [-12.0, 12.0])
        assert np.all(np.diff(file["lat"][:]) > 0)
    with netCDF4.Dataset(written.paths["csr"]) as file:
        assert not hasattr(file["time"], "units")
        assert file["time"].Units == "days since 2002-01-01T00:00:00Z"
        assert file["lwe_thickness"].dtype == np.float32 and file["lon"][0] >= 0
