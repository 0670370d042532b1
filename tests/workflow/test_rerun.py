"""Re-runs are exact: a change runs again what depends on it, and nothing else."""

import os
import re
import time
from collections import Counter

import numpy as np
import pytest
import xarray as xr
from tests.workflow.tiny_project import NOTHING, Project, source_files

Jobs = Counter[str]
# What follows one another, of basins or of cells alone; the scores are of both.
LABEL = Jobs(["label_capacity"])
SCORES = Jobs(["evaluate_calibration", "plot_calibration"])
VALIDATE = Jobs(["validate_catchments", "plot_validation"])
# The map of storage capacity: what follows the networks, and what trains them.
COMPARE = Jobs(["compare_capacity", "plot_capacity", "publish_cell_estimates"])
PREDICT = Jobs(["predict_capacity", "recalibrate_cells"]) + COMPARE + VALIDATE
PREDICT += Jobs(["evaluate_capacity", "publish_capacity", "evaluate_recalibration"])
TRAIN = Jobs(train_capacity=2) + PREDICT
SPLIT = Jobs(split_cells=2, fit_baselines=1) + TRAIN
PREDICTORS = Jobs(["build_predictors"]) + SPLIT
OF_BASINS = Jobs(["score_basin_capacity"])
# Streamflow and stores: what follows the series, and the networks.
READ = Jobs(["predict_concepts", "dump_cell_states", "tabulate_cell_states"])
READ += Jobs(["fit_probes", "evaluate_concepts", "plot_concepts"])
TEACH = Jobs(train_concepts=2) + READ
CONCEPTS = Jobs(["prepare_concepts"]) + TEACH
# Basins and cells.
BASINS = Jobs(calibrate_basins=2) + LABEL + SCORES + OF_BASINS
CELLS = Jobs(calibrate_cells=2, gather_calibrations=1) + LABEL + SCORES + SPLIT
CALIBRATE = BASINS + CELLS - SCORES
LABELS = LABEL + LABEL + Jobs(["plot_calibration"]) + OF_BASINS + SPLIT
MONTHS = Jobs(["aggregate_basins", "filter_basins"]) + BASINS + VALIDATE
# Networks do not depend on how files are fetched.
CARAVAN = Jobs(retrieve_caravan=1, gather_basins=1, average_over_basins=6) + MONTHS
CARAVAN += Jobs(["prepare_concepts"]) + READ
GRID = Jobs(["assemble_cells", "build_predictors"]) + CELLS
FIELDS = Jobs(aggregate_fields=9, homogenise_lai=1, estimate_mass_curve=1) + GRID
# In more chunks, the same labels: nothing is trained.
CHUNKED = Jobs(calibrate_cells=4, gather_calibrations=1, fit_baselines=1, recalibrate_cells=1)
CHUNKED += LABEL + SCORES + PREDICT

# All systems side by side; these stand behind several others and are joined to them by |.
AGREE = Jobs(["compare_basin_capacity", "plot_storage", "publish_basin_estimates"])
DYNAMICS, AUDIT = Jobs(["compare_dynamics", "plot_storage"]), Jobs(["audit_water"])
# Storage without gaps; a new grid of storage trains anew, as networks see whole maps.
GAPS = Jobs(train_gap_filling=2, reconstruct_storage=1)
GAPS |= Jobs(f"{name}_gap_filling" for name in ("prepare", "evaluate", "plot"))
GAPS |= Jobs(["fit_storage_rivals", "delineate_rivers", "publish_storage", "find_droughts"])
GAPS |= Jobs(["animate_storage"])
MADE_BEFORE = Jobs(["prepare_gap_filling", "delineate_rivers", "fit_storage_rivals"])
# Streamflow that is regionalized: what follows the series, and the networks.
TELL = Jobs(prepare_regionalization=1, predict_regionalization=3, evaluate_regionalization=1)
TELL |= Jobs(["estimate_sensitivity", "plot_regionalization"])
STREAMS = TELL | Jobs(train_regionalization=6)
# Storage of the root zone, likewise.
ROOTS = Jobs(f"{name}_root_zone" for name in ("prepare", "export", "evaluate", "analyse", "plot"))
ROOTS |= Jobs(["simulate_root_zone", "compare_basin_capacity"])
ROOTS |= DYNAMICS | Jobs(["publish_basin_estimates", "publish_root_zone"])
OF_BALANCE = ROOTS | Jobs(train_root_zone=2)
ROOT_ZONE = OF_BALANCE | Jobs(["train_root_zone_lstm"])
# All figures that show a map.
SYSTEMS = ("capacity", "concepts", "gap_filling", "regionalization", "root_zone", "storage")
MAPS = Jobs(f"plot_{name}" for name in SYSTEMS) | Jobs(["plot_calibration", "animate_storage"])
MAPS |= AUDIT

