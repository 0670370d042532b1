"""The planet's files are the providers' own: their readers give back what went in."""

import re
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import netCDF4
import numpy as np
import pandas as pd
import pytest
import rasterio
import xarray as xr
from tests.small_planet import small_planet

from vadose.grid import Grid
from vadose.planet.providers import write_providers
from vadose.planet.world import Seen, World
from vadose.planet.writers.snow import WINDOW
from vadose.planet.writers.soil import TEXTURE_STEP, depth_class
from vadose.sources.era5 import read_era5_monthly
from vadose.sources.fluxcom import read_fluxcom
from vadose.sources.gridded import read_cru, read_gpcc
from vadose.sources.grun import read_grun
from vadose.sources.root_zone_references import read_root_zone_capacity
from vadose.sources.snow import read_calendar_year
from vadose.sources.soil import read_hwsd

SEED, STEP, START, END = 7, 6.0, "2000-01", "2002-12"
SINGLE = 1e-6  # relative, of fields stored in single precision
NAMES = {
    "era5_land": r"era5_land_monthly_200[0-2]\.nc",
    "grace_jpl": r"GRCTellus\.JPL\.200204_200212\.GLO\.RL06\.3M\.MSCNv04CRI\.nc",
    "grace_csr": r"CSR_GRACE_GRACE-FO_RL06(03_Mascons_all-corrections|_Mascons_v02_LandMask)\.nc",
    "modis_lai": r"MCD15A2H\.061_500m_2002\.nc",
    "noaa_lai": r"AVHRR-Land_v005_AVH15C1_NOAA-1[46]_200[0-2]\d{4}_c\d{14}\.nc",
    "fluxcom_xbase": r"ET_200[12]_050_monthly\.nc",
    "ua_swe": r"4km_SWE_Depth_WY200[0-3]_v01\.nc|SWE_Mask_v01\.nc",
    "grun": r"GRUN_v1_GSWP3_WGS84_05_2000_2002\.nc",
    "cru": r"cru_ts4\.09\.2000\.2002\.(pet|pre|tmp)\.dat\.nc",
    "gpcc": r"precip\.mon\.total\.v2018\.nc",
    "hwsd": r"HWSD2\.(bil|hdr|sqlite)",
    "topography": r"elevation_50KMmn_GMTEDmn\.tif|slope_50KMmn_GMTEDmd\.tif",
    "canopy_height": r"Simard_Pinto_3DGlobalVeg_JPL\.tif",
    "root_zone_stocker": r"cwdx80\.nc",
}
COUNTS = {"era5_land": 3, "grace_csr": 2, "noaa_lai": 108, "fluxcom_xbase": 2, "ua_swe": 5}
COUNTS |= {"cru": 3, "hwsd": 3, "topography": 2}


class Planet(NamedTuple):
    folder: Path
    world: World
    seen: Seen

    def files(self, source: str, pattern: str = "*") -> list[Path]:
        return sorted((self.folder / source).glob(pattern))


@pytest.fixture(scope="module")
def planet(tmp_path_factory: pytest.TempPathFactory) -> Planet:
    world, seen = small_planet(STEP, START, END)
    folder = tmp_path_factory.mktemp("planet")
    write_providers(folder, world, seen, SEED)
    return Planet(folder, world, seen)


def same(read: xr.DataArray, wanted: np.ndarray, world: World, **tolerance: float) -> None:
    """The reader's field is what was seen, cell by cell, on canonical axes."""
    np.testing.assert_allclose(read["lat"], world.lat)
    np.testing.assert_allclose(read["lon"], world.lon)
    np.testing.assert_allclose(read.values, wanted, **({"rtol": 1e-5, "atol": 1e-5} | tolerance))


