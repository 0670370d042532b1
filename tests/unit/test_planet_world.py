"""The planet's grid is a world: noise without seams, continents, climates, months by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from vadose.planet.anomalies import DROUGHT_END, DROUGHT_START, rain_factor
from vadose.planet.cells import make_world
from vadose.planet.land import Land, continents, grid_axes, ground, make_land, shore
from vadose.planet.months import Parameters, curve, melt_snow, run_months
from vadose.planet.noise import fractal_noise, monthly_noise, smooth_noise
from vadose.planet.normals import windward
from vadose.planet.places import places_at

SEED = 7
LATS, LONS = np.meshgrid(*grid_axes(2.0), indexing="ij")


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
