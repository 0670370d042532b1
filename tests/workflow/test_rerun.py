"""Re-runs are exact: a change runs again what depends on it, and nothing else."""

import os
import time

import numpy as np
import pytest
import xarray as xr
from tests.workflow.tiny_project import NOTHING, Project, source_files

MAP_CAPACITY = {"map_capacity": 1}
LABEL = {"label_capacity": 1, **MAP_CAPACITY}
EVALUATE = {"evaluate_calibration": 1, "plot_scores": 1}
AFTER_CALIBRATION = {**LABEL, **EVALUATE, "map_skill": 1}
CALIBRATE = {"calibrate_basins": 4, **AFTER_CALIBRATION}
RETRIEVE = {"retrieve_caravan": 1, "aggregate_basins": 1, **CALIBRATE}
PLANET = {"build_planet": 1, **RETRIEVE}

TVGM = "workflow/vadose/water_balance/tvgm.py"
TVGM_NONE = "results/tiny/calibrate/tvgm_none.nc"
SWBM_NONE = "results/tiny/calibrate/swbm_none.nc"


def halve_the_largest_capacity(project: Project) -> None:
    project.edit(TVGM, "Bounds(1, 1000,", "Bounds(1, 500,")


def test_a_finished_run_has_nothing_to_do(finished: Project) -> None:
    assert finished.plan().jobs == NOTHING


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("planet={seed: 8}", PLANET),
        ("aggregation={pet: oudin}", {"aggregate_basins": 1, **CALIBRATE}),
        ("calibration={restarts: 4}", CALIBRATE),
        ("mask={kge_above: 0.3}", LABEL),
        ("labels={merge: mean}", LABEL),
        ("maps={land: none}", {"map_skill": 1, **MAP_CAPACITY}),
        ("mirror=somewhere/else", NOTHING),
    ],
)
def test_a_setting_runs_exactly_what_depends_on_it(
    finished: Project, setting: str, expected: dict[str, int]
) -> None:
    assert finished.plan("--config", setting).jobs == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("vadose/planet/water.py", PLANET),
        ("vadose/sources/mirror.py", RETRIEVE),
        ("vadose/search.py", CALIBRATE),
        ("vadose/mask.py", LABEL),
        ("vadose/reasons.py", CALIBRATE),
        ("vadose/labels.py", LABEL),
        ("vadose/evaluation.py", EVALUATE),
        ("vadose/maps.py", {"map_skill": 1, **MAP_CAPACITY, "plot_scores": 1}),
        ("scripts/label_capacity.py", LABEL),
        ("scripts/plot_scores.py", {"plot_scores": 1}),
    ],
)
def test_a_line_of_code_runs_what_reaches_it_and_is_named(
    project: Project, path: str, expected: dict[str, int]
) -> None:
    project.append(f"workflow/{path}", "\nANOTHER_NUMBER = 1\n")
    plan = project.plan()
    assert plan.jobs == expected
    assert f"before: '{path} " in plan.text and f"now: '{path} " in plan.text


def test_a_model_runs_only_its_own_calibrations_and_is_named(project: Project) -> None:
    halve_the_largest_capacity(project)
    plan = project.plan()
    assert plan.jobs == {"calibrate_basins": 2, **AFTER_CALIBRATION}
    for snow in ("none", "degree_day"):
        assert "vadose/water_balance/tvgm.py" in plan.reason(f"Calibrating tvgm, snow: {snow}.")
    assert "Calibrating swbm" not in plan.text


def test_comments_and_docstrings_run_nothing(project: Project) -> None:
    for path in (TVGM, "workflow/vadose/mask.py", "workflow/scripts/label_capacity.py"):
        file = project.folder / path
        text = file.read_text(encoding="utf-8")
        assert text.startswith('"""')
        changed = '# A comment.\n\n"""Said in other words. ' + text.removeprefix('"""')
        file.write_text(changed + "\n\n# The end.\n", encoding="utf-8")
    assert project.plan().jobs == NOTHING


def test_modules_that_cannot_change_numbers_run_nothing(project: Project) -> None:
    for name in ("config", "errors", "progress", "job", "cli", "codehash"):
        project.append(f"workflow/vadose/{name}.py", "\nANOTHER_NUMBER = 1\n")
    project.append("resources/captions/skill.rst", "\nOne more sentence.\n")
    assert project.plan().jobs == NOTHING


def test_a_fresh_clone_with_copied_results_runs_nothing(project: Project) -> None:
    now = time.time()
    files = source_files(project)
    assert project.folder / "resources/natural_earth_land_110m.geojson" in files
    for path in files:
        os.utime(path, (now, now))
    assert project.plan().jobs == NOTHING


def test_the_number_of_cores_runs_nothing(finished: Project) -> None:
    assert finished.plan("--cores", "1").jobs == NOTHING


def test_settings_that_swap_their_values_run_again(finished: Project) -> None:
    assert finished.plan("--config", "mask={bound_share: 0.02, restart_spread: 0.01}").jobs == LABEL


def test_a_compiled_model_changes_with_its_source_and_only_then(project: Project) -> None:
    def parameters(path: str) -> xr.Dataset:
        with xr.open_dataset(project.folder / path) as file:
            return file[["restarts", "q_simulated"]].load()

    before = parameters(TVGM_NONE), parameters(SWBM_NONE)
    halve_the_largest_capacity(project)
    project.run(TVGM_NONE, SWBM_NONE, "--force", PYTHONPATH=str(project.folder / "workflow"))
    tvgm, swbm = parameters(TVGM_NONE), parameters(SWBM_NONE)
    xr.testing.assert_identical(swbm, before[1])
    assert not np.array_equal(tvgm["restarts"], before[0]["restarts"], equal_nan=True)
    assert tvgm["restarts"].sel(parameter="sc").max() <= 500


def test_scripts_run_the_package_of_their_own_checkout(project: Project) -> None:
    project.append("workflow/vadose/labels.py", "\nraise RuntimeError('this very checkout')\n")
    done = project.snakemake("--cores", "1", "results/tiny/calibrate/labels.nc")
    assert "this very checkout" in done.stderr
