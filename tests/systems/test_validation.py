"""A capacity from elsewhere is judged in catchments by the runoff that it allows."""

import numpy as np
import pytest

from vadose.calibrate import Forcing, split_periods
from vadose.search import Settings
from vadose.validation import experiments
from vadose.water_balance.model import load_model
from vadose.water_balance.simulate import simulate

UNITS, MONTHS = ["a", "b", "c"], 120


@pytest.fixture(scope="module")
def judged():
    rng = np.random.default_rng(8)
    model = load_model("dwbm")
    season = np.cos(2 * np.pi * np.arange(MONTHS) / 12)
    p = rng.gamma(2, 40, (3, MONTHS))
    pet = 70 - 50 * season + np.zeros((3, 1))
    t = np.full((3, MONTHS), 12.0)
    theta = np.array([[150, 2, 2, 0.5], [300, 2.5, 2, 0.4], [220, 2, 3, 0.6]])
    forcing = Forcing(p, pet, t, simulate(model, theta, p, pet, t).q)
    options = {"settings": Settings(400), "restarts": 2, "seed": 1, "threads": 1}
    return experiments(
        model,
        forcing,
        UNITS,
        split_periods(forcing.q, 0.75),
        {"transferred": np.array([150.0, 900.0, np.nan]), "nowhere": np.full(3, np.nan)},
        engine="spotpy",
        **options,
    )


def test_each_experiment_has_the_catchments_that_it_can_have(judged) -> None:
    counts = judged.groupby("experiment")["unit_id"].agg(list)
    assert counts["free"] == UNITS and counts["spotpy"] == UNITS
    assert counts["transferred"] == ["a", "b"]
    assert "nowhere" not in counts


def test_the_right_capacity_serves_and_a_wrong_one_costs_skill(judged) -> None:
    kge = judged.set_index(["experiment", "unit_id"])["kge_verification"]
    assert kge["transferred", "a"] > 0.97
    assert kge["transferred", "b"] < kge["free", "b"]
    capacity = judged.set_index(["experiment", "unit_id"])["capacity"]
    assert capacity["transferred", "b"] == pytest.approx(900)


def test_spotpy_finds_about_the_same(judged) -> None:
    kge = judged.set_index(["unit_id", "experiment"])["kge_calibration"].unstack()
    np.testing.assert_allclose(kge["spotpy"], kge["free"], atol=0.03)
