"""Every check finds the fault that it is there for, and none where there is none."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from vadose import checks
from vadose.evaluation import COLUMNS, long_table
from vadose.splits import Part

NAN = np.nan
KEYS = {"system": "s", "variable": "q", "split": "test", "period": "test"}


def scores(experiment: str = "model", **values: list[float]) -> pd.DataFrame:
    arrays = {name: np.array(one, float) for name, one in values.items()}
    units = np.arange(len(next(iter(arrays.values())))).astype(str)
    return long_table(arrays, units, experiment=experiment, **KEYS)


def test_values_and_reasons_exclude_each_other() -> None:
    values, reason = np.array([5.0, NAN, NAN, 7.0]), np.array([0.0, 6.0, NAN, 0.0])
    assert checks.reason_faults(values, reason) == []
    assert checks.share_masked(reason) == pytest.approx(1 / 3)
    for at, code, message in (
        (0, 6, "1 values are there despite a reason against them"),
        (1, 0, "1 masked values have no reason"),
        (0, NAN, "1 values have no code"),
        (1, 55, "1 codes are no reason that is known"),
    ):
        spoiled = reason.copy()
        spoiled[at] = code
        assert checks.reason_faults(values, spoiled) == [message]
    assert checks.reason_faults(values * NAN, np.full(4, 6)) == ["every value is masked"]


def test_a_product_without_its_origin_is_found() -> None:
    whole = dict.fromkeys(checks.ORIGIN, "text") | {"run": "one"}
    assert checks.origin_faults(whole, "one") == []
    assert checks.origin_faults(whole, "two") == ["it is of the run one"]
    assert checks.origin_faults(whole | {"history": " "}, "one") == ["it has no history"]


def test_possible_scores_have_no_fault() -> None:
    table = scores(nse=[0.5, NAN, -400], r=[-1, 0.2, 1], n=[12, 0, 400], rmse=[0, 1, 2])
    assert checks.table_faults(table) == []


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (scores(nse=[1.2]), "nse lies from 1.2 to 1.2"),
        (scores(r=[-1.5, 0]), "r lies from -1.5 to 0"),
        (scores(rmse=[-1.0, 3]), "rmse lies from -1 to 3"),
        (scores(n=[3.5]), "n is not a whole number everywhere"),
        (scores(n=[3, NAN]), "n is not a whole number everywhere"),
        (scores(kge=[NAN, NAN]), "kge is known of no unit"),
        (scores(bias=[np.inf, 1]), "bias is infinite 1 times"),
        (pd.concat([scores(kge=[0.5])] * 2), "1 keys stand twice, first s, model, q, 0, test, "),
        (scores(kge=[0.5]).iloc[:0], "it is empty"),
        (pd.DataFrame({"kge": [1.0]}), "its columns are kge"),
    ],
)
def test_impossible_scores_are_found(table: pd.DataFrame, message: str) -> None:
    assert " ".join(checks.table_faults(table)).startswith(message)
    assert len(COLUMNS) == 8


def test_units_that_judge_twice_are_found() -> None:
    parts = np.array([[Part.TEST, Part.TRAIN, Part.TRAIN], [Part.TRAIN, Part.TEST, Part.BUFFER]])
    assert checks.split_faults(["a", "b"], parts) == []
    parts[1, 0] = Part.TEST
    assert checks.split_faults(["a", "b"], parts) == [
        "1 units are tested in several folds",
        "fold b has no unit for train",
    ]


def test_networks_that_knew_the_answer_are_found() -> None:
    tested = {"0": np.array([True, False, False]), "1": np.array([False, True, True])}
    learnt = np.array([[False, True, True], [True, False, True]])
    faults = checks.leak_faults(learnt, ["0_0", "1_0"], ["0", "1"], tested)
    assert faults == ["network 1_0 learnt from 1 units that it tests"]


def test_periods_that_share_a_day_are_found() -> None:
    periods = {"training": (None, "2005-12-31"), "test": ("2006-01-01", None)}
    assert checks.period_faults(periods) == []
    periods["validation"] = ("2005-12-31", "2005-12-31")
    assert checks.period_faults(periods) == ["training and validation share days"]


@pytest.fixture
def record() -> xr.Dataset:
    place = ("time", "lat", "lon")
    return xr.Dataset(
        {
            "twsa": (place, [[[1.0]], [[2.0]], [[NAN]]]),
            "twsa_std": (place, [[[1.0]], [[2.0]], [[NAN]]]),
            "flag": (place, np.array([[[1]], [[2]], [[0]]])),
            "twsa_quantiles": (("level", *place), [[[[0.0]], [[1.0]], [[NAN]]], [[[2.0]]] * 3]),
            "part": ("time", [1, 0, 3]),
            "in_gap": ("time", [0, 1, 0]),
        }
    )


def test_a_record_that_contradicts_itself_is_found(record: xr.Dataset) -> None:
    assert checks.storage_faults(record) == []
    for name, at, value, message in (
        ("flag", 0, 0, "1 values contradict their flag"),
        ("twsa_std", 1, NAN, "1 reconstructed values have no spread"),
        ("part", 1, 2, "1 months of a gap were learnt from"),
    ):
        spoiled = record.copy(deep=True)
        spoiled[name].values[at] = value
        assert checks.storage_faults(spoiled) == [message]
    record["twsa_quantiles"].values[1, 0] = -1
    assert checks.storage_faults(record) == ["1 quantiles fall as their level rises"]


def test_a_drought_of_another_class_is_found() -> None:
    data = xr.Dataset(
        {"wsdi": ("time", [0.5, -0.5, -3.5, NAN]), "drought": ("time", [0, 1, 4, -1])}
    )
    assert checks.drought_faults(data) == []
    data["drought"].values[2] = 3
    assert checks.drought_faults(data) == ["1 classes are not those of their index"]


def test_models_are_held_against_the_baseline_unit_by_unit() -> None:
    table = pd.concat(
        [
            scores("usual", kge=[0.5, 0.5, 0.5, 0.5]),
            scores("good", kge=[0.6, 0.1, 0.4, NAN]),
            scores("other", kge=[NAN, 0.7, 0.4, NAN]),
        ]
    )
    assert checks.better_share(table, "usual") == (pytest.approx(2 / 3), 3)
    share, n = checks.better_share(table, "nothing")
    assert np.isnan(share) and n == 0


def test_an_ensemble_below_the_mean_of_its_networks_is_found() -> None:
    rng = np.random.default_rng(4)
    observed = rng.gamma(1, 1, (6, 300))
    flows = {f"seed {k}": observed + rng.normal(0, 1, observed.shape) for k in range(3)}
    flows["ensemble"] = np.mean(list(flows.values()), 0)
    nse = {run: 1 - ((q - observed) ** 2).mean(1) / observed.var(1) for run, q in flows.items()}
    table = pd.concat([scores(f"ea none, {run}", nse=list(value)) for run, value in nse.items()])
    assert checks.ensemble_faults(table) == []
    worse = table["experiment"].str.endswith("ensemble") & (table["unit_id"] == "2")
    table.loc[worse, "value"] = -1.0
    assert checks.ensemble_faults(table) == ["1 ensembles lie below their networks' mean"]


def test_intervals_that_promise_too_much_are_found() -> None:
    assert checks.coverage_faults({0.5: 0.45, 0.8: 0.7, 0.9: 1.0}) == []
    assert checks.coverage_faults({0.9: 0.2}) == ["the 90% interval holds 20%"]
    assert checks.coverage_faults({0.5: 0.6, 0.9: 0.55}) == ["wider intervals hold less"]
    table = scores("net", coverage_50=[0.4], coverage_90=[0.8], nse=[0.3]).assign(unit_id="land")
    assert checks.coverage_of(table, "net") == {0.5: 0.4, 0.9: 0.8}


def test_water_that_is_lost_is_found() -> None:
    names = ("p", "et", "q", "change", "residual")
    table = pd.DataFrame([(1000, 500, 400, 10, 90), (800, 800, 100, 0, -100)], columns=names)
    table = table.astype(float).add_suffix("_mm_year")
    assert checks.balance_faults(table) == []
    assert checks.balance_faults(table.assign(et_mm_year=100.0)) == ["2 units do not add up"]
    assert checks.balance_faults(table, most=0.01) == ["the median unit leaves 11% of its rain"]
    assert checks.balance_faults(table * NAN) == []
