"""Scores of experiments: who tells of which basin, medians of seeds, differences with intervals."""

import numpy as np
import pandas as pd
import pytest

from vadose.concepts.record import Span
from vadose.evaluation import COLUMNS
from vadose.metrics import nse
from vadose.regionalization.series import Series
from vadose.regionalization.skill import (
    bootstrap,
    differences,
    flows_of_runs,
    labelled,
    layout,
    scores,
    skill_table,
    summary,
)

BASINS = 12
WHOLE = {"test": Span(0, 300)}


@pytest.fixture
def observed() -> np.ndarray:
    return np.random.default_rng(1).gamma(1, 2, (BASINS, 300))


def spoilt(observed: np.ndarray, error: float, seed: int) -> np.ndarray:
    return observed + error * np.random.default_rng(seed).normal(size=observed.shape)


def series_of(q: np.ndarray) -> Series:
    basins, days = len(q), pd.date_range("2001-01-01", periods=q.shape[1])
    nothing = np.empty((basins, 0))
    names = [f"b{k}" for k in range(basins)]
    place = np.zeros((basins, 2))
    return Series(q[..., None], q, nothing, nothing[None], place, names, days, ["p"], [])


def table_of(observed: np.ndarray, errors: dict[str, float], split: str) -> pd.DataFrame:
    rows, series = [], series_of(observed)
    for experiment, error in errors.items():
        runs = {f"seed {k}": spoilt(observed, error, k) for k in range(3)}
        flows = runs | {"ensemble": np.mean(list(runs.values()), 0)}
        rows.append(skill_table(flows, series.days, series, experiment, split, WHOLE))
    return pd.concat(rows, ignore_index=True)


def test_the_ensemble_is_the_mean_of_the_seeds_flow_not_of_their_scores(observed) -> None:
    flow = np.stack([spoilt(observed, 1, k) for k in range(4)])
    runs = flows_of_runs(flow, np.ones((4, BASINS), bool), range(4), "temporal")
    np.testing.assert_allclose(runs["ensemble"], flow.mean(0))
    single = np.median([nse(runs[f"seed {k}"], observed) for k in range(4)])
    assert np.median(nse(runs["ensemble"], observed)) > single + 0.05


def test_ungauged_basins_are_told_by_networks_that_never_learnt_from_them() -> None:
    learnt = np.array([[True, True, False], [False, False, True]])
    flow = np.broadcast_to(np.array([1.0, 2.0])[:, None, None], (2, 3, 5))
    ungauged = flows_of_runs(flow, learnt, [0, 0], "ungauged")["seed 0"]
    np.testing.assert_array_equal(ungauged[:, 0], [2, 2, 1])
    gauged = flows_of_runs(flow, learnt, [0, 0], "temporal")["ensemble"]
    np.testing.assert_array_equal(gauged[:, 0], [1, 1, 2])


def test_a_basin_that_all_networks_know_is_not_scored_as_ungauged() -> None:
    learnt = np.array([[True, False]])
    flow = np.ones((1, 2, 30))
    flow[0, 1] = np.arange(30)
    runs = flows_of_runs(flow, learnt, [0], "ungauged")
    series = series_of(flow[0])
    table = skill_table(runs, series.days, series, "ea physical", "ungauged", WHOLE)
    assert tuple(table.columns) == COLUMNS
    assert set(table["unit_id"]) == {"b1"}


def test_each_period_is_scored_on_its_own_days_and_those_of_the_file(observed) -> None:
    series = series_of(observed)
    flow = observed.copy()
    flow[:, 150:] = spoilt(observed, 2.0, 1)[:, 150:]
    days = series.days[100:]
    spans = {"training": Span(0, 150), "test": Span(150, 300)}
    table = skill_table({"ensemble": flow[:, 100:]}, days, series, "ea onehot", "temporal", spans)
    found = table[table["metric"] == "nse"].groupby("period")["value"]
    np.testing.assert_allclose(found.get_group("training"), 1)
    np.testing.assert_allclose(found.get_group("test"), nse(flow[:, 150:], observed[:, 150:]))


def test_missing_flow_of_networks_that_may_not_tell_does_no_harm() -> None:
    learnt = np.array([[True, False], [False, True]])
    flow = np.ones((2, 2, 4))
    flow[learnt] = np.nan
    ungauged = flows_of_runs(flow, learnt, [0, 0], "ungauged")["ensemble"]
    np.testing.assert_array_equal(ungauged, 1)


