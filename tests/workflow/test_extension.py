"""A record that goes on is appended to: what was made of earlier blocks of years stays as it is."""

import re
from collections import Counter
from pathlib import Path

import pytest
import xarray as xr
from tests.workflow.tiny_project import BLOCK, Plan, Project

SPRING, YEAR = "period={end: 2015-06-30}", "period={end: 2015-12-31}"
BLOCK_RULES = ("aggregate_basins", "aggregate_fields", "average_over_basins")
# Runoff ends in 2014 and the first sensor of leaf area in 2013; seven sources on the grid go on and
# five that are averaged over basins.
EXPECTED = {"gather_basins": 1, "retrieve_source": 9, "aggregate_fields": 7}
EXPECTED |= {"average_over_basins": 5}
MONTHLY = "results/tiny/aggregate/basins_monthly.nc"


def state(project: Project) -> dict[Path, tuple[int, bytes]]:
    """Time and content of every block and manifest."""
    folders = project.results / "aggregate", project.folder / "resources/downloads"
    paths = [p for folder in folders for p in folder.rglob("*") if p.stem in (BLOCK, "static")]
    return {p.relative_to(project.folder): (p.stat().st_mtime_ns, p.read_bytes()) for p in paths}


@pytest.fixture(scope="module")
def extended(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose record went on by half a year."""
    project = finished.copy(tmp_path_factory.mktemp("extended") / "project")
    project.run("--config", SPRING, "--until", *BLOCK_RULES)
    return project


def assert_only_the_new_block(plan: Plan, block: str) -> None:
    assert EXPECTED.items() <= plan.jobs.items()
    # What is made once for all times, and what does not change, is not made again.
    once = {"build_planet", "plot_planet", "retrieve_caravan", "aggregate_static"}
    assert not once & set(plan.jobs)
    messages = re.findall(r"^Job \d+: (.*)$", plan.text, re.M)
    blocks = Counter(name for text in messages for name in re.findall(r"(\d{6}-\d{6})\.$", text))
    assert blocks == {block: sum(EXPECTED.values())}


def test_a_plan_names_only_new_blocks_and_what_follows(finished: Project) -> None:
    plan = finished.plan("--config", SPRING)
    assert_only_the_new_block(plan, "201501-201506")
    after = set(plan.jobs) - set(EXPECTED)
    assert {"aggregate_basins", "assemble_cells", "homogenise_lai", "calibrate_cells"} <= after


def test_earlier_blocks_keep_their_bytes_and_times(finished: Project, extended: Project) -> None:
    before = state(finished)
    assert {path.parts[2] for path in before} >= {"aggregate", "grun", "era5_land", "ua_swe"}
    after = state(extended)
    assert {path: after[path] for path in before} == before
    fields = extended.results / "aggregate/fields/4.5"
    assert len(list(fields.glob("*/201501-201506.nc"))) == EXPECTED["aggregate_fields"]


def test_earlier_months_of_basins_stay_the_same(finished: Project, extended: Project) -> None:
    before, after = (xr.load_dataset(p.folder / MONTHLY) for p in (finished, extended))
    assert after.sizes["time"] == before.sizes["time"] + 6
    xr.testing.assert_equal(after.isel(time=slice(before.sizes["time"])), before)


def test_a_block_that_was_not_full_is_made_anew_alone(extended: Project) -> None:
    assert_only_the_new_block(extended.plan("--config", YEAR), "201501-201512")
