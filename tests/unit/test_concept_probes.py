"""Probes fitted afterwards read what the cells carry, controls read nothing; scores, charts."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from vadose import charts, concept_charts
from vadose.concepts.carriers import cells_needed, shares_of_cells
from vadose.concepts.probes import Days, controlled, fit_probe, read_stores
from vadose.concepts.record import Record, Span
from vadose.concepts.skill import medians, skill, skill_table, store_skill

BASINS, TIMES, CELLS = 6, 400, 5
WEIGHTS = np.array([3.0, 0.0, -2.0, 0.0, 0.0])
nan = np.nan


def cells() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(BASINS, TIMES, CELLS))


@pytest.mark.parametrize("method", ["ridge", "elastic_net"])
def test_a_probe_finds_the_weights_that_made_the_store(method: str) -> None:
    x = cells()
    store = x @ WEIGHTS + 50
    store[0, :100] = nan
    probe = fit_probe(x, store, method, alpha=1e-5, rho=0.15, every=2)
    assert probe is not None
    np.testing.assert_allclose(probe.weights, WEIGHTS, atol=1e-2)
    assert probe.level == pytest.approx(50, abs=0.01)
    np.testing.assert_allclose(probe.read(x[1]), x[1] @ WEIGHTS + 50, atol=0.05)


def test_an_elastic_net_leaves_cells_out_that_carry_nothing() -> None:
    x = cells()
    noise = np.random.default_rng(1).normal(size=(BASINS, TIMES))
    store = x @ WEIGHTS + 0.5 * noise
    probe = fit_probe(x, store, "elastic_net", alpha=0.3, rho=0.5, every=1)
    assert probe is not None
    np.testing.assert_array_equal(probe.weights != 0, WEIGHTS != 0)


@pytest.mark.parametrize("store", [np.full((BASINS, TIMES), nan), np.full((BASINS, TIMES), 7.0)])
def test_a_store_that_is_not_observed_or_constant_gives_no_probe(store: np.ndarray) -> None:
    assert fit_probe(cells(), store, "ridge", alpha=1e-3, rho=0.15) is None


def test_probes_learn_from_training_basins_and_days_alone() -> None:
    x = cells()
    stores = (x @ WEIGHTS)[..., None] + 100.0  # no store is below zero
    spoiled = stores.copy()
    spoiled[BASINS - 1] = 1e6
    training = np.arange(BASINS) < BASINS - 1
    days, later = Days(x[:, :300], spoiled[:, :300]), Days(x[:, 300:], spoiled[:, 300:])
    read = read_stores(days, later, training, "ridge", alpha=1e-6, rho=0.15)
    np.testing.assert_allclose(read, stores[:, 300:], atol=1e-3)
    nothing = Days(x[:, :300], np.full((BASINS, 300, 1), nan))
    assert np.isnan(read_stores(nothing, later, training, "ridge", alpha=1, rho=0)).all()


def test_controls_pair_states_with_stores_of_other_basins_or_years() -> None:
    stores = (np.arange(BASINS)[:, None] * 1000.0 + np.arange(TIMES))[..., None]
    shuffled = controlled(stores, "shuffled", shift=100, seed=3)
    assert (shuffled[:, 0] != stores[:, 0]).all()
    assert sorted(shuffled[:, 0, 0]) == sorted(stores[:, 0, 0])
    shifted = controlled(stores, "shifted", shift=100, seed=3)
    np.testing.assert_array_equal(shifted[:, 100:], stores[:, :-100])
    assert controlled(stores, "", shift=100, seed=3) is stores


def test_a_probe_reads_nothing_from_the_states_of_another_basin() -> None:
    x = cells()
    paired = controlled((x @ WEIGHTS)[..., None], "shuffled", shift=1, seed=0)
    days, later = Days(x[:, :300], paired[:, :300]), Days(x[:, 300:], paired[:, 300:])
    read = read_stores(days, later, np.ones(BASINS, bool), "ridge", alpha=1e-3, rho=0.15)
    assert np.nanmedian(skill(read[..., 0], later.stores[..., 0])["r2"]) < 0.1


def test_shares_tell_which_cells_carry_a_store() -> None:
    x = np.zeros((1, 4, 3))
    x[0, :, 0], x[0, :, 1], x[0, :, 2] = [0, 2, 0, 2], [0, 1, 0, 1], [5, 5, 5, 5]
    shares = shares_of_cells(np.array([[1.0, -2.0, 9.0], [4.0, 0.0, 1.0]]), x)
    np.testing.assert_allclose(shares, [[0.5, 0.5, 0], [1, 0, 0]])
    np.testing.assert_array_equal(cells_needed(shares), [2, 1])
    assert cells_needed(shares_of_cells(np.zeros((1, 3)), x)) == [3]


def test_a_wrong_level_costs_nse_and_not_r2() -> None:
    true = np.random.default_rng(2).normal(size=(1, 50))
    found = skill(0.5 * true + 3, true)
    assert found["r2"][0] == pytest.approx(1) and found["r"][0] == pytest.approx(1)
    assert found["alpha"][0] == pytest.approx(0.5) and found["nse"][0] < 0
    assert skill(true, true)["nse"][0] == pytest.approx(1)
    assert skill(-true, true)["r2"][0] == 0


def test_a_prediction_that_never_moves_explains_nothing() -> None:
    """Left out of the median it would flatter it; so would a negative correlation, squared."""
    observed = 50 * np.sin(np.arange(100.0))[None] + 100
    assert store_skill(np.zeros_like(observed), observed)["r2"][0] == 0
    assert store_skill(-observed, observed)["r2"][0] == 0
    assert store_skill(2 * observed, observed)["r2"][0] == pytest.approx(1)


def test_a_store_that_hardly_varies_has_no_score() -> None:
    days = np.arange(50.0)
    observed = np.stack([days, 0.01 * days, np.full(50, nan), np.where(days < 25, days, nan)])
    found = store_skill(observed, observed)["r2"]
    np.testing.assert_allclose(found, [1, nan, nan, 1])


def scored(shift: float, experiment: str) -> pd.DataFrame:
    """Scores of three basins, the last held out, of flow and a store that is observed in two."""
    targets = np.random.default_rng(4).gamma(2.0, 5.0, (3, 100, 2))
    targets[0, :, 1] = nan
    record = Record(
        np.zeros((3, 100, 1)),
        targets,
        np.zeros((3, 0)),
        ["a", "b", "c"],
        pd.date_range("2001-01-01", periods=100),
        ["p"],
        ["q", "swe"],
        [],
    ).on(Span(20, 100))
    learnt = np.array([True, True, False])
    predicted = np.nan_to_num(record.targets) + shift
    return skill_table(predicted, record, learnt, experiment)


def test_scores_tell_new_days_from_basins_that_were_held_out() -> None:
    table = scored(0.0, "concept, fold 0, seed 0")
    assert set(table.loc[table["split"] == "time", "unit_id"]) == {"a", "b"}
    assert set(table.loc[table["split"] == "space", "unit_id"]) == {"c"}
    row = table[(table["variable"] == "swe") & (table["metric"] == "nse")]
    assert row.set_index("unit_id")["value"].isna().to_dict() == {"a": True, "b": False, "c": False}


def test_medians_are_over_basins_and_then_over_networks() -> None:
    tables = [scored(s, f"concept, fold 0, seed {k}") for k, s in enumerate((0.0, 3.0, 90.0))]
    found = medians(pd.concat(tables))
    keys = ["what", "variable", "split", "metric"]
    middle = medians(tables[1]).set_index(keys)
    pd.testing.assert_frame_equal(found.set_index(keys), middle)
    n = found.set_index(keys)["n"]
    assert n["concept", "q", "time", "nse"] == 2 and n["concept", "swe", "time", "nse"] == 1


def test_charts_draw_what_they_are_given() -> None:
    series, matrix = Figure().subplots(1, 2)
    days = pd.date_range("2001-01-01", periods=30)
    lines = np.stack([np.arange(30.0), np.arange(30.0) + 2, np.arange(30.0) + 4])
    charts.draw_series(series, days, np.zeros(30), lines, "red")
    np.testing.assert_allclose(series.lines[1].get_ydata(), np.arange(30.0) + 2)
    shares = np.array([[0.1, 0.8, 0.1], [0.7, 0.1, 0.2]])
    concept_charts.draw_shares(matrix, shares, ["one", "two"])
    assert [t.get_text() for t in matrix.get_xticklabels()] == ["2", "1", "3"]
