"""Every way to have no label carries its own reason, and merging keeps to the models that pass."""

import numpy as np
import pytest

from vadose.errors import InputError
from vadose.maps import REASON_COLOURS
from vadose.mask import calibration_reason, merge_capacity, merged_reason
from vadose.reasons import TEXT, Reason, count_reasons, data_reason, require_some

MONTHS = 240


def reason(**changes: np.ndarray) -> Reason:
    rng = np.random.default_rng(0)
    series = {
        "p": rng.gamma(2, 50, MONTHS),
        "pet": rng.gamma(2, 40, MONTHS),
        "t": rng.normal(10, 5, MONTHS),
        "q": rng.gamma(2, 15, MONTHS),
    } | changes
    fitted = np.arange(MONTHS) < 180
    arrays = [series[name][None] for name in ("p", "pet", "t", "q")]
    return Reason(data_reason(*arrays, fitted[None], least_months=60)[0])


def gaps(first: int, last: int, value: float = np.nan) -> np.ndarray:
    q = np.random.default_rng(1).gamma(2, 15, MONTHS)
    q[first:last] = value
    return q


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Reason.PASSED),
        ({"q": np.full(MONTHS, np.nan)}, Reason.NO_RUNOFF),
        ({"pet": gaps(5, 6)}, Reason.FORCING_INCOMPLETE),
        ({"q": gaps(0, 190)}, Reason.RECORD_TOO_SHORT),
        ({"q": gaps(0, 175)}, Reason.RECORD_TOO_SHORT),  # too few of them calibrate
        ({"q": np.full(MONTHS, 7.0)}, Reason.RUNOFF_CONSTANT),
        ({"q": np.zeros(MONTHS)}, Reason.RUNOFF_CONSTANT),
        ({"q": gaps(0, 1) * 10}, Reason.RUNOFF_RATIO),
    ],
)
def test_data_decide_the_reason(changes: dict, expected: Reason) -> None:
    assert reason(**changes) == expected


def judge(kge=0.7, verification=0.6, capacity=300.0, scores=(0.7, 0.69, 0.69), **changes) -> Reason:
    options = {
        "kge_on": "calibration",
        "kge_above": 0.0,
        "bound_share": 0.01,
        "restart_spread": 0.02,
    } | changes
    one = [np.array([x]) for x in (kge, verification, capacity)]
    code = calibration_reason(*one, (1.0, 1000.0), np.array([scores]), **options)
    return Reason(code[0])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Reason.PASSED),
        ({"kge": 0.0}, Reason.KGE_TOO_LOW),
        ({"kge": np.nan}, Reason.KGE_TOO_LOW),
        ({"verification": -1.0}, Reason.PASSED),
        ({"verification": -1.0, "kge_on": "both"}, Reason.KGE_TOO_LOW),
        ({"kge": 0.2, "kge_above": 0.3}, Reason.KGE_TOO_LOW),
        ({"capacity": 991.0}, Reason.CAPACITY_AT_BOUND),
        ({"capacity": 10.0}, Reason.CAPACITY_AT_BOUND),
        ({"capacity": 12.0}, Reason.PASSED),
        ({"scores": (0.7, 0.7, 0.6, 0.6)}, Reason.NOT_CONVERGED),
        ({"scores": (0.7, 0.69, 0.69, 0.1)}, Reason.PASSED),
        ({"scores": (0.7, 0.69, 0.69, np.nan)}, Reason.PASSED),
        ({"scores": (0.7, 0.7, np.nan, np.nan)}, Reason.NOT_CONVERGED),
        ({"scores": (np.nan,) * 4}, Reason.NOT_CONVERGED),
    ],
)
def test_a_calibration_decides_the_reason(changes: dict, expected: Reason) -> None:
    assert judge(**changes) == expected


def test_merged_reason_is_the_common_one_or_says_that_models_differ() -> None:
    passed, low, bound = Reason.PASSED, Reason.KGE_TOO_LOW, Reason.CAPACITY_AT_BOUND
    rows = np.array([[low, passed], [low, low], [low, bound]])
    assert merged_reason(rows).tolist() == [passed, low, Reason.NO_MODEL_PASSED]


CAPACITY = np.array([[100.0, 200.0, 900.0], [100.0, 200.0, 900.0], [100.0, 200.0, 900.0]])
SKILL = np.array([[0.25, 0.75, 0.9], [0.8, 0.2, 0.1], [0.5, 0.5, 0.5]])
PASSED = np.array([[True, True, False], [True, False, False], [False, False, False]])


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("mean", [150, 100, np.nan]),
        ("best_kge", [200, 100, np.nan]),
        ("kge_weighted", [175, 100, np.nan]),
    ],
)
def test_only_models_that_pass_are_merged(how: str, expected: list[float]) -> None:
    merged, spread = merge_capacity(CAPACITY, SKILL, PASSED, how)
    np.testing.assert_allclose(merged, expected)
    assert spread[0] > 0 and np.isnan(spread[1:]).all()


def test_every_reason_has_a_text_and_a_colour() -> None:
    assert set(TEXT) == set(Reason)
    assert set(REASON_COLOURS) == set(Reason) - {Reason.PASSED}


def test_reasons_are_counted_the_most_frequent_first() -> None:
    codes = np.array([Reason.NO_RUNOFF, Reason.PASSED, Reason.PASSED])
    assert count_reasons(codes) == "passed: 2, no runoff data: 1"


def test_units_none_of_which_can_be_calibrated_are_refused() -> None:
    codes = np.array([Reason.NO_RUNOFF, Reason.NO_RUNOFF, Reason.RECORD_TOO_SHORT])
    with pytest.raises(InputError, match="no runoff data: 2, record too short: 1"):
        require_some(codes)
    require_some(np.array([Reason.NO_RUNOFF, Reason.RUNOFF_RATIO]))


def test_a_mean_of_equal_capacities_is_not_above_them() -> None:
    """Weights round, and a label above the models' bounds would be refused."""
    skill = np.random.default_rng(1).uniform(0.1, 1, (500, 3))
    capacity = np.full((500, 3), 1000.0)
    merged, _ = merge_capacity(capacity, skill, np.ones((500, 3), bool), "kge_weighted")
    assert (merged == 1000.0).all()
