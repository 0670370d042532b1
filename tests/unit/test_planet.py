"""The miniature planet is plausible, closed, reproducible and in Caravan's own form."""

from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import netCDF4
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy.stats import spearmanr

from vadose.planet.attributes import mean_spell, moisture_of_months
from vadose.planet.basins import CAPACITY_RANGE, SPOILED, draw_basins, true_parameters
from vadose.planet.build import build_planet, simulate
from vadose.planet.caravan import write_caravan
from vadose.planet.climate import Weather, ar1, extraterrestrial, markov_chain, priestley_taylor
from vadose.planet.observe import observe
from vadose.planet.water import Water, evaporation, overflow_of, run_water_balance

SEED, COUNT, START, END = 7, 14, "2000-01-01", "2006-12-31"
UNITS = {"snow_depth_water_equivalent": "mm", "surface_net_solar_radiation": "W/m2"}
UNITS |= {"surface_net_thermal_radiation": "W/m2", "surface_pressure": "kPa"}
UNITS |= {"temperature_2m": "degC", "dewpoint_temperature_2m": "degC"}
UNITS |= {f"{wind}_component_of_wind_10m": "m/s" for wind in "uv"}
UNITS |= {f"volumetric_soil_water_layer_{layer}": "m3/m3" for layer in (1, 2, 3, 4)}
SUMS = ["total_precipitation_sum", "streamflow", "potential_evaporation_sum_ERA5_LAND"]
SUMS += ["potential_evaporation_sum_FAO_PENMAN_MONTEITH"]


class Truth(NamedTuple):
    """What really happened in 40 basins in 7 years."""

    table: pd.DataFrame
    parameters: pd.DataFrame
    dates: pd.DatetimeIndex
    weather: Weather
    water: Water


@pytest.fixture(scope="module")
def truth() -> Truth:
    table = draw_basins(SEED, 40)
    parameters = true_parameters(SEED, table)
    dates = pd.date_range(START, END)
    return Truth(table, parameters, dates, *simulate(SEED, table, parameters, dates))


@pytest.fixture(scope="module")
def planet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planet")
    build_planet(folder, SEED, COUNT, START, END)
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


# --- water ---------------------------------------------------------------------------------


def test_water_closes_in_every_basin_on_every_day(truth):
    water, weather = truth.water, truth.weather
    gain = (weather.p - water.et - water.q)[1:]
    assert np.abs(gain - np.diff(water.store, axis=0)).max() < 1e-6
    assert min(store.min() for store in water) >= 0.0
    assert (water.soil <= truth.parameters["capacity"].to_numpy() + 1e-9).all()


def test_evaporation_stays_below_rain_and_below_demand(truth):
    p, et, pet = truth.weather.p, truth.water.et, truth.weather.pet
    assert (et <= pet + 1e-12).all()
    spent = truth.water.store[0] - truth.water.store[-1]
    assert (et[1:].sum(axis=0) <= p[1:].sum(axis=0) + spent + 1e-6).all()
    assert (et.sum(axis=0) < pet.sum(axis=0)).all()


def test_runoff_ratio_falls_with_aridity(truth):
    aridity = truth.weather.pet.sum(axis=0) / truth.weather.p.sum(axis=0)
    ratio = truth.water.q.sum(axis=0) / truth.weather.p.sum(axis=0)
    assert spearmanr(aridity, ratio).statistic < -0.9


def test_a_full_soil_lets_everything_run_off_and_an_empty_one_almost_nothing():
    capacity, spread = np.array([100.0, 100.0]), np.array([0.3, 0.3])
    overflow, soil = overflow_of(np.array([100.0, 0.0]), np.array([10.0, 10.0]), capacity, spread)
    np.testing.assert_allclose(overflow + soil, [110.0, 10.0])
    assert overflow[0] == pytest.approx(10.0)
    assert overflow[1] < 0.2


def test_evaporation_follows_the_stated_law():
    soil, pet, capacity = np.array([50.0]), np.array([4.0]), np.array([100.0])
    et = evaporation(soil, pet, capacity, np.array([2.0]))
    assert et[0] == pytest.approx(4.0 * (1.0 - np.exp(-1.0)))


def test_frost_stores_rain_as_snow_and_thaw_gives_it_back():
    parameters = true_parameters(SEED, draw_basins(SEED, 1))
    p, t = np.array([[10.0], [0.0]]), np.array([[-5.0], [50.0]])
    water = run_water_balance(p, t, np.zeros_like(p), parameters)
    np.testing.assert_allclose(water.swe[:, 0], [10.0, 0.0])
    assert water.melt[1, 0] == pytest.approx(10.0)


def test_hidden_capacity_is_within_range_and_partly_unexplained(truth):
    capacity = truth.parameters["capacity"]
    assert capacity.between(*CAPACITY_RANGE).all()
    assert capacity.max() / capacity.min() > 2.5
    explained = spearmanr(capacity, truth.parameters["capacity_explained"]).statistic
    assert 0.6 < explained < 0.98


# --- climate -------------------------------------------------------------------------------


def test_snow_is_seasonal_in_the_far_north(truth):
    north = list(truth.table["role"]).index("far_north")
    swe = pd.Series(truth.water.swe[:, north], truth.dates)
    assert swe[swe.index.month == 3].min() > 20.0
    midsummer = swe[(swe.index.month == 7) & (swe.index.day > 15)]
    assert midsummer.median() == 0.0
    assert (swe.groupby(swe.index.year).min() == 0.0).all()


def test_seasons_reverse_in_the_south(truth):
    t = pd.DataFrame(truth.weather.t, truth.dates)
    warmest = t.groupby(t.index.month).mean().idxmax().to_numpy()
    lat = truth.table["lat"].to_numpy()
    assert np.isin(warmest[lat > 20.0], [6, 7, 8]).all()
    assert np.isin(warmest[lat < -20.0], [12, 1, 2]).all()


