"""Claims about how honest an uncertainty is."""

import pytest

from vadose import checks
from vadose.checks_run import Run


def test_intervals_of_storage_hold_what_they_promise(run: Run, record_property) -> None:
    method = run.product("storage").attrs["method"]
    measured = checks.coverage_of(run.scores("storage"), method)
    for promised, share in measured.items():
        record_property(f"{promised:.0%} interval", f"{share:.0%}")
    if not measured:
        pytest.skip("gap_filling.levels has no pair that makes an interval")
    faults = checks.coverage_faults(measured)
    assert not faults, f"{method}: {'; '.join(faults)}"


def test_more_is_observed_below_a_higher_quantile(run: Run) -> None:
    run.need("gap_filling")
    table = run.table("evaluate/storage_reliability.csv")
    for (method, spread), rows in table.groupby(["method", "spread"]):
        falls = rows.sort_values("level")["share"].diff() < -checks.ROUNDING
        assert not falls.any(), f"{method}, {spread}: less is observed below a higher quantile"


def test_networks_of_the_root_zone_tell_how_far_they_differ(run: Run) -> None:
    run.need("root_zone")
    known = run.config["root_zone"]
    if int(known["seeds"]) * int(known["tested_folds"]) < 2:
        pytest.skip("root_zone trains one network")
    spread = run.table("root_zone/basins.csv")["capacity_sd_mm"]
    assert (spread > 0).any(), "root_zone/basins.csv: all networks say the same of every basin"
