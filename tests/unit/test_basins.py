"""Months are made of days fairly, and demand never comes from the reanalysis field."""

import numpy as np
import pandas as pd
import pytest

from vadose.basins import (
    month_starts,
    monthly,
    monthly_forcing,
    oudin,
    potential_evapotranspiration,
)
from vadose.errors import InputError

DAYS = pd.date_range("2003-01-01", "2004-12-31", freq="D")


def test_a_flux_is_summed_and_a_temperature_averaged() -> None:
    ones = np.ones((1, len(DAYS)))
    lengths = month_starts(DAYS).days_in_month
    np.testing.assert_allclose(monthly(ones, DAYS, 0.9, flux=True)[0], lengths)
    np.testing.assert_allclose(monthly(ones, DAYS, 0.9, flux=False)[0], 1)


def test_a_missing_day_is_not_a_dry_one() -> None:
    daily = np.full((1, len(DAYS)), 2.0)
    daily[0, 3] = np.nan
    assert monthly(daily, DAYS, 0.9, flux=True)[0, 0] == pytest.approx(62)


@pytest.mark.parametrize(("missing", "counts"), [(3, True), (4, False)])
def test_a_month_counts_with_nine_tenths_of_its_days(missing: int, counts: bool) -> None:
    daily = np.ones((1, len(DAYS)))
    daily[0, :missing] = np.nan
    out = monthly(daily, DAYS, 0.9, flux=True)[0]
    assert np.isfinite(out[0]) == counts
    assert np.isfinite(out[1:]).all()


def test_months_agree_with_pandas() -> None:
    rng = np.random.default_rng(0)
    daily = rng.gamma(1, 3, (3, len(DAYS)))
    theirs = pd.DataFrame(daily.T, index=DAYS).resample("MS").sum().to_numpy().T
    np.testing.assert_allclose(monthly(daily, DAYS, 1.0, flux=True), theirs)
    assert month_starts(DAYS).equals(pd.date_range("2003-01", "2004-12", freq="MS"))


def by_hand(t: float, day: int, lat: float) -> float:
    """Oudin et al. 2005 with the extraterrestrial radiation of FAO paper 56, equation 21."""
    phi = np.deg2rad(lat)
    delta = 0.409 * np.sin(2 * np.pi * day / 365 - 1.39)
    near = 1 + 0.033 * np.cos(2 * np.pi * day / 365)
    sunset = np.arccos(np.clip(-np.tan(phi) * np.tan(delta), -1, 1))
    high = sunset * np.sin(phi) * np.sin(delta) + np.cos(phi) * np.cos(delta) * np.sin(sunset)
    radiation = 24 * 60 / np.pi * 0.0820 * near * high
    return max(radiation / (2.501 - 0.002361 * t) * (t + 5) / 100, 0)


@pytest.mark.parametrize("lat", [-35.0, 0.0, 45.0, 66.0])
def test_oudin_is_the_published_formula(lat: float) -> None:
    t = np.array([[-8.0, 3.0, 22.0]])
    days = pd.DatetimeIndex(["2003-01-15", "2003-04-15", "2003-07-15"])
    expected = [by_hand(t[0, k], d, lat) for k, d in enumerate(days.day_of_year)]
    np.testing.assert_allclose(oudin(t, days, np.array([lat]))[0], expected, rtol=0.01, atol=1e-3)


def test_oudin_is_defined_in_polar_night_and_missing_where_temperature_is() -> None:
    t = np.full((1, len(DAYS)), 3.0)
    t[0, 7] = np.nan
    pet = oudin(t, DAYS, np.array([75.0]))[0]
    assert np.isnan(pet[7]) and np.isfinite(np.delete(pet, 7)).all()
    assert pet[0] == 0 and pet[180] > 1


def demand(fao: list[float], method: str) -> np.ndarray:
    """Two years at 12 degC where the source has these demands."""
    given = np.array(fao)[:, None] * np.ones(len(DAYS))
    return potential_evapotranspiration(np.full_like(given, 12.0), given, DAYS, LAT, method)


LAT = np.array([40.0, 40.0])


def test_best_takes_the_source_and_oudin_where_it_has_none() -> None:
    mixed = demand([3.0, np.nan], "best")
    assert (mixed[0] == 3).all()
    np.testing.assert_allclose(mixed[1], oudin(np.full((2, len(DAYS)), 12.0), DAYS, LAT)[1])


def test_oudin_can_be_asked_for_everywhere() -> None:
    both = demand([3.0, np.nan], "oudin")
    np.testing.assert_allclose(both[0], both[1])


def test_a_source_without_penman_monteith_is_refused_where_it_is_asked_for() -> None:
    with pytest.raises(InputError, match=r"1 of 2 basins have no .*use 'best' or 'oudin'"):
        demand([3.0, np.nan], "fao_penman_monteith")


def test_forcing_is_summed_temperature_averaged_and_demand_computed() -> None:
    days = pd.date_range("2001-01-01", "2001-02-28", freq="D")
    daily = {name: np.full((1, len(days)), value) for name, value in (("p", 2), ("t", 5), ("q", 1))}
    found = monthly_forcing(daily, days, np.array([45.0]), "best", 0.9)
    assert found["p"].tolist() == [[62, 56]] and found["t"].tolist() == [[5, 5]]
    demand = monthly(oudin(daily["t"], days, np.array([45.0])), days, 0.9, flux=True)
    np.testing.assert_array_equal(found["pet"], demand)
