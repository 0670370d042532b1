"""Scores fold by fold, and cells told apart by what networks saw of them."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from vadose.capacity.held_out import (
    cells_by_sight,
    compare_calibrations,
    layout,
    medians_of_kge,
    score_folds,
    share_within,
)

AREA = np.ones(40)


def test_differences_between_continents_are_no_skill() -> None:
    """To know each continent's mean and nothing within it scores zero, not nearly one."""
    rng = np.random.default_rng(1)
    continent = np.repeat([0, 1], 20)
    observed = 500.0 * continent + rng.normal(0, 10, 40)
    means = np.where(continent, observed[20:].mean(), observed[:20].mean())
    tested = {"a": continent == 0, "b": continent == 1}
    table = score_folds({"means": means}, observed, tested, AREA)
    overall = table[(table["fold"] == "all") & (table["weighting"] == "cells")].iloc[0]
    assert overall["r2"] == pytest.approx(0, abs=1e-9) and overall["n"] == 40
    together = score_folds({"means": means}, observed, {"one": np.ones(40, bool)}, AREA)
    assert together["r2"].iloc[0] > 0.99 and set(together["fold"]) == {"all"}


def test_share_within_counts_cells_near_enough() -> None:
    observed = np.array([100.0, 100, 100, np.nan])
    predicted = np.array([110.0, 130, np.nan, 100])
    assert share_within(predicted, np.full(4, 10.0), observed) == 0.5
    assert np.isnan(share_within(predicted, np.full(4, np.nan), observed))


def test_cells_are_told_apart_by_what_networks_saw() -> None:
    split = pd.DataFrame(
        {
            "unit": ["a", "b", "c", "d"],
            "fold": "all",
            "part": ["train", "validation", "test", "buffer"],
        }
    )
    groups = cells_by_sight(np.array(["d", "x", "a", "c", "b"]), split)
    assert groups["trained on"].tolist() == [False, False, True, False, True]
    assert groups["labelled, not trained on"].tolist() == [True, False, False, True, False]
    assert groups["without label"].tolist() == [False, True, False, False, False]


def test_medians_are_of_pairs() -> None:
    found = medians_of_kge(
        {"free": np.array([0.9, 0.8]), "capacity of the map": np.array([0.8, 0.8])}
    )
    assert found["n"] == 2 and found["median change"] == pytest.approx(-0.05)
    assert found["share within 0.05"] == 0.5
    assert medians_of_kge({"free": np.array([]), "capacity of the map": np.array([])}) == {"n": 0}


def test_the_page_shows_scores_by_cell_over_all_folds() -> None:
    observed = np.arange(40.0)
    tested = {"a": observed < 20, "b": observed >= 20}
    table = score_folds({"net": observed + 1}, observed, tested, AREA).assign(split="blocks")
    shown = layout(table, ["blocks"])
    assert list(shown.columns) == [("blocks", name) for name in ("R2", "Spearman", "RMSE (mm)")]
    assert shown.loc["net", ("blocks", "RMSE (mm)")] == pytest.approx(1)


def test_calibrations_are_compared_in_the_cells_that_have_both() -> None:
    def calibration(shift: float, units: list[str]) -> xr.Dataset:
        kge = np.linspace(0.5, 0.7, 3) + shift
        scores = {
            f"kge_{period}": ("unit", kge.copy()) for period in ("calibration", "verification")
        }
        return xr.Dataset(scores, {"unit": units}, {"model": "swbm"})

    split = pd.DataFrame({"unit": ["a"], "fold": "all", "part": ["train"]})
    free, given = calibration(0, ["a", "b", "c"]), calibration(-0.1, ["c", "b", "a"])
    given["kge_verification"][0] = np.nan  # of c
    rows, medians = compare_calibrations(free, given, split)
    assert len(rows) == 2 * 2 * 3 and set(rows["system"]) == {"water_balance"}
    found = medians.set_index(["months", "cells"])
    assert found.loc[("calibration", "trained on"), "median change"] == pytest.approx(0.1)
    assert found.loc[("calibration", "all"), "n"] == 3
    assert found.loc[("verification", "all"), "n"] == 2
