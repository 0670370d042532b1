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
