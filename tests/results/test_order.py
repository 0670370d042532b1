"""Claims about what must be better than what, whatever the data."""

import pandas as pd
import pytest

from vadose import checks
from vadose.checks_run import Run

MOST = 0.5  # share of the units in which calibrated models beat the usual year, at least
WORSE = 0.02  # KGE that a calibration may gain by one freedom less: what a search may miss
each_units = pytest.mark.parametrize("units", ["basins", "cells"])


def worst(table: pd.DataFrame, experiment: str, metric: str = "nse") -> float:
    """The least score of experiments whose name begins like this; 0 where there is none."""
    own = table["experiment"].str.startswith(experiment) & (table["metric"] == metric)
    return float(table[own]["value"].dropna().min()) if own.any() else 0.0


@each_units
def test_calibrated_models_beat_the_usual_year(run: Run, units: str, record_property) -> None:
    table = run.scores(f"{units}/calibration")
    share, n = checks.better_share(table[table["split"] == "calibration"], "climatology")
    record_property(f"in the calibration months of {n}", f"{share:.0%}")
    assert share > MOST, f"models beat the usual year in {share:.0%} of {n} {units}"


@each_units
def test_the_usual_year_is_no_worse_than_the_mean_it_was_made_of(run: Run, units: str) -> None:
    table = run.scores(f"{units}/calibration")
    least = worst(table[table["split"] == "calibration"], "climatology")
    assert least > -checks.ROUNDING, f"climatology has an NSE of {least:.3g} at worst"


def test_the_usual_year_of_daily_flow_is_no_worse_than_its_mean(run: Run) -> None:
    table = run.scores("regionalization")
    least = worst(table[table["period"] == "training"], "climatology")
    assert least > -checks.ROUNDING, f"climatology has an NSE of {least:.3g} at worst"


def test_a_capacity_that_is_given_fits_no_better_than_a_free_one(run: Run, record_property) -> None:
    table = run.scores("recalibration")
    table = table[(table["metric"] == "kge") & (table["split"] == "calibration")]
    parts = table["experiment"].str.extract(r"(?P<model>.+), (?P<capacity>.+)")
    wide = table.join(parts).pivot_table(
        index=["model", "unit_id"], columns="capacity", values="value"
    )
    gain = float((wide["capacity of the map"] - wide["free"]).median())
    record_property("median change of KGE", f"{gain:.4f}")
    assert gain <= WORSE, f"with the map's capacity KGE rises by {gain:.3f} in the median cell"


def test_an_ensemble_is_no_worse_than_its_networks(run: Run) -> None:
    faults = checks.ensemble_faults(run.scores("regionalization"))
    assert not faults, f"evaluate/regionalization.parquet: {'; '.join(faults)}"
