"""What is seen of the planet's cells differs from the truth by errors of the stated size."""

import numpy as np
import pytest

from vadose.planet.cells import make_world
from vadose.planet.sight import (
    SHORT_RECORD_MONTHS,
    STORAGE_ERROR,
    see,
    smooth_footprint,
)
from vadose.planet.world import Seen, World
from vadose.reasons import Reason, data_reason

SEED = 7
LAYER_MM = {1: 70.0, 2: 210.0, 3: 720.0, 4: 1890.0}


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(SEED, 3.0, "2002-01-01", "2012-12-31")


@pytest.fixture(scope="module")
def seen(world: World) -> Seen:
    return see(world, SEED)


def correlation(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Of each cell along time."""
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    return (x * y).sum(axis=0) / np.sqrt((x**2).sum(axis=0) * (y**2).sum(axis=0))


def sound(world: World) -> np.ndarray:
    return world.land & (world.static["spoiled"] == "")


def test_rain_demand_and_runoff_carry_ten_percent_errors(world, seen):
    for name in ("p", "pet", "q"):
        true, shown = (getattr(data, name)[:, sound(world)] for data in (world, seen))
        wet = true > 1e-3
        error = np.log(shown[wet] / true[wet])
        assert error.std() == pytest.approx(0.10, abs=0.01), name
        assert abs(error.mean()) < 0.02, name


def test_every_field_is_there_on_land_only(world, seen):
    fields = seen._asdict()
    layers = fields.pop("soil_water")
    fields |= {f"soil_water {n}": layer for n, layer in layers.items()}
    for name, field in fields.items():
        assert field.shape == world.p.shape, name
        assert np.isnan(field[:, ~world.land]).all(), name
        assert np.isfinite(field[:, sound(world)]).all(), name
    assert set(layers) == {1, 2, 3, 4}
    assert all(np.nanmin(v) > 0.0 and np.nanmax(v) < 0.65 for v in layers.values())


def test_the_reanalysis_demand_is_several_times_too_large(world, seen):
    shown, true = (pet[:, world.land].sum(axis=0) for pet in (seen.pet_reanalysis, world.pet))
    assert 3.0 < np.median(shown / true) < 7.0


def test_the_reanalysis_evaporation_is_noisier_than_the_other(world, seen):
    true = world.et[:, world.land]
    some = true > 1.0
    spread = [
        np.log(data[:, world.land][some] / true[some]).std()
        for data in (seen.et, seen.et_reanalysis)
    ]
    assert spread[0] < 0.12 and spread[1] > 1.6 * spread[0]


def test_deeper_soil_layers_change_more_slowly(world, seen):
    change = [
        np.abs(np.diff(seen.soil_water[n][:, world.land], axis=0)).mean() for n in (1, 2, 3, 4)
    ]
    assert change == sorted(change, reverse=True)


def test_simulated_storage_follows_the_truth_with_an_error_of_its_own(world, seen):
    storage = (world.swe + world.soil + world.groundwater)[:, world.land]
    layers = sum(depth * seen.soil_water[n] for n, depth in LAYER_MM.items())
    simulated = (layers + seen.swe)[:, world.land]
    assert 0.6 < np.median(correlation(simulated, storage)) < 0.8


def test_the_satellite_sees_storage_smoothed_with_noise_against_its_baseline(world, seen):
    storage = world.swe + world.soil + world.groundwater
    smoothed = smooth_footprint(world, storage)[:, world.land]
    twsa = seen.twsa[:, world.land]
    years = world.months.year.to_numpy()
    baseline = (years >= 2004) & (years <= 2009)
    np.testing.assert_allclose(twsa[baseline].mean(axis=0), 0.0, atol=1e-9)
    noise = twsa - (smoothed - smoothed[baseline].mean(axis=0))
    assert noise.std() == pytest.approx(STORAGE_ERROR, rel=0.05)
    assert np.median(correlation(twsa, storage[:, world.land])) > 0.9


def test_smoothing_keeps_a_constant_and_blurs_a_spike_across_the_date_line(world):
    np.testing.assert_allclose(
        smooth_footprint(world, np.ones_like(world.p[:2]))[:, world.land], 1.0
    )
    row = int(np.flatnonzero(world.land[:, 0] & world.land[:, -1])[0])
    spike = np.zeros_like(world.p[:1])
    spike[0, row, 0] = 1.0
    blurred = smooth_footprint(world, spike)
    assert 0.0 < blurred[0, row, -1] < blurred[0, row, 0] < 1.0


def test_spoiled_cells_are_masked_for_the_right_reason(world, seen):
    spoiled = world.static["spoiled"][world.land]
    p, pet, t, q = (getattr(seen, n)[:, world.land].T for n in ("p", "pet", "t", "q"))
    calibration = np.arange(q.shape[1]) < 0.75 * q.shape[1]
    reason = data_reason(p, pet, t, q, np.broadcast_to(calibration, q.shape), least_months=60)
    expected = {
        "no_runoff_data": Reason.NO_RUNOFF,
        "forcing_incomplete": Reason.FORCING_INCOMPLETE,
        "record_too_short": Reason.RECORD_TOO_SHORT,
        "arid_without_runoff": Reason.RUNOFF_CONSTANT,
        "runoff_ratio_above_1": Reason.RUNOFF_RATIO,
        "dammed": Reason.PASSED,
        "": Reason.PASSED,
    }
    for name, code in expected.items():
        assert (reason[spoiled == name] == code).all(), name
    short = np.isfinite(q[spoiled == "record_too_short"]).sum(axis=1)
    assert (short == SHORT_RECORD_MONTHS).all()


def test_a_dam_takes_the_seasons_from_the_runoff(world, seen):
    dammed = world.static["spoiled"] == "dammed"
    q = seen.q[:, dammed]
    assert (q.std(axis=0) < 0.05 * q.mean(axis=0)).all()
    np.testing.assert_allclose(q.mean(axis=0), world.q[:, dammed].mean(axis=0), rtol=0.02)


def test_the_same_seed_sees_the_same():
    world = make_world(SEED, 12.0, "2004-01-01", "2005-12-31")
    seen, again = see(world, SEED), see(world, SEED)
    np.testing.assert_array_equal(again.q, seen.q)
    np.testing.assert_array_equal(again.twsa, seen.twsa)
    assert not np.array_equal(see(world, SEED + 1).p, seen.p)


def test_a_world_without_the_baseline_years_uses_all_its_months():
    world = make_world(SEED, 12.0, "2015-01-01", "2016-12-31")
    twsa = see(world, SEED).twsa[:, world.land]
    np.testing.assert_allclose(twsa.mean(axis=0), 0.0, atol=1e-9)
