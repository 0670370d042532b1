"""Forcing and targets of the root zone: filled, estimated, filtered and dealt out to folds."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from vadose import contracts
from vadose.config import read_config
from vadose.errors import InputError
from vadose.root_zone.attributes import ATTRIBUTES, COVERS, GROUND, attributes_of, estimated_lai
from vadose.root_zone.folds import Part, deal_out
from vadose.root_zone.forcing import estimated_radiation, extraterrestrial, leaf_area
from vadose.root_zone.parameters import ATTRIBUTES as LAND
from vadose.root_zone.parameters import PLANTS
from vadose.root_zone.record import (
    Record,
    baseline_months,
    bridged,
    contrasting,
    monthly_mean,
    monthly_sum,
    without_outliers,
)
from vadose.root_zone.series_file import SERIES_FILE, read_record, record_of, to_dataset

nan = np.nan
DAYS = pd.date_range("2001-01-01", "2002-12-31")


def record(basins: int = 3) -> Record:
    """Two years that no value of tells more than where it stands."""
    n, months = len(DAYS), 24
    code = np.arange(n, dtype=np.float32)[:, None] / n + np.arange(basins, dtype=np.float32)
    month = np.arange(months, dtype=np.float32)[:, None] + np.arange(basins, dtype=np.float32)
    return Record(
        p=code,
        t=code + 5,
        srad=100 * code,
        lrad=-10 * code,
        lai=month / 10,
        q=code / 2,
        swe=code * 3,
        et=month,
        twsa=month - 12,
        static=np.arange(basins * 11.0).reshape(basins, 11),
        area=np.arange(1.0, basins + 1),
        basins=[f"b_{k}" for k in range(basins)],
        days=DAYS,
    )


def table(**columns: list[float]) -> pd.DataFrame:
    names = [*GROUND.values(), "for_pc_sse", "crp_pc_sse", "pst_pc_sse"]
    known = {name: [10.0, 20.0] for name in names}
    place = {"lat": [45.0, -10.0], "lon": [0.0, 10.0], "area": [100.0, 200.0]}
    return pd.DataFrame({**known, **place, **columns}, ["b_0", "b_1"])


def test_the_networks_are_told_what_the_model_asks_for_in_its_order() -> None:
    assert (*PLANTS[1:], *LAND) == ATTRIBUTES
    assert PLANTS[0] == "lai_mean" and len(COVERS) == 5


def test_attributes_come_in_natural_units_and_unknown_ones_are_the_median() -> None:
    known = table(slp_dg_sav=[35.0, -999.0], ari_ix_sav=[50.0, 200.0], glc_pc_s11=[3.0, 4.0])
    found = dict(zip(ATTRIBUTES, attributes_of(known).T, strict=True))
    np.testing.assert_allclose(found["slope"], [3.5, 3.5])
    np.testing.assert_allclose(found["aridity"], [2.0, 0.5])
    np.testing.assert_allclose(found["shrubs"], [3.0, 4.0])  # the deciduous ones are not there
    np.testing.assert_allclose(found["herbs"], 0)


def test_attributes_that_are_not_there_or_never_known_are_named() -> None:
    with pytest.raises(InputError, match="lack cly_pc_sav"):
        attributes_of(table().drop(columns="cly_pc_sav"))
    with pytest.raises(InputError, match="snd_pc_sav is not known of any basin"):
        attributes_of(table(snd_pc_sav=[-999.0, nan]))


def test_leaf_area_of_cover_is_least_in_winter_and_most_under_forest() -> None:
    static = np.zeros((2, 11))
    static[0, 0] = 100.0
    lai = estimated_lai(static, np.array([[-5.0, -5.0], [20.0, 20.0]]))
    assert (lai[1] > lai[0]).all() and lai[1, 0] > lai[1, 1]
    assert lai[1, 0] == pytest.approx(5.0) and lai[0, 0] == pytest.approx(1.5)


def test_short_gaps_of_temperature_are_bridged_and_a_week_without_it_is_named() -> None:
    broken = record()
    broken.t[10:13, 1] = nan
    filled = bridged(broken, 5)
    np.testing.assert_allclose(filled.t, record().t, rtol=1e-6)
    broken.t[100:107, 1] = nan
    with pytest.raises(
        InputError, match=r"temperature of b_1 is missing on 7 days from 2001-04-11"
    ):
        bridged(broken, 5)
    bridged(broken, 7)


def test_no_line_fills_precipitation_or_the_ends_of_a_record() -> None:
    dry = record()
    dry.p[5, 2] = nan
    with pytest.raises(InputError, match="precipitation of b_2 is missing on 1 days"):
        bridged(dry, 10)
    early = record()
    early.t[0, 0] = nan
    with pytest.raises(InputError, match="temperature of b_0 is missing on 1 days from 2001-01-01"):
        bridged(early, 10)


def test_negatives_floods_and_thin_snow_are_missing() -> None:
    raw = record()
    raw.q[:3, 0], raw.swe[:3, 0], raw.et[:2, 0] = [-1, 99, 100], [0.1, 0.2, -5], [-1, 4]
    clean = without_outliers(raw, most_q=100, least_swe=0.1)
    np.testing.assert_array_equal(clean.q[:3, 0], [nan, 99, nan])
    np.testing.assert_allclose(clean.swe[:3, 0], [nan, 0.2, nan])
    np.testing.assert_array_equal(clean.et[:2, 0], [nan, 4])
    kept = without_outliers(raw, most_q=None, least_swe=None)
    np.testing.assert_allclose(kept.swe[:3, 0], [0.1, 0.2, nan])


def test_months_are_sums_and_means_of_their_own_days() -> None:
    daily = np.ones((len(DAYS), 2))
    np.testing.assert_array_equal(
        monthly_sum(daily, record().month_of_day)[:3], [[31, 31], [28, 28], [31, 31]]
    )
    np.testing.assert_allclose(monthly_mean(3 * daily, record().month_of_day), 3)


def test_a_record_without_its_first_year_begins_with_the_second() -> None:
    late = record().after(365)
    assert late.days[0] == pd.Timestamp("2002-01-01") and len(late.et) == 12
    assert late.et[0, 0] == 12 and len(late.months) == 12


def test_the_baseline_must_lie_in_the_record() -> None:
    inside = baseline_months(record().months, ("2001-06-01", "2001-08-31"))
    np.testing.assert_array_equal(np.flatnonzero(inside), [5, 6, 7])
    with pytest.raises(InputError, match=r"baseline 2004-01-01 to None has no month .* 2001-01"):
        baseline_months(record().months, ("2004-01-01", None))


def test_a_snowy_a_wet_and_a_dry_basin_are_chosen_among_gauged_ones() -> None:
    some = record(4)
    some.swe[:, :3] = nan
    some.q[:, 2] = nan
    some.q[:300, 1] = nan  # the wettest all the same
    assert contrasting(some) == {"snowy": 3, "wet": 1, "dry": 0}


def test_radiation_at_the_top_of_the_atmosphere_is_that_of_the_textbook() -> None:
    """FAO-56, example 8: 32.2 MJ m-2 day-1 at 20 degrees south on 3 September."""
    day = pd.DatetimeIndex(["2001-09-03"])
    assert extraterrestrial(day, np.array([-20.0]))[0, 0] == pytest.approx(32.2, abs=0.05)
    winter = extraterrestrial(pd.DatetimeIndex(["2001-12-21"]), np.array([80.0, 45.0]))
    assert winter[0, 0] == 0 and winter[0, 1] > 5


def test_estimated_radiation_warms_in_summer_and_cools_in_winter() -> None:
    days = pd.DatetimeIndex(["2001-01-15", "2001-07-15"])
    t, spread = np.array([[-5.0], [20.0]]), np.full((2, 1), nan)
    short, long = estimated_radiation(t, spread, days, np.array([50.0]), np.array([200.0]))
    assert (short > 0).all() and (long < 0).all()
    total = short + long
    assert total[1, 0] > 90 and total[0, 0] < 15


def test_a_wide_range_of_temperature_means_sun() -> None:
    days, place = pd.DatetimeIndex(["2001-07-15"]), (np.array([50.0]), np.array([200.0]))
    t = np.array([[20.0]])
    cloudy, _ = estimated_radiation(t, t * 0 + 4, days, *place)
    assert (estimated_radiation(t, t * 0, days, *place)[1] < 0).all(), "overcast loses heat too"
    clear, _ = estimated_radiation(t, t * 0 + 16, days, *place)
    assert clear[0, 0] == pytest.approx(2 * cloudy[0, 0])  # the root of four times the range


def test_leaf_area_is_scaled_by_training_years_alone() -> None:
    some = record()
    training = some.months.year == 2001
    season = np.tile(np.r_[np.arange(1.0, 7), np.arange(6.0, 0, -1)], 2)[:, None]
    lai = np.repeat(season, 3, 1)
    found = leaf_area(lai, some.months, some.days, training)
    assert found.normalised.min() == 0 and found.normalised.max() == pytest.approx(1)
    np.testing.assert_allclose(found.mean, 3.5)
    lai[~training] *= 100
    again = leaf_area(lai, some.months, some.days, training)
    np.testing.assert_allclose(again.mean, found.mean)
    np.testing.assert_allclose(again.normalised[:330], found.normalised[:330])


def test_gaps_of_leaf_area_take_the_usual_season_and_none_at_all_is_an_error() -> None:
    some = record()
    whole = np.tile(np.r_[np.arange(1.0, 7), np.arange(6.0, 0, -1)], 2)[:, None]
    gap = whole.copy()
    gap[16:20] = nan
    every = np.ones(24, bool)
    filled = leaf_area(gap, some.months, some.days, every).normalised
    np.testing.assert_allclose(
        filled, leaf_area(whole, some.months, some.days, every).normalised, atol=0.02
    )
    with pytest.raises(InputError, match="1 of 1 basins have no leaf area"):
        leaf_area(whole * nan, some.months, some.days, every)


def test_each_year_after_the_spin_up_is_tested_once_and_never_learnt_from_then() -> None:
    days = pd.date_range("1996-01-01", "2020-12-31")
    years = deal_out(days, spin_up_years=5, folds=5, validation_every=4)
    tests = years.part == Part.TEST
    np.testing.assert_array_equal(tests.sum(0), (years.years > 2000).astype(int))
    np.testing.assert_array_equal(tests.sum(1), 4)
    np.testing.assert_array_equal((years.part == Part.VALIDATION).sum(1), 4)
    np.testing.assert_array_equal((years.part == Part.TRAINING).sum(1), 12)
    assert years.spin_up(days) == 1827
    autumn = days[days >= "1996-10-01"]
    assert deal_out(autumn, spin_up_years=1, folds=5, validation_every=4).spin_up(autumn) == 457
    fold = years.test_fold(days)
    assert fold[0] == -1 and fold[1827] == 0 and fold[-1] == 4
    months = years.training_months(days)
    assert months.shape == (5, 300) and (months.sum(1) == 144).all()


def test_years_that_came_later_serve_for_nothing() -> None:
    days = pd.date_range("2001-01-01", "2006-12-31")
    years = deal_out(days, spin_up_years=1, folds=2, validation_every=2)
    later = pd.date_range("2006-12-31", "2007-01-01")
    np.testing.assert_array_equal(years.of_days(later)[:, 1], Part.NOTHING)
    assert years.test_fold(later)[1] == -1


def test_too_few_years_for_the_folds_are_named() -> None:
    with pytest.raises(InputError, match="2 years less 1 of spin-up are too few for 5 folds"):
        deal_out(DAYS, spin_up_years=1, folds=5, validation_every=4)


def test_a_file_gives_back_the_record(tmp_path: Path) -> None:
    path = tmp_path / "series.nc"
    contracts.write(to_dataset(record(), np.zeros((3, 2))), SERIES_FILE, path)
    again = read_record(path)
    for name, values in record()._asdict().items():
        np.testing.assert_array_equal(getattr(again, name), values)


def test_sources_become_a_record_and_what_is_not_there_is_missing_or_estimated() -> None:
    known = record(2)
    series = {"p": known.p, "t": known.t, "q": known.q}
    daily = xr.Dataset(
        {name: (("basin", "time"), values.T) for name, values in series.items()},
        coords={"basin": ["b_0", "b_1"], "time": DAYS},
    )
    et = xr.DataArray(
        np.full((2, 12), 30.0),
        {"basin": ["b_1", "b_2"], "time": pd.date_range("2002-01-01", periods=12, freq="MS")},
        ("basin", "time"),
    )
    found = record_of(daily, attributes_of(table()), table(), {"et": et}, [])
    assert np.isfinite(found.rn).all() and np.isfinite(found.lai).all()
    assert np.isnan(found.twsa).all() and np.isnan(found.swe).all()
    assert np.isnan(found.et[:, 0]).all() and (found.et[12:, 1] == 30).all()
    assert np.isnan(found.et[:12]).all()


@pytest.mark.parametrize(
    ("root_zone", "message"),
    [
        ({"folds": 2, "tested_folds": 3}, "tested_folds 3 is more than folds 2"),
        ({"et": "none"}, "experiment q_et learns et, but et is none"),
        ({"weights": {"q": 0}}, "has no target with a weight"),
        ({"export": [5]}, "export names folds"),
        ({"experiments": []}, r"root_zone\.experiments"),
        ({"experiments": ["soil"]}, r"root_zone\.experiments"),
        ({"experiments": ["lstm", "all"]}, "first of experiments is lstm"),
        ({"lstm": {"window": 90, "counted_days": 91}}, "counted_days 91 are more than a window"),
        ({"rates": [[1, 0.1]]}, "rates change at epochs"),
    ],
)
def test_settings_that_do_not_go_together_are_named(root_zone: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_config({"root_zone": root_zone})


def test_all_learns_what_has_a_source_and_controls_switch_off_one_thing_each() -> None:
    few = {"et": "none", "twsa": "none", "experiments": ["all"]}
    own = read_config({"root_zone": few}).root_zone
    assert own.targets("all") == own.targets("no_leaves") == ["q", "swe"]
    whole = read_config({}).root_zone
    assert whole.targets("all") == ["q", "et", "swe", "twsa"]
    usual = whole.design("all")
    assert usual["capacity"] is None and usual["lai_effect"] and usual["overflow"]
    for name, key in {
        "fixed_capacity": "capacity",
        "no_leaves": "lai_effect",
        "no_overflow": "overflow",
    }.items():
        changed = {k for k, v in whole.design(name).items() if v != usual[k]}
        assert changed == {key}
