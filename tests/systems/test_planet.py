"""The planet's gauged basins: closed water, plausible climate, and the weather of their region."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from vadose.planet.basins import SPOILED, draw_basins, true_parameters
from vadose.planet.build import simulate
from vadose.planet.cells import make_world
from vadose.planet.climate import Weather
from vadose.planet.observe import observe
from vadose.planet.places import CAPACITY_RANGE
from vadose.planet.water import Water

SEED, START, END = 7, "2000-01-01", "2006-12-31"


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


def test_hidden_capacity_is_within_range_and_partly_unexplained(truth):
    capacity = truth.parameters["capacity"]
    assert capacity.between(*CAPACITY_RANGE).all()
    assert capacity.max() / capacity.min() > 2.5
    explained = spearmanr(capacity, truth.parameters["capacity_explained"]).statistic
    assert 0.6 < explained < 0.98


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


def test_ordinary_basins_stand_on_several_continents_outside_deserts(truth):
    ordinary = truth.table[truth.table["role"] == ""]
    assert ordinary["aridity"].max() < 2.6
    assert (np.histogram(ordinary["lon"], np.arange(-180, 181, 60))[0] > 0).sum() >= 3
    assert (ordinary["lat"] < 0.0).any() and (ordinary["lat"] > 40.0).any()


def test_a_basins_months_follow_those_of_its_cell(truth):
    world = make_world(SEED, 3.0, START, END)
    rows = np.abs(world.lat - truth.table["lat"].to_numpy()[:, None]).argmin(axis=1)
    columns = np.abs(world.lon - truth.table["lon"].to_numpy()[:, None]).argmin(axis=1)
    inside = world.land[rows, columns]
    assert inside.sum() >= 30

    def r(daily: np.ndarray, cells: np.ndarray) -> np.ndarray:
        months = truth.dates.to_period("M")
        basin = pd.DataFrame(daily).groupby(months).mean().to_numpy()[:, inside]
        cell = cells[:, rows[inside], columns[inside]]
        month = world.months.month.to_numpy()
        pairs = [pd.DataFrame(series).groupby(month) for series in (basin, cell)]
        anomaly = [(group.transform(lambda x: x - x.mean())).to_numpy() for group in pairs]
        return np.array(
            [np.corrcoef(x, y)[0, 1] for x, y in zip(*(a.T for a in anomaly), strict=True)]
        )

    temperature, rain = r(truth.weather.t, world.t), r(truth.weather.p, world.p)
    assert np.median(temperature) > 0.8 and temperature.min() > 0.6
    # A basin has its own showers beside the wet and dry months of its region.
    assert 0.5 < np.median(rain) < 0.9