# Where the long table is made.
EVALUATION = SCORES | Jobs(["evaluate_capacity", "evaluate_recalibration", "plot_capacity"])
EVALUATION |= Jobs(["evaluate_concepts", "fit_probes", "plot_concepts"])
EVALUATION |= TELL - Jobs(prepare_regionalization=1, predict_regionalization=3)
EVALUATION |= Jobs(["evaluate_gap_filling", "find_droughts", "plot_gap_filling"])
EVALUATION |= Jobs(["evaluate_root_zone", "plot_root_zone"])

# What looks at all systems, and what asks whether all results are sound.
CHECK = Jobs(["check_results"])
OVERVIEW = CHECK | Jobs(["plot_summary", "build_atlas"])

TVGM = "workflow/vadose/water_balance/tvgm.py"
OPTIMA = "results/tiny/calibrate/basins"
TVGM_NONE, SWBM_NONE = f"{OPTIMA}/tvgm_none.nc", f"{OPTIMA}/swbm_none.nc"


def halve_the_largest_capacity(project: Project) -> None:
    project.edit(TVGM, "Bounds(1, 1000,", "Bounds(1, 500,")


def test_a_finished_run_has_nothing_to_do(finished: Project) -> None:
    assert finished.plan().jobs == NOTHING


def test_another_planet_runs_everything(finished: Project) -> None:
    assert finished.plan("--config", "planet={seed: 8}").jobs == finished.jobs


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        (
            "versions={fluxcom_xbase: ET_daily}",
            Jobs(["retrieve_source", "aggregate_fields", "average_over_basins"])
            + Jobs(["estimate_mass_curve"])
            + COMPARE
            | ROOTS
            | AGREE
            | AUDIT,
        ),
        ("aggregation={pet: oudin}", MONTHS + CONCEPTS | STREAMS | ROOTS),
        (
            "aggregation={least_cell_share: 0.4}",
            FIELDS + Jobs(average_over_basins=6) | GAPS | ROOT_ZONE | AGREE | AUDIT,
        ),
        ("leaf_area={statistics_end: 2012-12-31}", Jobs(["homogenise_lai"]) + PREDICTORS | AGREE),
        (
            "basin_filter={least_area_km2: 20}",
            Jobs(["filter_basins"]) + CONCEPTS | STREAMS | ROOT_ZONE,
        ),
        ("fields={pet: oudin}", GRID | GAPS | AGREE | AUDIT),
        ("calibration={restarts: 4}", CALIBRATE | AGREE | DYNAMICS),
        ("calibration={chunks: 2}", CHUNKED | AGREE),
        ("mask={kge_above: 0.3}", LABELS | AGREE),
        ("maps={land: none}", MAPS),
        ("capacity={block: 7}", SPLIT | AGREE),
        ("capacity={epochs: 3}", TRAIN | AGREE),
        ("concepts={hidden: 5}", TEACH | DYNAMICS),
        ("gap_filling={epochs: 2}", GAPS - MADE_BEFORE),
        ("regionalization={hidden: 5}", STREAMS - Jobs(["prepare_regionalization"])),
        ("root_zone={epochs: 3}", OF_BALANCE - Jobs(["prepare_root_zone", "export_root_zone"])),
    ],
)
def test_a_setting_runs_exactly_what_depends_on_it(
    finished: Project, setting: str, expected: Jobs
) -> None:
    assert finished.plan("--config", setting).jobs == expected | OVERVIEW


def test_a_table_that_nothing_else_reads_is_drawn_and_asked_of_its_claims(
    finished: Project,
) -> None:
    plan = finished.plan("--config", "validation={catchments: 2}")
    assert plan.jobs == VALIDATE | CHECK


