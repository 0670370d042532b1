"""The planet's files: Caravan's own form, truth that closes, and the same bytes every time."""

from pathlib import Path

import geopandas as gpd
import netCDF4
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from matplotlib.figure import Figure

from vadose.planet.basins import SPOILED
from vadose.planet.build import build_gauges, build_planet
from vadose.planet.portrait import MAPS, draw_portrait

SEED, COUNT, START, END = 7, 14, "2000-01-01", "2003-12-31"
UNITS = {"snow_depth_water_equivalent": "mm", "surface_net_solar_radiation": "W/m2"}
UNITS |= {"surface_net_thermal_radiation": "W/m2", "surface_pressure": "kPa"}
UNITS |= {"temperature_2m": "degC", "dewpoint_temperature_2m": "degC"}
UNITS |= {f"{wind}_component_of_wind_10m": "m/s" for wind in "uv"}
UNITS |= {f"volumetric_soil_water_layer_{layer}": "m3/m3" for layer in (1, 2, 3, 4)}
SUMS = ["total_precipitation_sum", "streamflow", "potential_evaporation_sum_ERA5_LAND"]
SUMS += ["potential_evaporation_sum_FAO_PENMAN_MONTEITH"]


@pytest.fixture(scope="module")
def planet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planet")
    build_gauges(folder, SEED, COUNT, START, END)
    return folder


def record_of(planet: Path, number: int) -> xr.Dataset:
    path = planet / f"Caravan-nc/timeseries/netcdf/planet/planet_{number:08d}.nc"
    return xr.load_dataset(path)


def attributes_of(planet: Path, kind: str) -> pd.DataFrame:
    path = planet / f"Caravan-nc/attributes/planet/attributes_{kind}_planet.csv"
    return pd.read_csv(path, index_col="gauge_id")


def bytes_of(folder: Path) -> dict[str, bytes]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_era5_land_demand_is_several_times_too_large(planet):
    indices = attributes_of(planet, "caravan")
    assert (indices["pet_mean_ERA5_LAND"] > 1.8 * indices["pet_mean_FAO_PM"]).all()


def test_the_planted_spoiled_basins_exist(planet):
    truth = xr.load_dataset(planet / "truth/basins.nc")
    spoiled = {str(reason): index + 1 for index, reason in enumerate(truth["spoiled"].values)}
    assert set(SPOILED) <= set(spoiled)
    assert record_of(planet, spoiled["no_runoff_data"])["streamflow"].isnull().all()
    short = int(record_of(planet, spoiled["record_too_short"])["streamflow"].notnull().sum())
    assert 2.5 < short / 365.25 <= 3.0
    dammed = record_of(planet, spoiled["runoff_ratio_above_1"])
    assert dammed["streamflow"].mean() > dammed["total_precipitation_sum"].mean()
    arid = record_of(planet, spoiled["arid_without_runoff"])
    assert arid["streamflow"].mean() < 0.03 * arid["total_precipitation_sum"].mean()


def test_ordinary_gauges_have_a_few_gaps(planet):
    missing = [float(record_of(planet, n)["streamflow"].isnull().mean()) for n in range(10, 15)]
    assert 0.0 < np.mean(missing) < 0.1


# --- files ---------------------------------------------------------------------------------


def test_all_forty_variables_are_there_with_the_providers_units(planet):
    expected = {f"{b}_{k}": unit for b, unit in UNITS.items() for k in ("mean", "min", "max")}
    expected |= dict.fromkeys(SUMS, "mm/d")
    path = planet / "Caravan-nc/timeseries/netcdf/planet/planet_00000001.nc"
    with netCDF4.Dataset(path) as file:
        date = file.variables["date"]
        data = {name: v for name, v in file.variables.items() if name != "date"}
        assert {name: v.unit for name, v in data.items()} == expected
        assert len(expected) == 40
        assert all(v.dtype == np.float32 and np.isnan(v._FillValue) for v in data.values())
        assert all(v.filters()["zlib"] and v.filters()["shuffle"] for v in data.values())
        assert (date.units, date.calendar) == (f"days since {START}", "proleptic_gregorian")
        assert date.dtype == np.int32 and list(file.dimensions) == ["date"]


def test_lowest_mean_and_highest_values_are_in_order(planet):
    record = record_of(planet, 1)
    for band in UNITS:
        assert (record[f"{band}_min"] <= record[f"{band}_mean"]).all(), band
        assert (record[f"{band}_mean"] <= record[f"{band}_max"]).all(), band
    assert record["date"].values[-1] == np.datetime64(END)
    assert record.drop_vars("streamflow").notnull().all().to_array().all()


def test_attributes_describe_the_written_series(planet):
    indices, record = attributes_of(planet, "caravan"), record_of(planet, 2)
    p = record["total_precipitation_sum"].astype(float)
    row = indices.loc["planet_00000002"]
    assert row["p_mean"] == pytest.approx(float(p.mean()), rel=1e-6)
    assert row["low_prec_freq"] == pytest.approx(float((p < 1.0).mean()), rel=1e-6)
    assert row["aridity_FAO_PM"] == pytest.approx(row["pet_mean_FAO_PM"] / row["p_mean"])
    soil = attributes_of(planet, "hydroatlas")[["cly_pc_sav", "snd_pc_sav", "slt_pc_sav"]]
    np.testing.assert_allclose(soil.sum(axis=1), 100.0, atol=0.01)


