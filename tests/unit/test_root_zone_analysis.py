"""Active root-zone storage: by hand, and what parts of its spread and dependence add up to."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr
from tests.unit.test_root_zone_record import record

from vadose.root_zone.analysis import (
    active_storage,
    capacity,
    dependence,
    interannual_range,
    rank_correlation,
    seasonal_cycle,
    spread_of,
)
from vadose.root_zone.simulated import held_out
from vadose.root_zone.skill import skill_table
from vadose.root_zone.summary import STORAGE, basin_table, summarise

DAYS = pd.date_range("2001-01-01", "2002-12-31")


def simulated(members: int = 4, basins: int = 3) -> xr.Dataset:
    """Two folds and two seeds; fold f tests the year 2001 + f."""
    rng = np.random.default_rng(2)
    series = {
        name: (("member", "basin", "time"), rng.random((members, basins, len(DAYS))))
        for name in ("q", "et", "swe", "avai", "tws")
    }
    return xr.Dataset(
        {
            **series,
            "parameters": (("parameter", "member", "basin"), np.full((1, members, basins), 2.0)),
            "residual": (("member", "basin"), np.zeros((members, basins))),
            "fold": ("member", [0, 0, 1, 1]),
            "seed": ("member", [1, 2, 1, 2]),
            "test_fold": ("time", (DAYS.year == 2002).astype(int)),
        },
        coords={
            "member": ["0_1", "0_2", "1_1", "1_2"],
            "basin": [f"b_{k}" for k in range(basins)],
            "time": DAYS,
            "parameter": ["kf"],
        },
    )


def test_active_storage_counts_from_the_driest_day_and_capacity_is_its_most() -> None:
    avai = np.array([[30.0, 80.0, 20.0], [5.0, 5.0, 5.0]])
    np.testing.assert_array_equal(active_storage(avai), [[10, 60, 0], [0, 0, 0]])
    np.testing.assert_array_equal(capacity(avai), [60, 0])


def test_seasons_are_means_of_calendar_months_and_years_differ_by_their_means() -> None:
    month = DAYS.month.to_numpy().astype(float)
    np.testing.assert_allclose(seasonal_cycle(month, DAYS), np.arange(1, 13))
    assert interannual_range(month, DAYS) == pytest.approx(0)
    assert interannual_range(month + 5 * (DAYS.year == 2002), DAYS) == pytest.approx(5)


def test_a_part_of_a_year_is_no_dry_or_wet_year() -> None:
    days = pd.date_range("2000-10-01", "2004-09-30")
    month = days.month.to_numpy().astype(float)
    assert interannual_range(month, days) == pytest.approx(0, abs=0.02)  # 2004 is a leap year
    few = pd.date_range("2000-10-01", "2001-09-30")
    assert interannual_range(few.month.to_numpy() * 1.0, few) > 5, "nothing else is known"


@given(st.integers(0, 1000))
def test_squares_of_the_spread_of_folds_and_seeds_add_up(seed: int) -> None:
    values = np.random.default_rng(seed).random((6, 4))
    spread = spread_of(values, np.repeat([0, 1, 2], 2))
    np.testing.assert_allclose(spread.total**2, spread.folds**2 + spread.seeds**2)


def test_one_fold_has_no_spread_of_folds() -> None:
    spread = spread_of(np.array([[1.0], [3.0]]), np.array([0, 0]))
    assert spread.folds[0] == 0 and spread.seeds[0] == spread.total[0] == 1


def test_rank_correlation_is_scipys_and_skips_what_is_missing() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.integers(0, 9, 40).astype(float), rng.random(40)
    assert rank_correlation(x, y) == pytest.approx(spearmanr(x, y).statistic)
    y[3] = np.nan
    some = np.arange(40) != 3
    assert rank_correlation(x, y) == pytest.approx(spearmanr(x[some], y[some]).statistic)
    assert np.isnan(rank_correlation(np.ones(40), x))


def test_dependence_has_a_row_for_each_property_and_attribute() -> None:
    x = np.arange(10.0)
    table = dependence({"capacity": x}, np.stack([x, -x], 1), ["forest", "aridity"])
    assert table["correlation"].tolist() == pytest.approx([1, -1])
    assert table["n"].tolist() == [10, 10]


def test_the_summary_leaves_the_spin_up_out_and_has_a_row_a_basin() -> None:
    data = simulated()
    data["avai"][..., :100] = 1e4
    found = summarise(data, 365)
    assert set(STORAGE) <= set(found.data_vars)
    assert float(found["capacity"].max()) < 1 and found.sizes["month"] == 12
    np.testing.assert_allclose(found["season"], found["storage"], atol=1e-6)  # of one year
    table = basin_table(found, data)
    assert table.index.tolist() == ["b_0", "b_1", "b_2"] and (table["kf"] == 2).all()
    assert (table["capacity_sd_mm"] > 0).all()


def test_members_are_judged_in_the_years_of_their_own_fold_alone() -> None:
    data, seen = simulated(), record()
    parts = list(held_out(data, seen, (None, None)))
    assert [(one.fold, one.seed) for one in parts] == [(0, 1), (0, 2), (1, 1), (1, 2)]
    for one in parts:
        year = DAYS.year == 2001 + one.fold
        np.testing.assert_array_equal(one.pairs["q"][1], seen.q[year].T)
        assert one.pairs["twsa"][1].shape == (3, 12)
    same = seen._replace(q=data["q"].values[0].T.copy())
    table = skill_table(held_out(data, same, (None, None)), seen.basins, np.zeros((4, 3)), "all")
    nse = table[(table["metric"] == "nse") & (table["variable"] == "q")]
    perfect = nse[nse["experiment"] == "all, fold 0, seed 1"]["value"]
    np.testing.assert_allclose(perfect, 1)
    assert (nse[nse["experiment"] != "all, fold 0, seed 1"]["value"] < 0.5).all()


def test_storage_anomaly_is_about_the_mean_of_the_baseline() -> None:
    data, seen = simulated(), record()
    one = next(held_out(data, seen, ("2001-01-01", "2001-12-31")))
    np.testing.assert_allclose(one.pairs["twsa"][0].mean(1), 0, atol=1e-12)


def test_what_one_fold_cannot_tell_is_missing_and_not_zero() -> None:
    data = simulated()
    one = data.assign(fold=("member", [0, 0, 0, 0]))
    alone, both = (basin_table(summarise(of, 0), of) for of in (one, data))
    folds = alone.filter(like="_sd_folds_")
    assert folds.shape == (3, 3) and folds.isna().all(axis=None)
    assert alone.filter(like="_sd_seeds_").notna().all(axis=None)
    assert both.filter(like="_sd_folds_").notna().all(axis=None)
