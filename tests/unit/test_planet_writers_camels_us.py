"""The planet's basins as CAMELS-US: text that its reader gives back to the last digit written."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from vadose.planet.basins import draw_basins, true_parameters
from vadose.planet.build import simulate
from vadose.planet.observe import observe
from vadose.planet.writers.camels_us import BASINS, write_camels_us
from vadose.planet.writers.camels_us_tables import (
    baseflow_index,
    elasticity,
    flow_signatures,
    half_flow_day,
    rain_seasonality,
)
from vadose.sources.camels_us import PRODUCTS, read_attributes, read_basins

SEED, DATES = 7, pd.date_range("2003-01-01", "2005-12-31")
WRITTEN = [product for product in PRODUCTS if product != "nldas_extended"]
IDS = [f"{number:08d}" for number in range(1, BASINS + 1)]
ROUNDING = 0.00501  # of two decimals
CUBIC_FOOT_ROUNDING = 0.005 * 28316846.592 * 86400 / 1e12  # mm/d on 1 km2


class Camels(NamedTuple):
    folder: Path
    table: pd.DataFrame
    seen: dict[str, np.ndarray]


@pytest.fixture(scope="module")
def camels(tmp_path_factory: pytest.TempPathFactory) -> Camels:
    table = draw_basins(SEED, BASINS + 2)
    truth = true_parameters(SEED, table)
    weather, water = simulate(SEED, table, truth, DATES)
    seen = observe(SEED, table, weather, water, water.soil / truth["capacity"].to_numpy())
    folder = tmp_path_factory.mktemp("camels")
    write_camels_us(folder, table, DATES, seen)
    return Camels(folder, table.head(BASINS), {n: v[:, :BASINS] for n, v in seen.items()})


@pytest.mark.parametrize("product", WRITTEN)
def test_forcing_comes_back_to_two_decimals(camels: Camels, product: str) -> None:
    data = read_basins(camels.folder / "camels_us", IDS, product, DATES)
    seen = camels.seen
    rain = {"daymet": 1.0, "nldas": 0.95}.get(product, 0.98)
    wanted = {"p": rain * seen["total_precipitation_sum"]}
    extremes = product in ("daymet", "maurer_extended")
    for name, kind in (("t_min", "min"), ("t_max", "max")):
        wanted[name] = seen[f"temperature_2m_{kind if extremes else 'mean'}"]
    wanted["swe"] = seen["snow_depth_water_equivalent_mean"]
    for name, values in wanted.items():
        np.testing.assert_allclose(data[name].values.T, values, rtol=1e-6, atol=ROUNDING)
    np.testing.assert_allclose(data["area"], camels.table["area"], rtol=1e-6)
    np.testing.assert_allclose(data["lat"], camels.table["lat"], atol=ROUNDING)
    sunshine = data["srad"].values.T
    assert 50 < np.median(sunshine) < 500 and sunshine.min() >= 0
    assert np.all(data["vapour_pressure"] > 0) and data["vapour_pressure"].max() < 5000


def test_runoff_comes_back_from_cubic_feet_with_its_gaps(camels: Camels) -> None:
    data = read_basins(camels.folder / "camels_us", IDS, "daymet", DATES)
    wanted, area = camels.seen["streamflow"], camels.table["area"].to_numpy()
    read = data["q"].values.T
    np.testing.assert_array_equal(np.isnan(read), np.isnan(wanted))
    assert np.isnan(wanted).all(axis=0).any(), "one basin has no record"
    error = np.nanmax(
        np.abs(read - wanted)[:, np.isfinite(wanted).any(axis=0)]
        * area[np.isfinite(wanted).any(axis=0)]
    )
    assert error < 1.1 * CUBIC_FOOT_ROUNDING


def test_only_the_first_ten_basins_are_written(camels: Camels) -> None:
    flows = sorted(camels.folder.rglob("*_streamflow_qc.txt"))
    assert [path.name.split("_")[0] for path in flows] == IDS
    assert {path.parent.name for path in flows} == {f"{n:02d}" for n in range(1, 11)}
    assert len(list(camels.folder.rglob("*_forcing_leap.txt"))) == 4 * BASINS
    assert not list(camels.folder.rglob("*.part"))


def test_attributes_come_back_by_gauge(camels: Camels) -> None:
    table = read_attributes(camels.folder / "camels_us")
    assert list(table.index) == IDS and table["huc_02"].iloc[0] == "01"
    p = camels.seen["total_precipitation_sum"].mean(axis=0)
    np.testing.assert_allclose(table["p_mean"], p)
    np.testing.assert_allclose(table["area_gages2"], camels.table["area"], atol=ROUNDING)
    np.testing.assert_allclose(table["sand_frac"], camels.table["sand"])
    q = np.array(
        [
            column[np.isfinite(column)].mean() if np.isfinite(column).any() else np.nan
            for column in camels.seen["streamflow"].T
        ]
    )
    np.testing.assert_allclose(table["q_mean"], q)
    assert table["q_mean"].isna().sum() == 1 and set(table["dom_land_cover"]) <= {
        "Mixed Forests",
        "Grasslands",
    }
    gauged = table[table["q_mean"].notna()]
    assert gauged["baseflow_index"].between(0, 1).all() and gauged["hfd_mean"].between(1, 366).all()
    assert table["p_seasonality"].abs().max() < 1.5


def test_the_same_basins_give_the_same_bytes(camels: Camels, tmp_path: Path) -> None:
    write_camels_us(tmp_path, camels.table, DATES, camels.seen)
    for path in camels.folder.rglob("*.txt"):
        assert (tmp_path / path.relative_to(camels.folder)).read_bytes() == path.read_bytes()


def test_steady_flow_is_all_baseflow_and_passes_half_in_half_a_year() -> None:
    days = pd.date_range("2003-10-01", "2005-09-30")
    steady = np.full(len(days), 2.0)
    assert baseflow_index(steady) == pytest.approx(1.0)
    assert half_flow_day(steady, days) == pytest.approx(183.0)
    flood = np.where(days.day_of_year == 1, 100.0, 0.0)
    assert half_flow_day(flood, days) == pytest.approx(93.0)  # 1 January
    assert baseflow_index(flood) < 0.5


def test_runoff_that_doubles_the_change_of_rain_has_an_elasticity_of_two() -> None:
    days = pd.date_range("2001-01-01", "2002-12-31")
    wet = days.year == 2001
    p, q = np.where(wet, 1.1, 0.9), np.where(wet, 1.2, 0.8)
    assert elasticity(p, q, days) == pytest.approx(2.0)
    assert np.isnan(elasticity(np.ones(len(days)), q, days))


def test_rain_with_and_against_warmth_has_opposite_signs() -> None:
    wave = np.cos(2 * np.pi * np.arange(12) / 12)
    assert rain_seasonality(1.0 + 0.5 * wave, 10.0 + 8.0 * wave) == pytest.approx(0.5)
    assert rain_seasonality(1.0 - 0.5 * wave, 10.0 + 8.0 * wave) == pytest.approx(-0.5)
    assert np.isnan(rain_seasonality(np.ones(3), np.ones(3)))


def test_days_above_nine_medians_are_floods() -> None:
    days = pd.date_range("2003-01-01", "2004-12-31")
    q = np.ones(len(days))
    q[[10, 11, 400]] = 20.0
    found = flow_signatures(np.full(len(days), 2.0), q, days)
    assert found["high_q_freq"] == pytest.approx(3 * 365.25 / 731)
    assert found["high_q_dur"] == pytest.approx(1.5) and found["low_q_dur"] == 0.0
    short = flow_signatures(np.ones(len(days)), np.where(days < "2003-06-01", q, np.nan), days)
    assert all(np.isnan(value) for value in short.values()) and short.keys() == found.keys()