def test_climate_is_plausible(truth):
    years = len(truth.dates) / 365.25
    ordinary = ~truth.table["role"].isin(SPOILED).to_numpy()
    p = truth.weather.p.sum(axis=0)[ordinary] / years
    ratio = (truth.water.q.sum(axis=0) / truth.weather.p.sum(axis=0))[ordinary]
    assert p.min() > 150.0 and p.max() < 3600.0
    assert ratio.min() > 0.03 and ratio.max() < 0.85
    assert truth.weather.t.min() > -40.0 and truth.weather.t.max() < 42.0
    assert (truth.weather.dewpoint < truth.weather.t).all()
    assert truth.weather.pressure.min() > 60.0 and truth.weather.pressure.max() < 107.0


def test_markov_chain_keeps_the_share_of_wet_days_and_persists():
    uniform = np.random.default_rng(0).random((40_000, 1))
    wet = markov_chain(uniform, np.full((40_000, 1), 0.3))[:, 0]
    assert wet.mean() == pytest.approx(0.3, abs=0.01)
    assert wet[1:][wet[:-1]].mean() == pytest.approx(0.3 * 0.65 + 0.35, abs=0.015)


def test_autoregressive_noise_keeps_variance_one():
    noise = ar1(np.random.default_rng(0).standard_normal((40_000, 1)), 0.8)
    assert noise.std() == pytest.approx(1.0, abs=0.03)


def test_sun_and_demand_match_values_worked_by_hand():
    # FAO 56, example 8: 20 degrees south on 3 September, 32.2 MJ/m2/d, 11.7 h of day (example 9).
    sun, hours = extraterrestrial(np.array([-20.0]), np.array([246.0]))
    assert sun[0, 0] * 0.0864 == pytest.approx(32.2, abs=0.3)
    assert hours[0, 0] == pytest.approx(11.7, abs=0.1)
    # At 20 degC and 101.3 kPa: slope 0.1447, psychrometer 0.0674 kPa/degC; 100 W/m2 = 8.64 MJ.
    demand = priestley_taylor(np.array([100.0]), np.array([20.0]), np.array([101.3]))
    assert demand[0] == pytest.approx(1.26 * 0.1447 / 0.2121 * 8.64 / 2.45, rel=1e-3)


# --- observation ---------------------------------------------------------------------------


def test_observed_forcing_and_runoff_carry_ten_percent_errors(truth):
    wetness = truth.water.soil / truth.parameters["capacity"].to_numpy()
    seen = observe(SEED, truth.table, truth.weather, truth.water, wetness)
    rainy = truth.weather.p > 0.0
    rain = np.log(seen["total_precipitation_sum"][rainy] / truth.weather.p[rainy])
    sunny = truth.weather.pet > 0.0
    pet_seen = seen["potential_evaporation_sum_FAO_PENMAN_MONTEITH"]
    pet = np.log(pet_seen[sunny] / truth.weather.pet[sunny])
    gauged = np.isfinite(seen["streamflow"]) & (truth.water.q > 1e-6)
    gauged[:, truth.table["role"] == "runoff_ratio_above_1"] = False
    runoff = np.log(seen["streamflow"][gauged] / truth.water.q[gauged])
    assert rain.std() == pytest.approx(0.10, abs=0.015)
    assert pet.std() == pytest.approx(0.10, abs=0.015)
    assert runoff.std() == pytest.approx(0.10, abs=0.003)


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


def test_climate_indices_match_values_worked_by_hand():
    assert mean_spell(np.array([True, True, False, True, False])) == pytest.approx(1.5)
    assert mean_spell(np.array([False])) == 0.0
    moisture = moisture_of_months(np.array([2.0, 1.0, 3.0]), np.array([1.0, 4.0, 3.0]))
    np.testing.assert_allclose(moisture, [0.5, -0.75, 0.0])


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
    assert truth.sizes["time"] == 84 and truth["capacity"].attrs["units"] == "mm"


def test_missing_variables_are_named(tmp_path, truth):
    with pytest.raises(ValueError, match="streamflow"):
        write_caravan(tmp_path, truth.table, [], [], truth.dates, {})


def test_an_empty_period_is_refused(tmp_path):
    with pytest.raises(ValueError, match="basins and days"):
        build_planet(tmp_path, SEED, 3, "2001-01-01", "2000-01-01")


# --- reproducibility -----------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes(planet, tmp_path):
    build_planet(tmp_path, SEED, COUNT, START, END)
    assert bytes_of(tmp_path) == bytes_of(planet)


@pytest.mark.parametrize("count", [1, 5])
def test_a_basins_series_does_not_depend_on_the_number_of_basins(planet, tmp_path, count):
    build_planet(tmp_path, SEED, count, START, END)
    few = bytes_of(tmp_path / "Caravan-nc/timeseries")
    many = bytes_of(planet / "Caravan-nc/timeseries")
    assert len(few) == count
    assert few == {name: many[name] for name in few}


def test_another_seed_gives_another_planet(planet, tmp_path):
    build_planet(tmp_path, SEED + 1, 1, START, END)
    here, there = record_of(planet, 1), record_of(tmp_path, 1)
    rain = "total_precipitation_sum"
    assert not np.allclose(here[rain], there[rain])


def test_a_longer_record_leaves_earlier_days_as_they_were(planet, tmp_path):
    build_planet(tmp_path, SEED, 10, START, "2007-03-31")
    for number in (1, 6, 8, 10):
        longer = record_of(tmp_path, number).sel(date=slice(START, END))
        xr.testing.assert_equal(longer, record_of(planet, number))
