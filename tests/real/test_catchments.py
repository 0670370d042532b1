"""The catchment filter on real Caravan basins: units are what they are taken for."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from vadose.basins import monthly
from vadose.catchments import Exclusion, exclusions, properties
from vadose.sources.caravan import find_basins, read_attributes, read_daily

DAYS = pd.date_range("1981-01-01", "2014-12-31", freq="D")
SECONDS_A_YEAR = 365.25 * 86400
LIMITS = {
    "least_area_km2": 10,
    "most_area_km2": 50_000,
    "least_record_share": 0.5,
    "most_runoff_ratio": 1,
    "most_snow_share": 1,
    "most_regulation_percent": 10,
    "most_urban_percent": 15,
    "most_irrigated_percent": 15,
}


@pytest.fixture(scope="module")
def attributes(sample_data: Path) -> pd.DataFrame:
    folder = sample_data / "Caravan-nc"
    names = list(find_basins([folder / "timeseries/netcdf/camels"]))
    return read_attributes([folder / "attributes/camels"], names)


def test_regulation_is_reservoirs_over_discharge(attributes: pd.DataFrame) -> None:
    """rev_mc_usu in million m3 and dis_m3_pyr in m3/s give it in percent."""
    unknown = np.full((len(attributes), 1), np.nan)
    regulation = properties(attributes, unknown, unknown)["regulation"]
    discharge = attributes["dis_m3_pyr"] * SECONDS_A_YEAR
    computed = 100 * attributes["rev_mc_usu"] * 1e6 / discharge
    dammed = regulation > 0
    assert dammed.sum() > 5
    assert np.median(regulation[dammed] / computed[dammed]) == pytest.approx(1, abs=0.05)


def test_camels_basins_are_of_the_size_that_caravan_chose(attributes: pd.DataFrame) -> None:
    assert attributes["area"].between(100, 2000).all()


def test_few_basins_are_left_out_and_for_known_reasons(
    sample_data: Path, attributes: pd.DataFrame
) -> None:
    """Reservoirs, irrigation, and the wet north-west, where the reanalysis rains too little."""
    files = find_basins([sample_data / "Caravan-nc/timeseries/netcdf/camels"])
    names = [*list(files)[::20], "camels_12010000", "camels_08086290", "camels_11253310"]
    daily = read_daily([files[name] for name in names], DAYS)
    p, q = (monthly(series, DAYS, 0.9, flux=True) for series in (daily.p, daily.q))
    codes = exclusions(properties(attributes.loc[names], p, q), LIMITS)
    assert codes[-3:].tolist() == [
        Exclusion.RUNOFF_RATIO,
        Exclusion.REGULATED,
        Exclusion.IRRIGATED,
    ]
    assert np.mean(codes[:-3] == Exclusion.PASSED) > 0.7