def test_scores_are_of_streamflow_and_its_signatures(observed) -> None:
    found = scores(observed, observed)
    assert {"nse", "kge", "beta_nse", "fhv", "fms", "flv"} < set(found)
    np.testing.assert_allclose(found["nse"], 1)
    np.testing.assert_allclose(found["kge_r"], 1)


def test_experiments_come_apart_into_architecture_vectors_and_run(observed) -> None:
    table = labelled(table_of(observed, {"ea gaussian-256": 1.0}, "temporal"))
    assert set(table["architecture"]) == {"ea"} and set(table["vectors"]) == {"gaussian-256"}
    assert list(table["run"].unique()) == ["seed 0", "seed 1", "seed 2", "ensemble"]


def test_the_summary_holds_medians_over_basins_then_over_seeds(observed) -> None:
    table = table_of(observed, {"ea physical": 1.5, "plain none": 4.0}, "temporal")
    found = summary(table).set_index(["architecture", "kind", "metric"])
    by_seed = [nse(spoilt(observed, 1.5, k), observed) for k in range(3)]
    row = found.loc[("ea", "single", "nse")]
    np.testing.assert_allclose(row["median"], np.median(np.median(by_seed, 1)))
    np.testing.assert_allclose(row["mean"], np.median(np.mean(by_seed, 1)))
    assert row["n"] == BASINS and row["below_zero"] == 0
    poor = np.median([(nse(spoilt(observed, 4.0, k), observed) < 0).sum() for k in range(3)])
    assert found.loc[("plain", "single", "nse")]["below_zero"] == poor > 0


def test_the_bootstrap_of_paired_scores_covers_what_is_known() -> None:
    """One score is the other less 0.1 and noise: nine in ten intervals hold the true difference."""
    rng, hits = np.random.default_rng(5), 0
    for k in range(100):
        other = rng.normal(0.6, 0.2, 60)
        found = bootstrap(other - 0.1 + rng.normal(0, 0.05, 60), other, draws=400, seed=k)
        hits += found.low <= -0.1 <= found.high
    assert 0.85 <= hits / 100 <= 0.99


def test_pairs_make_the_interval_narrower_than_basins_drawn_apart() -> None:
    rng = np.random.default_rng(6)
    other = rng.normal(0.5, 0.3, 80)
    one = other - 0.05
    paired = bootstrap(one, other)
    apart = bootstrap(rng.permutation(one), other)
    assert paired.high - paired.low < 0.2 * (apart.high - apart.low)
    np.testing.assert_allclose(paired.median, -0.05)


def test_basins_without_one_of_the_scores_do_not_count_in_a_difference() -> None:
    one, other = np.array([1.0, np.nan, 2.0]), np.array([0.5, 0.1, np.nan])
    assert bootstrap(one, other).n == 1
    empty = bootstrap(one[1:2], other[1:2])
    assert empty.n == 0 and np.isnan(empty.median)


def test_differences_are_taken_from_descriptors_and_from_no_input_at_all(observed) -> None:
    errors = {"ea physical": 1.0, "ea gaussian-32": 1.5, "plain none": 3.0}
    found = differences(table_of(observed, errors, "temporal"))
    pairs = set(zip(found["vectors"], found["against"], strict=True))
    assert pairs == {
        ("gaussian-32", "ea physical"),
        ("gaussian-32", "plain none"),
        ("physical", "plain none"),
    }
    row = found[(found["vectors"] == "gaussian-32") & (found["against"] == "ea physical")].iloc[0]
    assert row["low"] <= row["median"] <= row["high"] < 0 and row["n"] == BASINS


def test_the_page_says_what_did_not_run_and_leaves_empty_what_does_not_exist(observed) -> None:
    gauged = table_of(
        observed, {"ea physical": 1.0, "ct onehot": 1.0, "plain none": 2.0}, "temporal"
    )
    shown = layout(summary(gauged)).sort_index().loc["temporal", "NSE, median", "single"]
    assert shown.loc["ea", "onehot"] == "not run" and shown.loc["ct", "physical"] == "not run"
    assert shown.loc["ea", "none"] == "" and shown.loc["plain", "physical"] == ""
    expected = np.median([np.median(nse(spoilt(observed, 1.0, k), observed)) for k in range(3)])
    assert shown.loc["ea", "physical"] == f"{expected:.2f}"
