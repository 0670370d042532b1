"""Real files of the providers read into canonical units with magnitudes that are known."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from vadose.errors import InputError
from vadose.extent import Extent
from vadose.grid import Grid
from vadose.sources import camels_us
from vadose.sources.caravan import (
    find_basins,
    read_attributes,
    read_daily,
    read_daily_variables,
    read_polygons,
)
from vadose.sources.caravan_files import DAILY
from vadose.sources.era5 import read_era5_monthly
from vadose.sources.grace import missing_months, observed_months, read_grace
from vadose.sources.gridded import read_cru, read_mhm_forcing, read_static
from vadose.sources.grun import read_grun
from vadose.sources.lai import read_appeears, read_modis
from vadose.sources.modis_tiles import TILE_WIDTH, pixel_cells
from vadose.sources.snow import read_basin_swe

DAYS = pd.date_range("2000-01-01", "2002-12-31", freq="D")
SHARED = ["01547700", "02064000", "03015500"]
SUBSETS = "gridded/era5_era5land_cru_monthly_subsets"
MOSELLE = "gridded/mhm_moselle_24km_daily_1989_1993"


def by_month(array: xr.DataArray) -> np.ndarray:
    """The mean year of all places."""
    return array.groupby("time.month").mean(...).values


def has_canonical_axes(data: xr.Dataset) -> bool:
    ordered = all((np.diff(data[axis]) > 0).all() for axis in ("lat", "lon"))
    months = data["time"].to_index()
    return ordered and data["lon"].min() >= -180 and (months == months.normalize()).all()


@pytest.fixture(scope="module")
def grace(sample_data: Path) -> xr.Dataset:
    return read_grace(sample_data / "grace/grace_jpl_rl06_sh_tws_1deg_200204_200710.nc")


def test_grace_misses_the_months_that_have_no_solution(grace: xr.Dataset) -> None:
    gaps = list(missing_months(grace).strftime("%Y-%m"))
    assert gaps == ["2002-06", "2002-07", "2003-06", *(f"2004-{m:02d}" for m in range(7, 11))]
    assert len(observed_months(grace)) == 60 and has_canonical_axes(grace)


def test_grace_swells_and_falls_with_the_amazon(grace: xr.Dataset) -> None:
    """Storage of the central Amazon peaks in April to June, by some 30 cm over its low."""
    basin = grace["twsa"].sel(lat=slice(-8, 0), lon=slice(-70, -52)).mean(("lat", "lon"))
    year = basin.groupby("time.month").mean().values
    assert np.argmax(year) + 1 in (4, 5, 6) and np.argmin(year) + 1 in (9, 10, 11, 12)
    assert 80 < float(basin.std()) < 250
    sahara = grace["twsa"].sel(lat=slice(20, 26), lon=slice(0, 25)).mean(("lat", "lon"))
    assert float(sahara.std()) < 30


@pytest.fixture(scope="module")
def era5(sample_data: Path) -> dict[str, xr.Dataset]:
    return {
        kind: read_era5_monthly(sorted((sample_data / SUBSETS).glob(f"sel_{kind}_monthly_*.nc")))
        for kind in ("era5", "era5_land")
    }


def test_era5_of_the_alps_has_alpine_weather(era5: dict[str, xr.Dataset]) -> None:
    for data in era5.values():
        assert has_canonical_axes(data)
        assert data["t"].attrs["units"] == "degC" and data["p"].attrs["units"] == "mm/month"
        assert data["t"].min() > -30 and data["t"].max() < 30
        yearly = float(data["p"].mean()) * 12
        assert 900 < yearly < 2000, f"{yearly:.0f} mm a year"
        assert np.argmax(by_month(data["t"])) + 1 in (7, 8)


def test_era5_and_era5_land_agree_where_both_are(era5: dict[str, xr.Dataset]) -> None:
    both = [data.sel(time=slice("1981", "2018"), lat=47.0, lon=11.0) for data in era5.values()]
    for name, least in (("t", 0.99), ("p", 0.98)):
        assert xr.corr(both[0][name], both[1][name]) > least


@pytest.mark.parametrize("product", ["daymet", "maurer", "maurer_extended", "nldas"])
def test_runoff_of_camels_equals_caravan(sample_data: Path, product: str) -> None:
    """With the area of CAMELS' own headers, to the rounding of Caravan's hundredths."""
    data = camels_us.read_basins(sample_data / "camels_us", SHARED, product, DAYS)
    files = find_basins([sample_data / "Caravan-nc/timeseries/netcdf/camels"])
    caravan = read_daily([files[f"camels_{name}"] for name in SHARED], DAYS).q
    both = np.isfinite(caravan) & np.isfinite(data["q"].values)
    assert both.sum() > 3000
    np.testing.assert_allclose(data["q"].values[both], caravan[both], rtol=1e-6, atol=0.00501)


def test_forcing_of_camels_is_that_of_the_eastern_states(sample_data: Path) -> None:
    read = {
        product: camels_us.read_basins(sample_data / "camels_us", SHARED, product, DAYS)
        for product in camels_us.PRODUCTS[:4]
    }
    for data in read.values():
        assert ((data["p"].mean("time") * 365.25).values > 750).all()
        assert ((data["p"].mean("time") * 365.25).values < 1400).all()
        assert ((data["t"].mean("time") > 5) & (data["t"].mean("time") < 16)).all()
        assert (data["t_min"] <= data["t_max"]).all() and (data["p"] >= 0).all()
    plain, extended = read["maurer"], read["maurer_extended"]
    assert (plain["t_min"] == plain["t_max"]).all(), "the plain product has the mean only"
    assert (extended["t_max"] - extended["t_min"]).mean() > 8
    np.testing.assert_allclose(plain["p"], extended["p"], atol=0.01)


def test_attributes_of_camels_agree_with_caravan(sample_data: Path) -> None:
    table = camels_us.read_attributes(sample_data / "camels_us")
    assert len(table) == 671 and "01013500" in table.index
    assert set(table["huc_02"]) == {f"{i:02d}" for i in range(1, 19)}
    caravan = read_attributes(
        [sample_data / "Caravan-nc/attributes/camels"], [f"camels_{n}" for n in SHARED]
    )
    np.testing.assert_allclose(table.loc[SHARED, "gauge_lat"], caravan["lat"], atol=1e-4)
    np.testing.assert_allclose(table.loc[SHARED, "area_geospa_fabric"], caravan["area"], rtol=0.02)


def test_the_published_model_closes_its_balance(sample_data: Path) -> None:
    """Precipitation is evaporation and runoff within 5 % over 34 years; snow lies in winter."""
    path = sample_data / "camels_us/model_output/01031500_05_model_output.txt"
    run = camels_us.read_model_output(path)
    assert run["p"].sum() == pytest.approx((run["et"] + run["q_simulated"]).sum(), rel=0.05)
    assert (
        run["swe"][run.index.month == 2].mean() > 50 and run["swe"][run.index.month == 8].max() == 0
    )


def test_runoff_of_ireland(sample_data: Path) -> None:
    folder = sample_data / "gridded/grun_v1_shannon_0.5deg"
    data = read_grun([next(folder.glob("*.nc"))])
    assert has_canonical_axes(data) and data.sizes["time"] == 357
    year = by_month(data["q"])
    assert (
        30 < year.mean() < 200 and np.argmax(year) + 1 in (12, 1) and np.argmin(year) + 1 in (6, 7)
    )


def test_snow_of_basins_lies_in_winter(sample_data: Path) -> None:
    data = read_basin_swe(sample_data / "ua_swe_camels/ua_swe_daily_camels.nc")
    assert data["swe"].dims == ("basin", "time") and (data["swe"] >= 0).all()
    year = by_month(data["swe"])
    assert np.argmax(year) + 1 in (2, 3) and year[[6, 7, 8]].max() < 0.1 * year[1]
    cold = data["swe"].sel(basin="camels_01031500")
    assert float(cold.sel(time=cold.time.dt.month == 2).mean()) > 50


def test_leaf_area_of_the_landes_grows_in_summer(sample_data: Path) -> None:
    data = read_modis([sample_data / "lai/MOD15A2H_Lai_500m_arcachon_2004_81x81.nc"])
    lai = data["lai"]
    assert lai.attrs["units"] == "m2 m-2" and data.sizes["time"] == 46
    assert lai.min() >= 0 and lai.max() <= 10
    year = by_month(lai)
    assert year[5] > 1.5 * year[0]
    lon = data["lon"].isel(y=40)
    assert np.isnan(lai[:, 40, (lon < -1.3).values]).all(), "the Atlantic has no leaves"
    assert (abs(data["lat"] - 44.66) < 0.2).all() and (abs(data["lon"] + 1.18) < 0.3).all()


def test_leaf_area_of_montana_grows_in_summer(sample_data: Path) -> None:
    data = read_appeears(sample_data / "lai/appeears_UCFR-MCD15A3H-006-results.csv.gz")
    assert list(data["site"].values) == ["BM", "BN", "DL", "GC", "GR", "PL"]
    year = by_month(data["lai"])
    assert data["lai"].min() >= 0 and data["lai"].max() <= 10
    assert np.argmax(year) + 1 in (6, 7) and year[6] > 4 * year[0]
    assert 0.05 < float(data["lai"].isnull().mean()) < 0.5, "clouds hide some days"


def test_cru_of_the_yukon_is_cold_and_whole(sample_data: Path) -> None:
    data = read_cru(sorted((sample_data / SUBSETS).glob("cru_ts*.nc")))
    assert has_canonical_axes(data) and data.sizes["time"] == 116 * 12
    assert data["t"].min() > -40 and data["t"].max() < 15
    assert 300 < float(data["p"].mean()) * 12 < 1200


def test_soil_and_canopy_are_where_they_are_known(sample_data: Path) -> None:
    path = sample_data / "gridded/static_global_0.5deg_unifhy.nc"
    data = read_static(path)
    amazon, sahara = (
        data.sel(lat=lat, lon=lon)
        for lat, lon in ((slice(-8, -2), slice(-66, -58)), (slice(20, 26), slice(0, 20)))
    )
    # The provider's canopy is not zero in the desert (some metres): it is no mask of vegetation.
    assert amazon["canopy_height"].mean() > 20 and sahara["canopy_height"].mean() < 5
    assert data["awc"].max() == 150 and data["awc"].attrs["units"] == "mm m-1"
    # Land is 29 % of the sphere, 26 % without Antarctica, which this mask leaves out.
    weight = np.cos(np.deg2rad(data["lat"]))
    assert 0.24 < float(data["land_mask"].weighted(weight).mean()) < 0.31
    europe = read_static(path, Extent(-10, 35, 30, 70))
    assert europe["awc"].equals(data["awc"].sel(lat=slice(35, 70), lon=slice(-10, 30)))


def test_all_variables_of_three_european_basins_are_plausible(sample_data: Path) -> None:
    """Read from text; the columns that are not Caravan's are passed over."""
    files = find_basins(sorted((sample_data / "Caravan-csv/timeseries/csv").iterdir()))
    days = pd.date_range("2005-01-01", "2014-12-31", freq="D")
    data = read_daily_variables(files, days, [*DAILY, "vapour_pressure"])
    assert data.sizes["basin"] == 3 and len(data.data_vars) == len(DAILY), "all but Penman-Monteith"
    assert all(np.isfinite(data[name]).all() for name in data if name != "q")
    for state in ("t", "srad", "pressure", "swe", "u", "soil_water_1"):
        assert (data[f"{state}_min"] <= data[state] + 0.011).all(), state
        assert (data[state] <= data[f"{state}_max"] + 0.011).all(), state
    wet = data["vapour_pressure"].mean("time")
    assert ((wet > 0.7) & (wet < 1.3)).all()
    assert xr.corr(data["srad"], data["t"], "time").min() > 0.6
    assert (data["p"].mean("time") > data["q"].mean("time")).all()


