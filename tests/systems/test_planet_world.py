"""The planet's grid is a world: closed water, seasons, droughts, spoiled cells."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from vadose.planet.cells import SPOILED_CELLS, make_world
from vadose.planet.places import CAPACITY_RANGE
from vadose.planet.world import World

SEED, START, END = 7, "2000-01-01", "2020-12-31"


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(SEED, 3.0, START, END)


def on_land(world: World, name: str) -> np.ndarray:
    return getattr(world, name)[:, world.land]


def stored(world: World) -> np.ndarray:
    return on_land(world, "swe") + on_land(world, "soil") + on_land(world, "groundwater")


def latitudes(world: World) -> np.ndarray:
    return np.broadcast_to(world.lat[:, None], world.land.shape)[world.land]


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
