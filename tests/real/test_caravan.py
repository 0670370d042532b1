"""Real Caravan basins: they read as they are, and the models do on them what is known of them."""

from pathlib import Path

import netCDF4
import numpy as np
import pandas as pd
import pytest

from vadose.basins import month_starts, monthly, potential_evapotranspiration
from vadose.calibrate import Forcing, calibrate, split_periods
from vadose.metrics import kge
from vadose.planet.build import build_gauges
from vadose.search import Settings
from vadose.sources.caravan import Daily, find_basins, read_attributes, read_daily
from vadose.water_balance.model import load_model
from vadose.water_balance.simulate import simulate

DAYS = pd.date_range("1981-01-01", "2014-12-31", freq="D")
CUBIC_FEET = 0.0283168466
DATE = ["year", "month", "day"]


@pytest.fixture(scope="module")
def files(sample_data: Path) -> dict[str, Path]:
    found = find_basins([sample_data / "Caravan-nc/timeseries/netcdf/camels"])
    return dict(list(found.items())[::10])


@pytest.fixture(scope="module")
def attributes(sample_data: Path, files: dict[str, Path]) -> pd.DataFrame:
    return read_attributes([sample_data / "Caravan-nc/attributes/camels"], list(files))


@pytest.fixture(scope="module")
def daily(files: dict[str, Path]) -> Daily:
    return read_daily(list(files.values()), DAYS)


@pytest.fixture(scope="module")
def pet(daily: Daily, attributes: pd.DataFrame) -> np.ndarray:
    return potential_evapotranspiration(
        daily.t, daily.pet, DAYS, attributes["lat"].to_numpy(), "best"
    )


@pytest.fixture(scope="module")
def forcing(daily: Daily, pet: np.ndarray) -> Forcing:
    months = [
        monthly(x, DAYS, 0.9, flux)
        for x, flux in ((daily.p, True), (pet, True), (daily.t, False), (daily.q, True))
    ]
    return Forcing(*months)


def test_forcing_is_whole_and_runoff_nearly(daily: Daily) -> None:
    assert len(daily.p) == 40
    assert np.isfinite(daily.p).all() and np.isfinite(daily.t).all()
    assert 0.9 < np.isfinite(daily.q).mean() < 1
    assert np.isnan(daily.pet).all(), "this release has no Penman-Monteith demand"


def test_demand_is_that_of_oudin_not_the_reanalysis(pet: np.ndarray) -> None:
    assert 700 < np.median(pet.mean(-1) * 365.25) < 950


def test_runoff_equals_the_gauge_file_of_camels(sample_data: Path) -> None:
    """Streamflow in cubic feet per second over Caravan's area gives Caravan's runoff."""
    caravan = find_basins([sample_data / "Caravan-nc/timeseries/netcdf/camels"])
    gauges = sorted((sample_data / "camels_us").rglob("*_streamflow_qc.txt"))
    shared = [(g, f"camels_{g.name[:8]}") for g in gauges if f"camels_{g.name[:8]}" in caravan]
    assert shared, "no basin is in both samples"
    for gauge, name in shared:
        table = pd.read_csv(gauge, sep=r"\s+", header=None)
        dates = pd.to_datetime(table.rename(columns={1: "year", 2: "month", 3: "day"})[DATE])
        area = read_attributes([sample_data / "Caravan-nc/attributes/camels"], [name])["area"]
        mm = table[4].where(table[4] >= 0) * CUBIC_FEET * 86400 / (area.iloc[0] * 1e3)
        ours = read_daily([caravan[name]], pd.DatetimeIndex(dates)).q[0]
        both = np.isfinite(ours) & mm.notna().to_numpy()
        assert both.sum() > 300
        np.testing.assert_allclose(ours[both], mm[both], atol=0.02, rtol=0.02)


def run(name: str, snow: str, forcing: Forcing, names: list[str]):
    periods = split_periods(forcing.q, 0.75)
    model = load_model(name, snow)
    options = {"settings": Settings(), "restarts": 10, "threads": 2}
    return calibrate(model, forcing, names, periods=periods, **options)


@pytest.fixture(scope="module")
def plain(forcing: Forcing, files: dict[str, Path]):
    return run("dwbm", "none", forcing, list(files))


def test_dwbm_is_as_good_as_is_known_of_it(plain) -> None:
    """A reference calibration of 20 such basins has medians 0.70 and 0.64."""
    assert 0.62 < np.nanmedian(plain.calibration.kge) < 0.78
    assert 0.55 < np.nanmedian(plain.verification.kge) < 0.72
    assert 120 < np.median(plain.parameters[:, 0]) < 320


def test_snow_raises_skill_where_it_snows_in_months_not_calibrated_on(
    plain, forcing: Forcing, files: dict[str, Path], attributes: pd.DataFrame
) -> None:
    snowy = attributes["frac_snow"].to_numpy() > 0.2
    with_snow = run("dwbm", "degree_day", forcing, list(files))
    gain = with_snow.verification.kge - plain.verification.kge
    assert snowy.sum() >= 8
    assert np.median(gain[snowy]) > 0.03


def test_single_precision_scores_agree_with_double(plain, forcing: Forcing) -> None:
    """KGE of the search's best points, in both precisions, within 1e-4."""
    periods = split_periods(forcing.q, 0.75)
    observed = np.where(periods.calibration, forcing.q, np.nan)
    exact = kge(simulate(load_model("dwbm"), plain.parameters, *forcing[:3]).q, observed).kge
    np.testing.assert_allclose(plain.search_score.max(-1), exact, atol=1e-4)


def header(path: Path) -> dict[str, tuple]:
    with netCDF4.Dataset(path) as file:
        return {
            name: (v.dtype, v.dimensions, sorted(set(v.ncattrs())), v.filters()["zlib"])
            for name, v in file.variables.items()
        }


def test_the_planet_writes_the_same_header_as_the_provider(
    files: dict[str, Path], tmp_path: Path
) -> None:
    build_gauges(tmp_path, seed=1, basins=1, start="2001-01-01", end="2001-12-31")
    planet = header(next((tmp_path / "Caravan-nc").rglob("*.nc")))
    real = header(next(iter(files.values())))
    for name in ("date", "total_precipitation_sum", "temperature_2m_mean", "streamflow"):
        assert planet[name] == real[name]


def test_months_are_the_calendar_ones(forcing: Forcing) -> None:
    assert forcing.p.shape == (40, len(month_starts(DAYS))) == (40, 408)