def test_how_data_come_and_where_they_are_computed_run_nothing(finished: Project) -> None:
    machine = ("mirror=some/where", "mirrors={grun: else/where}", "routes={ua_swe: earthdata}")
    device = "calibration={device: cuda}"
    assert finished.plan("--cores", "1", "--config", *machine, device).jobs == NOTHING


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("vadose/sources/caravan_routes.py", CARAVAN | TELL | ROOTS),
        (
            "vadose/sources/grun.py",
            Jobs(["aggregate_fields"]) + GRID | AGREE | AUDIT,
        ),
        (
            "vadose/sources/grace.py",
            Jobs(aggregate_fields=1, average_over_basins=2) | GAPS | ROOT_ZONE | AUDIT,
        ),
        (
            "vadose/sources/modis_tiles.py",
            Jobs(["aggregate_fields", "homogenise_lai"]) + PREDICTORS | AGREE,
        ),
        ("vadose/sources/soil.py", Jobs(["aggregate_static"]) + PREDICTORS | AGREE),
        ("vadose/search.py", CALIBRATE | AGREE | DYNAMICS),
        ("vadose/mask.py", LABELS | AGREE),
        ("vadose/evaluation.py", EVALUATION),
        ("scripts/label_capacity.py", LABELS | AGREE),
        ("vadose/nets/resnet.py", TRAIN | AGREE),
        ("vadose/concepts/model.py", TEACH | DYNAMICS),
        (
            "vadose/root_zone/adjoint.py",
            OF_BALANCE - Jobs(["prepare_root_zone", "export_root_zone"]),
        ),
    ],
)
def test_a_line_of_code_runs_what_reaches_it_and_is_named(
    copied: Project, path: str, expected: Jobs
) -> None:
    with copied.changed(f"workflow/{path}", "\nANOTHER_NUMBER = 1\n"):
        plan = copied.plan()
    assert plan.jobs == expected | OVERVIEW
    for when in ("before", "now"):
        assert re.search(rf"{when}: .*'{re.escape(path)} ", plan.text)


def test_the_planet_s_code_runs_everything(copied: Project) -> None:
    with copied.changed("workflow/vadose/planet/water.py", "\nANOTHER_NUMBER = 1\n"):
        assert copied.plan().jobs == copied.jobs


def test_a_model_runs_only_its_own_calibrations_and_is_named(copied: Project) -> None:
    with copied.changed(TVGM, "\nANOTHER_NUMBER = 1\n"):
        plan = copied.plan()
    own = Jobs(calibrate_basins=1, calibrate_cells=1, gather_calibrations=1, label_capacity=2)
    assert plan.jobs == own + SCORES + OF_BASINS + SPLIT | AGREE | DYNAMICS | OVERVIEW
    for units in ("basins.", "cells, 1-of-1."):
        reason = plan.reason(f"Calibrating tvgm in the {units}")
        assert "vadose/water_balance/tvgm.py" in reason
    assert "Calibrating swbm" not in plan.text


def test_comments_and_docstrings_run_nothing(project: Project) -> None:
    for path in (TVGM, "workflow/vadose/mask.py", "workflow/scripts/label_capacity.py"):
        file = project.folder / path
        text = file.read_text(encoding="utf-8")
        assert text.startswith('"""')
        changed = '# A comment.\n\n"""Said in other words. ' + text.removeprefix('"""')
        file.write_text(changed + "\n\n# The end.\n", encoding="utf-8")
    for name in ("config", "errors", "progress", "job", "cli", "codehash"):  # change no number
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


def test_settings_that_swap_their_values_run_again(finished: Project) -> None:
    swapped = "mask={bound_share: 0.02, restart_spread: 0.01}"
    assert finished.plan("--config", swapped).jobs == LABELS | AGREE | OVERVIEW


def test_a_compiled_model_changes_with_its_source_and_only_then(project: Project) -> None:
    def parameters(path: str) -> xr.Dataset:
        with xr.open_dataset(project.folder / path) as file:
            return file[["restarts", "q_simulated"]].load()

    before = parameters(TVGM_NONE), parameters(SWBM_NONE)
    halve_the_largest_capacity(project)
    project.run(TVGM_NONE, SWBM_NONE, "--force")
    tvgm, swbm = parameters(TVGM_NONE), parameters(SWBM_NONE)
    xr.testing.assert_identical(swbm, before[1])
    assert not np.array_equal(tvgm["restarts"], before[0]["restarts"], equal_nan=True)
    assert tvgm["restarts"].sel(parameter="sc").max() <= 500


def test_scripts_run_the_package_of_their_own_checkout(project: Project) -> None:
    project.append("workflow/vadose/labels.py", "\nraise RuntimeError('this very checkout')\n")
    done = project.snakemake("--cores", "1", "results/tiny/calibrate/basins/labels.nc")
    assert "this very checkout" in done.stderr
