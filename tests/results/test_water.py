"""Claims about water: what goes in comes out or stays."""

import pytest

from vadose import checks
from vadose.checks_run import GRID, Run

MOST = 0.01  # mm/day that a balance over the whole record may miss by rounding


@pytest.mark.parametrize("units", ["basins", "cells"])
def test_the_balance_of_the_sources_nearly_closes(run: Run, units: str, record_property) -> None:
    run.need(*([GRID] if units == "cells" else []))
    averaged, fields = run.config["basins"]["fields"], run.config["fields"]
    known = {
        "basins": "fluxcom_xbase" in averaged and any(f.startswith("grace") for f in averaged),
        "cells": "none" not in (fields["et"], fields["storage"]),
    }
    if not known[units]:
        pytest.skip(f"no source tells evapotranspiration and storage of {units}")
    table = run.table(f"evaluate/water_{units}.csv")
    left = (table["residual_mm_year"].abs() / table["p_mm_year"]).median()
    record_property("left over in the median unit", f"{left:.1%} of rain")
    faults = checks.balance_faults(table)
    assert not faults, f"evaluate/water_{units}.csv: {'; '.join(faults)}"


def test_the_water_balance_of_the_root_zone_closes(run: Run, record_property) -> None:
    table = run.scores("root_zone")
    left = table[table["metric"] == "closure"]["value"].abs().max()
    record_property("largest error", f"{left:.2g} mm/day")
    assert left < MOST, f"the water balance misses up to {left:.3g} mm/day"
