"""The audit finds no water over where there is none, and the water that was left out."""

import numpy as np
import pandas as pd
import xarray as xr

from vadose.closure import close, of_units, trend


def months(years: int = 10) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(1)
    p, et = rng.gamma(2, 40, (3, 12 * years)), rng.gamma(2, 20, (3, 12 * years))
    rise = np.array([[0.0], [1.0], [-2.0]])  # mm a month
    q = p - et - rise
    storage = np.broadcast_to(rise * np.arange(12 * years), p.shape)
    return p, et, q, np.array(storage)


def test_a_closed_balance_leaves_nothing() -> None:
    found = close(*months())
    np.testing.assert_allclose(found.residual, 0, atol=1e-9)
    np.testing.assert_allclose(found.change, [0, 12, -24], atol=1e-9)


def test_rain_that_is_missed_is_the_residual() -> None:
    p, et, q, storage = months()
    found = close(0.9 * p, et, q, storage)
    np.testing.assert_allclose(found.residual, -1.2 * p.mean(1))


def test_months_that_miss_a_flux_do_not_count_for_the_others() -> None:
    p, et, q, storage = months()
    et[:, 7] = np.nan
    q[:, 11] = np.nan
    found = close(p, et, q, storage)
    keep = np.delete(np.arange(120), [7, 11])
    np.testing.assert_allclose(found.p, 12 * p[:, keep].mean(1))
    np.testing.assert_allclose(found.residual, 0, atol=1e-9)


def test_too_short_a_record_is_not_audited() -> None:
    assert np.isnan(close(*months(4)).residual).all()


def test_the_trend_skips_missing_steps() -> None:
    series = 3 + 0.5 * np.arange(100.0)[None]
    series[0, 10:30] = np.nan
    np.testing.assert_allclose(trend(series), 0.5)


def test_units_take_their_own_series_or_that_of_their_cell() -> None:
    time = pd.date_range("2001-01-01", periods=3, freq="MS")
    units = xr.Dataset(
        {"lat": ("unit", [10.2, 11.9]), "lon": ("unit", [20.1, 20.1])},
        {"unit": ["b", "new"], "time": time},
    )
    basins = xr.DataArray([[1.0, 2], [3, 4]], {"basin": ["a", "b"], "time": time[:2]})
    np.testing.assert_array_equal(of_units(basins, units), [[3, 4, np.nan], [np.nan] * 3])
    places = {"time": time, "lat": [10.0, 12.0], "lon": [20.0]}
    grid = xr.DataArray(np.arange(6.0).reshape(3, 2, 1), places)
    np.testing.assert_array_equal(of_units(grid, units), [[0, 2, 4], [1, 3, 5]])