@pytest.mark.parametrize("folder", ["caravan_4tu_opendap", "polygons"])
def test_polygons_of_caravan_have_the_area_of_its_tables(sample_data: Path, folder: str) -> None:
    ids = ["camels_03439000", "camels_01022500", "camels_01031500"]
    polygons = read_polygons([sample_data / folder], ids)
    assert polygons.index.tolist() == ids and polygons.crs == "EPSG:4326"
    table = read_attributes([sample_data / "Caravan-nc/attributes/camels"], ids[2:])
    km2 = polygons.to_crs("+proj=cea").area / 1e6
    assert km2[ids[2]] == pytest.approx(table["area"].iloc[0], rel=0.01)
    with pytest.raises(InputError, match=r"1 basins have no polygon .*: camels_99999999"):
        read_polygons([sample_data / folder], ["camels_99999999"])


def test_pixels_of_a_tile_lie_where_the_real_window_has_them(sample_data: Path) -> None:
    """The window was cut from tile h17v04: its metres, latitudes and longitudes are known."""
    window = read_modis([sample_data / "lai/MOD15A2H_Lai_500m_arcachon_2004_81x81.nc"])
    along = (np.arange(2400) + 0.5) * TILE_WIDTH / 2400
    rows = np.abs(5 * TILE_WIDTH - along[:, None] - window["y"].values).argmin(0)
    columns = np.abs(along[:, None] - TILE_WIDTH - window["x"].values).argmin(0)
    np.testing.assert_allclose(5 * TILE_WIDTH - along[rows], window["y"], atol=1)
    cell = Grid(44.65, -1.15, 0.1, 0.1, 1, 1)
    there = pixel_cells(17, 4, 2400, cell)[np.ix_(rows, columns)] == 0
    near = (np.abs(window["lat"] - 44.65) < 0.05) & (np.abs(window["lon"] + 1.15) < 0.05)
    np.testing.assert_array_equal(there, near.transpose("y", "x"))
    assert there.sum() > 200