def bytes_below(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        yield str(path.relative_to(folder)), path.read_bytes()


def test_every_provider_has_its_own_files_and_no_other(planet: Planet) -> None:
    assert {path.name for path in planet.folder.iterdir()} == set(NAMES)
    for source, pattern in NAMES.items():
        names = [path.name for path in planet.files(source)]
        assert all(re.fullmatch(pattern, name) for name in names), names
        assert len(names) == COUNTS.get(source, 1), names


def test_same_arguments_give_same_bytes(planet: Planet, tmp_path: Path) -> None:
    write_providers(tmp_path, planet.world, planet.seen, SEED)
    assert dict(bytes_below(tmp_path)) == dict(bytes_below(planet.folder))


def test_years_before_a_provider_began_have_no_file(tmp_path: Path) -> None:
    write_providers(tmp_path, *small_planet(24.0, "1999-11", "2000-02"), SEED)
    missing = {"grace_jpl", "grace_csr", "modis_lai", "fluxcom_xbase"}
    assert {path.name for path in tmp_path.iterdir()} == set(NAMES) - missing


def test_years_after_a_provider_ended_have_no_file(tmp_path: Path) -> None:
    write_providers(tmp_path, *small_planet(24.0, "2022-01", "2022-03"), SEED)
    missing = {"noaa_lai", "fluxcom_xbase", "grun", "gpcc"}
    assert {path.name for path in tmp_path.iterdir()} == set(NAMES) - missing | {"viirs_lai"}


def test_reanalysis_comes_back_from_metres_a_day(planet: Planet) -> None:
    years = [read_era5_monthly([path]) for path in planet.files("era5_land")]
    data, seen = xr.concat(years, "time"), planet.seen
    wanted = {"p": seen.p, "pet_reanalysis": seen.pet_reanalysis, "et": seen.et_reanalysis}
    wanted |= {"q": seen.q, "swe": seen.swe, "t": seen.t}
    wanted |= {f"swvl{n}": seen.soil_water[n] for n in range(1, 5)}
    assert set(data.data_vars) == set(wanted)
    for name, values in wanted.items():
        same(data[name], values, planet.world, atol=5e-5 if name == "t" else 1e-5)
    assert list(data["time"].values) == list(planet.world.months.to_numpy())


def test_a_reply_of_the_store_is_a_zip_of_two_files(planet: Planet, tmp_path: Path) -> None:
    with zipfile.ZipFile(planet.files("era5_land")[0]) as reply:
        assert all(info.date_time == (1980, 1, 1, 0, 0, 0) for info in reply.infolist())
        reply.extractall(tmp_path)
    found = {path.stem[-5:]: path for path in tmp_path.iterdir()}
    fields = {"avgua": {"t2m", "sd", *(f"swvl{n}" for n in range(1, 5))}}
    fields["avgad"] = {"tp", "pev", "e", "ro", "sro"}
    for step, hour in (("avgua", 0), ("avgad", 6)):
        assert found[step].name == f"data_stream-moda_stepType-{step}.nc"
        with xr.open_dataset(found[step]) as data:
            assert set(data.data_vars) == fields[step]
            assert set(data["valid_time"].dt.hour.values) == {hour}
            assert {"number", "expver"} <= set(data.coords)
            assert np.all(np.diff(data["latitude"]) < 0) and data["longitude"].min() < 0
            for name in fields[step]:
                assert data[name].dtype == np.float32
                assert data[name].dims == ("valid_time", "latitude", "longitude")
                np.testing.assert_array_equal(np.isfinite(data[name][0]), planet.world.land[::-1])
    with xr.open_dataset(found["avgad"]) as data:
        assert data["e"].max() <= 0 and data["pev"].max() <= 0
        assert (data["sro"] <= data["ro"]).where(data["ro"].notnull(), True).all()


def test_evaporation_of_fluxcom_comes_back_from_mm_an_hour(planet: Planet) -> None:
    data = read_fluxcom(planet.files("fluxcom_xbase"))
    same(data["et"], planet.seen.et[12:], planet.world)
    np.testing.assert_array_equal(data["land_fraction"], planet.world.land)
    with netCDF4.Dataset(planet.files("fluxcom_xbase")[0]) as file:
        assert file["ET"].units == "mm h-1" and file["lat"][0] > file["lat"][-1]


def test_runoff_of_grun_comes_back_from_axes_x_and_y(planet: Planet) -> None:
    (path,) = planet.files("grun")
    same(read_grun([path])["q"], planet.seen.q, planet.world)
    with netCDF4.Dataset(path) as file:
        assert file["Runoff"].dimensions == ("time", "Y", "X")
        assert file["Runoff"].units == "mm/day"


def test_rain_and_warmth_of_cru_come_back(planet: Planet) -> None:
    data = read_cru(planet.files("cru"))
    same(data["p"], planet.seen.p, planet.world)
    same(data["t"], planet.seen.t, planet.world)


def test_rain_of_gpcc_comes_back_from_longitudes_of_greenwich(planet: Planet) -> None:
    (path,) = planet.files("gpcc")
    same(read_gpcc([path])["p"], planet.seen.p, planet.world)
    with netCDF4.Dataset(path) as file:
        assert file["lon"][0] >= 0 and file["lon"][-1] > 300 and file["lat"][0] > 0


def test_snow_of_month_ends_comes_back_in_its_window(planet: Planet) -> None:
    world = planet.world
    paths = planet.files("ua_swe", "4km*WY200[12]*")
    data = read_calendar_year(paths, 2001)["swe"]
    west, south, east, north = WINDOW
    inside = world.lat[(world.lat > south) & (world.lat < north)]
    np.testing.assert_allclose(data["lat"], inside)
    assert west < data["lon"].min() and data["lon"].max() < east
    months = world.months[12:24]
    field = xr.DataArray(planet.seen.swe[12:24], dims=("time", "lat", "lon"))
    field = field.assign_coords(time=months, lat=world.lat, lon=world.lon)
    wanted = field.sel(lat=data["lat"], lon=data["lon"])
    assert float(wanted.max()) > 20
    at_ends = data.sel(time=months + pd.offsets.MonthEnd())
    np.testing.assert_allclose(at_ends.values, wanted.values, atol=0.5)
    middle = data.sel(time="2001-02-14").values
    np.testing.assert_allclose(middle, 0.5 * (wanted[0] + wanted[1]).values, atol=1.0)
    with netCDF4.Dataset(planet.files("ua_swe", "SWE_Mask*")[0]) as file:
        np.testing.assert_array_equal(file["SWE_MASK"][:] == 1, np.isfinite(wanted[0]))


def test_a_water_year_is_whole_and_has_nothing_before_the_planet_began(planet: Planet) -> None:
    with netCDF4.Dataset(planet.files("ua_swe", "*WY2000*")[0]) as file:
        file.set_auto_maskandscale(False)
        assert len(file["time"]) == 366 and file["SWE"].dtype == np.int16
        assert file["SWE"]._FillValue == -999 and np.all(file["SWE"][:92] == -999)
        first_day = file["SWE"][92]
        assert np.any(first_day > 0)
        assert np.all(file["DEPTH"][92][first_day > 0] > first_day[first_day > 0])


def test_soil_of_a_cell_comes_back_from_its_unit(planet: Planet) -> None:
    world = planet.world
    data = read_hwsd(planet.files("hwsd"), Grid.of(world.lat, world.lon))
    for name in ("clay", "sand"):
        wanted, read = world.static[name], data[name].values
        np.testing.assert_array_equal(np.isfinite(read), world.land)
        np.testing.assert_allclose(read, wanted, atol=TEXTURE_STEP / 2 + 0.01)
    total = data["clay"] + data["sand"] + data["silt"]
    np.testing.assert_allclose(total.values[world.land], 100.0, atol=0.01)
    assert 20 < float(data["available_water_capacity"].median()) < 250


def test_shares_of_a_unit_are_whole_and_its_layers_reach_two_metres(planet: Planet) -> None:
    database = sqlite3.connect(planet.files("hwsd", "*.sqlite")[0])
    table = pd.read_sql("SELECT * FROM HWSD2_LAYERS", database)
    database.close()
    assert table["ID"].is_unique and table[["CLAY", "SAND", "SILT"]].min().min() >= 0
    shares = table[table["LAYER"] == "D1"].groupby("HWSD2_SMU_ID")["SHARE"].sum()
    assert set(shares) == {100}
    layers = table.groupby(["HWSD2_SMU_ID", "SEQUENCE"])[["TOPDEP", "BOTDEP"]].agg(["min", "max"])
    assert np.all(layers.to_numpy() == [0, 150, 20, 200])
    np.testing.assert_array_equal(depth_class(np.array([0.05, 0.3, 0.7, 1.5])), [4, 3, 2, 1])


def test_relief_lies_where_it_is_on_the_planet(planet: Planet) -> None:
    world = planet.world
    for name, pattern in (("elevation", "elevation*"), ("slope", "slope*")):
        with rasterio.open(planet.files("topography", pattern)[0]) as raster:
            assert raster.crs.to_epsg() == 4326 and raster.dtypes == ("float32",)
            assert tuple(raster.bounds) == (-180.0, -60.0, 180.0, 84.0)
            values = raster.read(1, masked=True)[::-1]
            np.testing.assert_array_equal(~np.ma.getmaskarray(values), world.land)
            np.testing.assert_allclose(
                values[world.land], world.static[name][world.land], rtol=SINGLE
            )


def test_canopy_is_whole_metres(planet: Planet) -> None:
    height = planet.world.static["canopy_height"]
    with rasterio.open(planet.files("canopy_height")[0]) as raster:
        assert raster.dtypes == ("uint8",)
        wanted = np.nan_to_num(np.rint(height), nan=0.0)
        np.testing.assert_array_equal(raster.read(1)[::-1], wanted)


def test_the_published_root_zone_is_the_truth_with_its_scatter(planet: Planet) -> None:
    world = planet.world
    data = read_root_zone_capacity(
        planet.files("root_zone_stocker"), Grid.of(world.lat, world.lon)
    )["root_zone_capacity"].values
    np.testing.assert_array_equal(np.isfinite(data), world.land)
    ratio = data[world.land] / world.static["capacity"][world.land]
    assert np.log(ratio).std() == pytest.approx(0.2, abs=0.02)
    assert ratio.mean() == pytest.approx(1.0, abs=0.015)
