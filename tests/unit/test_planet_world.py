"""The planet's grid is a world: continents, belts of climate, closed water, droughts, spoiling."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from vadose.planet.anomalies import DROUGHT_END, DROUGHT_START, rain_factor
from vadose.planet.cells import SPOILED_CELLS, make_world
from vadose.planet.land import Land, continents, grid_axes, ground, make_land, shore
from vadose.planet.months import Parameters, curve, melt_snow, run_months
from vadose.planet.noise import fractal_noise, monthly_noise, smooth_noise
from vadose.planet.normals import windward
from vadose.planet.places import CAPACITY_RANGE, places_at
from vadose.planet.world import World

SEED, START, END = 7, "2000-01-01", "2020-12-31"
LATS, LONS = np.meshgrid(*grid_axes(2.0), indexing="ij")


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(SEED, 3.0, START, END)


def on_land(world: World, name: str) -> np.ndarray:
    return getattr(world, name)[:, world.land]


def stored(world: World) -> np.ndarray:
    return on_land(world, "swe") + on_land(world, "soil") + on_land(world, "groundwater")


def latitudes(world: World) -> np.ndarray:
    return np.broadcast_to(world.lat[:, None], world.land.shape)[world.land]


# --- fields on the sphere ------------------------------------------------------------------


def test_noise_has_no_seam_at_the_date_line_nor_at_a_pole():
    lat = np.array([-50.0, 0.0, 50.0])
    east, west = (fractal_noise(1, "x", lat, np.full(3, lon), 20.0, 4) for lon in (180.0, -180.0))
    np.testing.assert_allclose(east, west, atol=1e-12)
    pole = smooth_noise(1, "x", np.full(4, 90.0), np.array([0.0, 90.0, 180.0, 270.0]), 20.0)
    np.testing.assert_allclose(pole, pole[0])


def test_noise_is_standard_smooth_and_its_own_for_each_purpose():
    field = np.array([smooth_noise(seed, "x", LATS, LONS, 12.0) for seed in range(12)])
    assert abs(field.mean()) < 0.1 and field.std() == pytest.approx(1.0, abs=0.1)
    near = np.corrcoef(field[..., 1:].ravel(), field[..., :-1].ravel())[0, 1]
    far = np.corrcoef(field[..., 40:].ravel(), field[..., :-40].ravel())[0, 1]
    assert near > 0.9 and abs(far) < 0.15
    other = smooth_noise(0, "y", LATS, LONS, 12.0)
    assert abs(np.corrcoef(field[0].ravel(), other.ravel())[0, 1]) < 0.3


def test_a_months_noise_remembers_the_one_before_and_not_where_the_record_starts():
    lat, lon = np.linspace(-50, 70, 40), np.linspace(-170, 170, 40)
    months = np.arange(24000, 24400)
    whole = monthly_noise(3, "x", months, lat, lon, 20.0, 0.8)
    part = monthly_noise(3, "x", months[150:], lat, lon, 20.0, 0.8)
    np.testing.assert_allclose(part, whole[150:], atol=1e-12)
    assert whole.std() == pytest.approx(1.0, abs=0.15)
    assert np.corrcoef(whole[1:].ravel(), whole[:-1].ravel())[0, 1] == pytest.approx(0.8, abs=0.06)


# --- land ----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2, 7])
def test_a_third_of_the_planet_is_land_on_several_continents(seed):
    land = shore(seed, LATS, LONS) > 0.0
    weight = np.cos(np.radians(LATS))
    assert 0.25 < (weight * land).sum() / weight.sum() < 0.35
    assert land[(LATS > 60.0) & (LATS < 75.0)].mean() > 0.15
    assert land[:, [0, -1]].any()
    columns = land.any(axis=0).mean()
    assert land[LATS < 0.0].mean() > 0.05 and columns > 0.6


def test_the_ground_is_complete_on_land_and_missing_at_sea():
    land = make_land(SEED, 3.0)
    assert land.land.shape == (48, 120)
    fields = {name: getattr(land, name) for name in Land._fields[3:]}
    for name, field in fields.items():
        assert (np.isfinite(field) == land.land).all(), name
    texture = fields["clay"] + fields["sand"] + fields["silt"]
    np.testing.assert_allclose(texture[land.land], 100.0)
    height = fields["elevation"][land.land]
    assert height.min() >= 0.0 and 1500.0 < height.max() < 6000.0
    assert spearmanr(height, fields["slope"][land.land]).statistic > 0.5


def test_the_same_functions_serve_every_grid():
    coarse, fine = make_land(SEED, 6.0), make_land(SEED, 2.0)
    np.testing.assert_array_equal(coarse.land, fine.land[1::3, 1::3])
    np.testing.assert_allclose(coarse.elevation, fine.elevation[1::3, 1::3], rtol=1e-9)
    one = ground(SEED, coarse.lat[[15]], coarse.lon[[30]])
    assert set(one) == set(Land._fields[3:])


def test_a_step_that_does_not_fill_the_planet_is_refused():
    with pytest.raises(ValueError, match="do not fill"):
        grid_axes(7.0)


def test_another_seed_moves_the_continents():
    here, there = (shore(seed, LATS, LONS) > 0.0 for seed in (1, 2))
    assert (here != there).mean() > 0.2


# --- climate -------------------------------------------------------------------------------


def test_subtropics_are_dry_and_tropics_and_middle_latitudes_wet():
    lat, lon = LATS[shore(SEED, LATS, LONS) > 0.0], LONS[shore(SEED, LATS, LONS) > 0.0]
    aridity = places_at(SEED, lat, lon)["aridity"].to_numpy()
    belt = np.abs(lat)
    dry = np.median(aridity[(belt > 18) & (belt < 30)])
    assert dry > 2.0
    assert max(np.median(aridity[belt < 8]), np.median(aridity[(belt > 45)])) < 0.5 * dry


def test_windward_slopes_are_wetter_than_lee_slopes():
    land = (shore(SEED, LATS, LONS) > 0.0) & (np.abs(LATS) > 40.0) & (LATS < 66.0)
    lat, lon = LATS[land], LONS[land]
    side = windward(SEED, lat, lon)
    aridity = places_at(SEED, lat, lon)["aridity"].to_numpy()
    assert np.median(aridity[side > 0.4]) < 0.8 * np.median(aridity[side < -0.4])


def test_rain_of_months_is_about_normal_apart_from_the_great_drought():
    centre = continents(SEED)[0][1]
    months = pd.period_range("1995-01", "2020-12", freq="M")
    factor = rain_factor(SEED, months, centre[[0]], centre[[1]])[:, 0]
    drought = (months >= DROUGHT_START) & (months <= DROUGHT_END)
    assert factor[~drought].mean() == pytest.approx(1.0, abs=0.25)
    assert factor[drought].mean() < 0.6 * factor[~drought].mean()


# --- water ---------------------------------------------------------------------------------


def test_water_closes_in_every_cell_in_every_month(world):
    p, et, q = (on_land(world, name) for name in ("p", "et", "q"))
    assert np.abs((p - et - q)[1:] - np.diff(stored(world), axis=0)).max() < 1e-6
    for name in ("et", "q", "swe", "soil", "groundwater"):
        assert on_land(world, name).min() >= 0.0
    assert (on_land(world, "soil") <= world.static["capacity"][world.land] + 1e-9).all()
    assert all(np.isnan(getattr(world, name)[:, ~world.land]).all() for name in ("p", "q", "lai"))


def test_runoff_follows_budyko(world):
    p, et, q, pet = (on_land(world, name).mean(axis=0) for name in ("p", "et", "q", "pet"))
    assert (on_land(world, "et") <= on_land(world, "pet") + 1e-9).all()
    assert (et < p * 1.05).all()
    assert spearmanr(pet / p, q / p).statistic < -0.9
    # Turc-Pike's curve, the middle of what rivers do.
    curve_et = p / (1.0 + (p / pet) ** 2) ** 0.5
    assert np.median(np.abs(et / curve_et - 1.0)) < 0.2


def test_snow_lies_where_it_is_cold_and_goes_in_summer_below_the_far_north(world):
    swe, t = on_land(world, "swe"), on_land(world, "t")
    assert swe[:, t.min(axis=0) > 3.0].max() == 0.0
    cold = t.min(axis=0) < -8.0
    assert np.median(swe.max(axis=0)[cold]) > 50.0
    low = (np.abs(latitudes(world)) < 60.0) & (world.static["elevation"][world.land] < 1000.0)
    years = world.months.year
    for year in (2003, 2011, 2019):
        assert swe[years == year][:, low].min(axis=0).max() == 0.0


def test_leaves_follow_soil_water_by_one_to_two_months(world):
    soil, lai = on_land(world, "soil"), on_land(world, "lai")
    wetness = soil / world.static["capacity"][world.land]
    warm = (on_land(world, "t").min(axis=0) > 14.0) & (wetness.std(axis=0) > 0.1)
    assert warm.sum() > 50

    def r(lag: int, cell: int) -> float:
        later = lai[3 + lag : len(lai) - 3 + lag, cell]
        return float(np.corrcoef(soil[3:-3, cell], later)[0, 1])

    lags = range(-1, 4)
    best = [lags[int(np.argmax([r(lag, c) for lag in lags]))] for c in np.flatnonzero(warm)]
    assert np.isin(best, [1, 2]).mean() > 0.9
    assert lai.min() > 0.0 and 4.0 < lai.max() < 8.5


def test_the_great_drought_empties_the_storage_of_its_region_only(world):
    deep = world.static["drought"][world.land] > 0.9
    clear = world.static["drought"][world.land] < 0.01
    storage = stored(world)
    gap = (world.months >= "2017-07") & (world.months <= "2018-05")
    before = (world.months >= "2004-01") & (world.months < "2016-01")
    anomaly = (storage[gap].mean(axis=0) - storage[before].mean(axis=0)) / storage.std(axis=0)
    assert deep.sum() > 40
    assert np.median(anomaly[deep]) < -0.8
    assert abs(np.median(anomaly[clear])) < 0.5


def test_capacity_spreads_over_its_range_and_is_partly_unexplained(world):
    capacity = world.static["capacity"][world.land]
    low, high = CAPACITY_RANGE
    assert low <= capacity.min() and capacity.max() <= high
    assert np.percentile(capacity, 10) < 100.0 and np.percentile(capacity, 90) > 400.0
    explained = spearmanr(capacity, world.static["capacity_explained"][world.land]).statistic
    assert 0.6 < explained < 0.98


def test_a_few_per_cent_of_the_cells_are_spoiled_in_every_way(world):
    spoiled = world.static["spoiled"][world.land]
    assert set(spoiled) == {"", *SPOILED_CELLS}
    assert 0.02 < (spoiled != "").mean() < 0.1
    arid = world.static["aridity"][world.land]
    assert arid[spoiled == "arid_without_runoff"].min() > np.median(arid)
    assert (world.static["spoiled"][~world.land] == "").all()


def test_a_later_start_and_another_neighbourhood_change_no_weather(world):
    late = make_world(SEED, 3.0, "2015-01-01", "2016-12-31")
    same = (world.months >= "2015-01") & (world.months <= "2016-12")
    np.testing.assert_allclose(late.p, world.p[same], rtol=1e-9)
    assert late.months.equals(world.months[same])


def test_a_world_without_months_is_refused():
    with pytest.raises(ValueError, match="needs months"):
        make_world(SEED, 12.0, "2001-01-01", "2000-01-01")


# --- one cell, worked by hand --------------------------------------------------------------


def test_fus_curve_follows_the_smaller_of_supply_and_demand():
    supply, demand = np.array([3.0, 1.0, 1000.0]), np.array([4.0, 0.0, 1.0])
    np.testing.assert_allclose(curve(supply, demand, np.array(2.0)), [2.0, 0.0, 1.0], atol=1e-3)


def test_snow_falls_in_frost_melts_by_degree_days_and_does_not_pile_up():
    rate = np.array([3.0])
    pack, water = melt_snow(np.array([10.0]), np.array([20.0]), np.array([-5.0]), 30.0, rate)
    np.testing.assert_allclose([pack[0], water[0]], [30.0, 0.0])
    pack, water = melt_snow(np.array([500.0]), np.array([0.0]), np.array([2.0]), 30.0, rate)
    np.testing.assert_allclose([pack[0], water[0]], [230.0, 270.0])
    pack, water = melt_snow(np.array([1490.0]), np.array([20.0]), np.array([-9.0]), 30.0, rate)
    np.testing.assert_allclose([pack[0], water[0]], [1500.0, 10.0])


def test_groundwater_drains_by_a_fixed_share_when_nothing_falls():
    one = {name: np.array([2.5]) for name in ("w1", "w2", "degree_day")}
    truth = Parameters(capacity=np.array([100.0]), outflow=np.array([0.2]), **one)
    p, t, pet = (np.full((30, 1), value) for value in (150.0, 10.0, 50.0))
    p[12:] = 0.0
    water = run_months(p, t, pet, np.full(30, 30.0), truth)
    np.testing.assert_allclose(water.q[-1] / water.q[-2], 0.8, rtol=0.01)
    assert water.soil[-1] < 0.1 * water.soil[11]