def mean_elevation(path: Path) -> np.ndarray:
    """The Moselle's elevation on its 24 km cells, from north to south; NaN mostly outside."""
    with gzip.open(path, "rt") as file:
        dem = np.loadtxt(file, skiprows=6)
    blocks = (
        np.where(dem > -9000, dem, np.nan).reshape(9, 48, 6, 48).swapaxes(1, 2).reshape(9, 6, -1)
    )
    inside = np.isfinite(blocks).mean(-1)
    total = np.nansum(blocks, -1)
    return np.where(inside > 0.3, total / np.maximum(np.isfinite(blocks).sum(-1), 1), np.nan)


def test_the_moselle_is_colder_and_wetter_where_it_is_higher(sample_data: Path) -> None:
    data = read_mhm_forcing(sample_data / MOSELLE)
    height = mean_elevation(sample_data / MOSELLE / "dem.asc.gz")
    inside = np.isfinite(height)
    for name, sign in (("t", -1), ("p", 1)):
        r = np.corrcoef(height[inside], data[name].mean("time").values[inside])[0, 1]
        assert sign * r > 0.8
    assert (data["lat"].values[0] > data["lat"].values[-1]).all(), "rows run from north to south"
    assert 600 < float(data["pet"].mean()) * 365.25 < 1000