def test_outlines_nest_cross_the_date_line_and_have_the_stated_area(planet):
    path = planet / "Caravan-nc/shapefiles/planet/planet_basin_shapes.shp"
    shapes = gpd.read_file(path).set_index("gauge_id")
    other = attributes_of(planet, "other")
    assert shapes.crs == "EPSG:4326" and shapes.is_valid.all()
    outline = shapes.geometry
    crossing = outline.loc["planet_00000002"]
    assert crossing.geom_type == "MultiPolygon" and len(crossing.geoms) == 2
    assert crossing.bounds[0] == -180.0 and crossing.bounds[2] == 180.0
    assert outline.loc["planet_00000003"].contains(outline.loc["planet_00000004"])
    assert outline.loc["planet_00000004"].contains(outline.loc["planet_00000005"])
    area = shapes.to_crs("EPSG:6933").area / 1e6
    np.testing.assert_allclose(area, other["area"], rtol=0.01)
    gauges = gpd.points_from_xy(other["gauge_lon"], other["gauge_lat"], crs="EPSG:4326")
    assert shapes.intersects(gpd.GeoSeries(gauges, index=shapes.index)).all()


def test_monthly_truth_closes(planet):
    truth = xr.load_dataset(planet / "truth/basins.nc")
    gain = (truth["p"] - truth["et"] - truth["q"]).values[:, 1:]
    np.testing.assert_allclose(gain, np.diff(truth["store"].values, axis=1), atol=1e-6)
    assert truth.sizes["time"] == 48 and truth["capacity"].attrs["units"] == "mm"


# --- reproducibility -----------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes(planet, tmp_path):
    build_gauges(tmp_path, SEED, COUNT, START, END)
    assert bytes_of(tmp_path) == bytes_of(planet)


@pytest.mark.parametrize("count", [1, 5])
def test_a_basins_series_does_not_depend_on_the_number_of_basins(planet, tmp_path, count):
    build_gauges(tmp_path, SEED, count, START, END)
    few = bytes_of(tmp_path / "Caravan-nc/timeseries")
    many = bytes_of(planet / "Caravan-nc/timeseries")
    assert len(few) == count
    assert few == {name: many[name] for name in few}


def test_another_seed_gives_another_planet(planet, tmp_path):
    build_gauges(tmp_path, SEED + 1, 1, START, END)
    here, there = record_of(planet, 1), record_of(tmp_path, 1)
    rain = "total_precipitation_sum"
    assert not np.allclose(here[rain], there[rain])


def test_a_longer_record_leaves_earlier_days_as_they_were(planet, tmp_path):
    build_gauges(tmp_path, SEED, 10, START, "2004-03-31")
    for number in (1, 6, 8, 10):
        longer = record_of(tmp_path, number).sel(date=slice(START, END))
        xr.testing.assert_equal(longer, record_of(planet, number))


# --- the whole planet ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    build_planet(folder, SEED, 12.0, 2, "2003-01-01", "2003-12-31")
    return folder


def test_the_whole_planet_has_gauges_providers_and_both_truths(whole):
    assert {"Caravan-nc", "camels_us", "era5_land", "grace_jpl", "truth"} <= {
        path.name for path in whole.iterdir()
    }
    assert {path.name for path in (whole / "truth").iterdir()} == {"basins.nc", "grid.nc"}


def test_the_whole_planet_is_the_same_every_time(whole, tmp_path):
    build_planet(tmp_path, SEED, 12.0, 2, "2003-01-01", "2003-12-31")
    here, there = bytes_of(whole), bytes_of(tmp_path)
    assert [name for name in here if here[name] != there.get(name)] == []
    assert here.keys() == there.keys()


def test_the_grids_truth_closes_and_has_units(whole):
    grid = xr.load_dataset(whole / "truth/grid.nc")
    assert dict(grid.sizes) == {"time": 12, "lat": 13, "lon": 30}
    assert all("long_name" in grid[name].attrs for name in grid.data_vars)
    store = grid["swe"] + grid["soil"] + grid["groundwater"]
    gain = (grid["p"] - grid["et"] - grid["q"]).isel(time=slice(1, None))
    # The file is in single precision.
    np.testing.assert_allclose(gain.where(grid["land"] == 1), store.diff("time"), atol=2e-3)
    np.testing.assert_array_equal(grid["p"][0].notnull(), grid["land"] == 1)


def test_the_portrait_shows_four_maps_with_their_units_and_two_series(whole):
    truth = (xr.load_dataset(whole / f"truth/{name}.nc") for name in ("grid", "basins"))
    figure = draw_portrait(*truth)
    assert isinstance(figure, Figure)
    titles = [axis.get_title(loc="left") for axis in figure.axes]
    assert all("(" in title for title in titles if title)
    assert [title for title in titles if title][:4] == [entry[1] for entry in MAPS]
    assert sum("mm" in title for title in titles) == 3
    figure.canvas.draw()
