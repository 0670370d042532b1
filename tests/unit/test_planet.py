"""The equations of the planet's basins, by hand and by their statistics."""

import numpy as np
import pytest

from vadose.planet.basins import draw_basins, true_parameters
from vadose.planet.climate import ar1, markov_chain
from vadose.planet.land import shore
from vadose.planet.sun import extraterrestrial, priestley_taylor
from vadose.planet.water import evaporation, overflow_of, run_water_balance

SEED = 7


# --- water ---------------------------------------------------------------------------------


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


# --- climate -------------------------------------------------------------------------------


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


# --- places and regions --------------------------------------------------------------------


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 4])
def test_every_seed_has_a_place_for_every_part(seed):
    table = draw_basins(seed, 12).set_index("role")
    assert (shore(seed, table["lat"].to_numpy(), table["lon"].to_numpy()) > 0.0).all()
    assert table.loc["far_north", "lat"] >= 63.0
    assert table.loc["date_line", "lon"] == pytest.approx(179.97)
    assert table.loc["arid_without_runoff", "aridity"] > 3.0
