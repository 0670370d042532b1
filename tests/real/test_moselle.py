"""Monthly models follow the Moselle at Perl, driven by the mean weather of its domain."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from vadose import kinds
from vadose.calibration_table import calibrate_table
from vadose.evaluation import climatology
from vadose.metrics import kge
from vadose.water_balance.model import MODELS

AREA_KM2 = 11_522  # of the catchment above the gauge
MM_A_DAY = 86.4 / AREA_KM2  # of 1 m3/s
HEADER = 5  # lines of a gauge's file


@pytest.fixture(scope="module")
def months(sample_data: Path) -> xr.Dataset:
    """The domain as one unit: rain, demand, temperature and runoff of 48 months."""
    folder = sample_data / "gridded/mhm_moselle_24km_daily_1989_1993"
    table = pd.read_csv(folder / "00398.txt", sep=r"\s+", skiprows=HEADER, header=None)
    days = pd.to_datetime(dict(zip(("year", "month", "day"), table.T.values[:3], strict=True)))
    q = pd.Series(table[5].values, days).where(lambda flow: flow >= 0) * MM_A_DAY
    daily = pd.DataFrame({"q": q})
    for name, source in (("p", "pre"), ("pet", "pet"), ("t", "tavg")):
        with xr.open_dataset(folder / f"{source}.nc") as file:
            daily[name] = file[source].mean(("yc", "xc")).to_series().reindex(daily.index)
    each = daily.resample("MS")
    found = each.sum(min_count=28).assign(t=each["t"].mean())
    place = {"lat": 49.5, "lon": 6.4, "area": AREA_KM2, "frac_snow": 0.0}
    data = {name: (("unit", "time"), found[name].values[None]) for name in ("p", "pet", "t", "q")}
    data |= {name: ("unit", [place[name]]) for name in kinds.UNIT}
    return xr.Dataset(data, {"unit": ["perl"], "time": found.index.values})


def test_the_record_is_that_of_a_humid_catchment(months: xr.Dataset) -> None:
    p, pet, q = (float(months[name].mean()) * 12 for name in ("p", "pet", "q"))
    assert months.sizes["time"] == 48 and np.isfinite(months["q"]).all()
    assert 0.25 < q / p < 0.5 and 600 < pet < 900


@pytest.mark.parametrize("model", sorted(MODELS))
def test_each_model_follows_the_gauge_better_than_its_usual_year(
    months: xr.Dataset, model: str
) -> None:
    table = calibrate_table(
        months,
        "perl",
        model=model,
        snow="degree_day",
        calibration_share=0.75,
        least_months=24,
        objective="kge",
        restarts=5,
        precision="float64",
        seed=1,
        search={},
    )
    calibration, verification = (table["split"].values == part for part in (1, 2))
    q, month = months["q"].values, pd.DatetimeIndex(months["time"].values).month.to_numpy()
    held_out = np.where(verification, q, np.nan)
    usual = kge(climatology(q, calibration, month), held_out).kge
    assert table["kge_calibration"].item() > 0.9
    assert table["kge_verification"].item() > usual.item()
