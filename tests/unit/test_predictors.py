"""What a network is told of a cell, computed by hand beside it."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vadose import contracts, kinds
from vadose.capacity.predictors import (
    DRIEST,
    PREDICTORS,
    annual_cycle,
    aridity,
    predictor_maps,
    seasonality,
)
from vadose.cells import land_cells
from vadose.errors import InputError

LAT, LON = np.array([-2.5, 2.5]), np.array([-7.5, -2.5, 2.5])
GROUNDS = [name for name, one in PREDICTORS.items() if one.fields == (name,)]


def field(cycle: np.ndarray, start: str = "2000-01", months: int = 24) -> xr.DataArray:
    """Repeat a mean year [12] in all cells; the first cell is sea."""
    times = pd.date_range(start, periods=months, freq="MS")
    values = np.asarray(cycle, float)[times.month - 1][:, None, None] * np.ones((2, 3))
    values[:, 0, 0] = np.nan
    return xr.DataArray(
        values, {"time": times, "lat": LAT, "lon": LON}, ("time", "lat", "lon"), name="x"
    )


def ground(value: float) -> xr.DataArray:
    return xr.DataArray(np.full((2, 3), value), {"lat": LAT, "lon": LON}, ("lat", "lon"))


P = np.array([100.0] * 6 + [20.0] * 6)
T = np.array([-5.0, -1, 4, 8, 12, 16, 20, 18, 14, 9, 3, -2])
MONTHLY = {
    "p": field(P),
    "t": field(T),
    "pet": field(np.full(12, 90.0), "1999-01", 60),
    "q": field(np.full(12, 30.0), "2003-01", 36),
    "lai": field(np.arange(12) / 2),
}
STATIC = {name: ground(10.0 + k) for k, name in enumerate(GROUNDS)}


def test_all_predictors_are_those_computed_by_hand() -> None:
    maps = predictor_maps(MONTHLY, STATIC, list(PREDICTORS))
    assert list(maps) == list(PREDICTORS)
    expected = {
        "p_mean": 720,
        "p_seasonality": 12 * 40 / 720,
        "t_mean": 8,
        "t_range": 25,
        "pet_mean": 1080,
        "aridity": 1.5,
        "frac_snow": 220 / 720,
        "lai_mean": 2.75,
        "lai_range": 5.5,
        "runoff_mean": 360,
    } | {name: 10 + k for k, name in enumerate(GROUNDS)}
    for name, value in expected.items():
        np.testing.assert_allclose(maps[name].values[1], value, rtol=1e-6)
        assert np.isnan(maps[name].values[0, 0])  # the sea
        assert maps[name].dims == ("lat", "lon")


def test_the_table_makes_a_kind_that_the_maps_fulfil(tmp_path) -> None:
    kind = {
        name: contracts.Variable(
            ("lat", "lon"), one.unit, one.low, one.high, kinds.SOMETHING, one.long_name
        )
        for name, one in PREDICTORS.items()
    }
    contracts.write(predictor_maps(MONTHLY, STATIC, list(PREDICTORS)), kind, tmp_path / "x.nc")
    assert set(contracts.read(kind, tmp_path / "x.nc")) == set(PREDICTORS)


@pytest.mark.parametrize("name", GROUNDS)
def test_grounds_have_the_unit_and_range_of_their_fields(name: str) -> None:
    ours, theirs = PREDICTORS[name], kinds.STATIC_FIELDS[name]
    assert (ours.unit, ours.low, ours.high) == (theirs.units, theirs.low, theirs.high)


def test_half_a_year_more_does_not_change_a_mean() -> None:
    longer = MONTHLY | {name: field(c, months=30) for name, c in (("p", P), ("t", T))}
    names = ["p_mean", "t_mean", "t_range", "p_seasonality", "frac_snow"]
    xr.testing.assert_allclose(
        predictor_maps(longer, {}, names), predictor_maps(MONTHLY, {}, names)
    )


def test_a_calendar_month_never_observed_leaves_a_cell_without_means() -> None:
    lai = MONTHLY["lai"].copy(deep=True)
    lai[0, 1, 1] = np.nan  # one January of two
    lai[:2, 1, 2], lai[12:14, 1, 2] = np.nan, np.nan
    row = predictor_maps(MONTHLY | {"lai": lai}, {}, ["lai_mean"])["lai_mean"].values[1]
    np.testing.assert_allclose(row[:2], 2.75)
    assert np.isnan(row[2])
    assert np.isnan(annual_cycle(lai)[:, 1, 2]).sum() == 2


def test_land_is_where_cells_are_calibrated_and_snow_what_they_report() -> None:
    rng = np.random.default_rng(2)
    p, t = MONTHLY["p"] * rng.uniform(0, 2, (24, 2, 3)), MONTHLY["t"].copy(deep=True)
    t[:, 1, 0] = np.nan
    cells = land_cells(p, t, MONTHLY["p"])
    snow = predictor_maps({"p": p, "t": t}, {}, ["frac_snow"])["frac_snow"]
    there = snow.sel(lat=cells["lat"], lon=cells["lon"])
    np.testing.assert_allclose(there, cells["frac_snow"], rtol=1e-6)
    assert np.isfinite(snow).sum() == cells.sizes["unit"] == 4


def test_without_a_demand_it_is_that_of_oudin() -> None:
    given_t = {"p": MONTHLY["p"], "t": MONTHLY["t"]}
    maps = predictor_maps(given_t, {}, ["pet_mean", "aridity"])
    cells = land_cells(MONTHLY["p"], MONTHLY["t"], MONTHLY["p"])
    yearly = cells["pet"].values.sum(-1) / 2
    there = maps.sel(lat=cells["lat"], lon=cells["lon"])
    np.testing.assert_allclose(there["pet_mean"], yearly, rtol=1e-3)  # of a leap year and another
    np.testing.assert_allclose(there["aridity"], yearly / 720, rtol=1e-3)
    assert np.isnan(maps["pet_mean"].values[0, 0])


@settings(max_examples=40)
@given(arrays(float, 12, elements=st.floats(0, 1000)))
def test_seasonality_stays_between_evenness_and_one_month(cycle: np.ndarray) -> None:
    index = float(seasonality(cycle))
    assert np.isnan(index) if cycle.sum() == 0 else -1e-9 <= index <= 11 / 6 + 1e-9


def test_rain_in_one_month_is_the_most_seasonal() -> None:
    np.testing.assert_allclose(seasonality(np.eye(12)), 11 / 6)
    np.testing.assert_allclose(seasonality(np.ones((12, 2))), 0)


def test_aridity_has_a_bound_and_needs_both() -> None:
    p = np.array([1000.0, 1, 0, 0, np.nan, 100])
    pet = np.array([500.0, 2000, 2000, 0, 100, np.nan])
    expected = [0.5, DRIEST, DRIEST, np.nan, np.nan, np.nan]
    np.testing.assert_array_equal(aridity(p, pet), expected)


@pytest.mark.parametrize(
    ("lacks", "name", "message"),
    [
        ("lai", "lai_range", r"lai_range needs the field lai: name a source in fields\.lai"),
        ("q", "runoff_mean", r"runoff_mean needs the field q: name a source in fields\.q"),
        ("slope", "slope", r"needs the field slope: name a source in fields\.topography"),
        ("t", "p_mean", r"land is where p and t are: name a source in fields\.t"),
    ],
)
def test_a_missing_field_is_named(lacks: str, name: str, message: str) -> None:
    monthly = {k: v for k, v in MONTHLY.items() if k != lacks}
    static = {k: v for k, v in STATIC.items() if k != lacks}
    with pytest.raises(InputError, match=message):
        predictor_maps(monthly, static, [name])


def test_unknown_predictors_and_other_grids_are_refused() -> None:
    with pytest.raises(InputError, match="no predictors are rain, mist"):
        predictor_maps(MONTHLY, STATIC, ["rain", "p_mean", "mist"])
    shifted = STATIC | {"slope": STATIC["slope"].assign_coords(lon=LON + 5)}
    with pytest.raises(InputError, match="slope and p lie on different grids: their lon differ"):
        predictor_maps(MONTHLY, shifted, ["slope"])


def test_snow_needs_a_month_of_both() -> None:
    monthly = {"p": field(P), "t": field(T, "2010-01")}
    with pytest.raises(InputError, match="share no month"):
        predictor_maps(monthly, {}, ["frac_snow"])
    assert "t_mean" in predictor_maps(monthly, {}, ["p_mean", "t_mean"])
