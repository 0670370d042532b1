"""The finished run of the tiny planet holds all that was promised."""

import re
from pathlib import Path

import pytest
import xarray as xr
import yaml
from tests.workflow.tiny_project import CONFIG, RESULTS, Project

from vadose import contracts, kinds
from vadose.config import read_config
from vadose.evaluation import COLUMNS, read_table
from vadose.planet.basins import gauge_id
from vadose.reasons import BLOCKING, Reason

MODELS = ("swbm", "tvgm")
CALIBRATIONS = {
    "basins": {f"{model}_{snow}" for model in MODELS for snow in ("none", "degree_day")},
    "cells": {f"{model}_degree_day" for model in MODELS},
}
BASINS = [gauge_id(number) for number in range(1, 11)]
SPOILED = {6: Reason.NO_RUNOFF, 7: Reason.RECORD_TOO_SHORT, 8: Reason.RUNOFF_RATIO}
FIGURES = [f"{units}/{name}" for units in CALIBRATIONS for name in ("skill", "capacity", "scores")]
FIGURES += ["basins/equifinality", "cells/equifinality", "planet", "validation", "summary"]
LEARNT = ("reconstruction", "reconstruction_scores", "training", "comparison", "truth")
FIGURES += [f"cells/{name}" for name in LEARNT]
READ = ("scores", "series", "maps", "cells", "training", "truth")
FIGURES += [f"concepts/{name}" for name in READ]
FILLED = ("scores", "reliability", "training", "skill", "rivers", "droughts", "truth")
FIGURES += [f"gap_filling/{name}" for name in FILLED]
TOLD = ("table", "cdf", "maps", "years", "sensitivity", "training")
FIGURES += [f"regionalization/{name}" for name in TOLD]
ROOTS = ("capacity", "parameters", "scores", "series", "seasons", "training", "truth")
FIGURES += [f"root_zone/{name}" for name in ROOTS]
ACROSS = ("capacity", "agreement", "dynamics", "water_cells")
FIGURES += [f"storage/{name}" for name in ACROSS]
ASKED_FOR = {"map_published_storage", "deposit"}  # rules that run only where they are asked for
each_units = pytest.mark.parametrize("units", CALIBRATIONS)


def rules_of(project: Project) -> set[str]:
    scripts = (project.folder / "workflow/scripts").glob("*.py")
    return {path.stem for path in scripts} - ASKED_FOR


def test_all_basins_have_monthly_series(finished: Project) -> None:
    path = finished.results / "aggregate/basins_monthly.nc"
    data = contracts.read(kinds.UNITS_MONTHLY, path)
    assert data.sizes == {"unit": len(BASINS), "time": 8 * 12}
    assert data["unit"].values.tolist() == BASINS


def test_basins_that_pass_the_filter_are_listed(finished: Project) -> None:
    passed = (finished.results / "aggregate/basins_passed.txt").read_text(encoding="utf-8").split()
    assert passed == [name for name in BASINS if name not in map(gauge_id, SPOILED)]


def test_every_land_cell_has_monthly_series(finished: Project) -> None:
    data = contracts.read(kinds.UNITS_MONTHLY, finished.results / "aggregate/cells_monthly.nc")
    with xr.open_dataset(finished.planet / "truth/grid.nc") as truth:
        land = int(truth["land"].sum())
    assert 0.9 * land < data.sizes["unit"] < 1.1 * land
    assert data.sizes["time"] == 8 * 12


@each_units
def test_every_model_is_calibrated(finished: Project, units: str) -> None:
    folder = finished.results / "calibrate" / units
    files = {path.stem: path for path in folder.glob("*.nc")}
    assert set(files) == CALIBRATIONS[units] | {"labels"}
    for name in CALIBRATIONS[units]:
        table = contracts.read(kinds.CALIBRATION, files[name])
        assert f"{table.attrs['model']}_{table.attrs['snow']}" == name
        assert table.sizes["restart"] == 3
        calibrated = table["parameters"].notnull().all("parameter")
        assert (calibrated == ~table["data_reason"].isin([int(r) for r in BLOCKING])).all()
        assert calibrated.mean() > 0.7


def test_spoiled_basins_carry_their_reason_and_no_capacity(finished: Project) -> None:
    path = finished.results / "calibrate/basins/labels.nc"
    labels = contracts.read(kinds.LABELS, path).set_index(unit="unit")
    for number, reason in SPOILED.items():
        basin = labels.sel(unit=gauge_id(number))
        assert basin["reason"] == reason and basin["model_reason"].values.tolist() == [reason] * 2
        assert basin["capacity"].isnull()
    sound = labels.sel(unit=[gauge_id(number) for number in range(1, 6)])
    assert not sound["model_reason"].isin([int(reason) for reason in SPOILED.values()]).any()
    assert sound["capacity"].notnull().any()


@each_units
def test_a_label_is_there_exactly_where_the_reason_says_passed(
    finished: Project, units: str
) -> None:
    labels = contracts.read(kinds.LABELS, finished.results / f"calibrate/{units}/labels.nc")
    assert (labels["capacity"].notnull() == (labels["reason"] == Reason.PASSED)).all()
    assert (labels["model_capacity"].notnull() == (labels["model_reason"] == Reason.PASSED)).all()


@each_units
def test_the_long_table_has_every_experiment_split_and_unit(finished: Project, units: str) -> None:
    table = read_table(finished.results / f"evaluate/{units}/calibration.parquet")
    monthly = contracts.read(
        kinds.UNITS_MONTHLY, finished.results / f"aggregate/{units}_monthly.nc"
    )
    assert tuple(table.columns) == COLUMNS
    experiments = {name.replace("_", " ", 1) for name in CALIBRATIONS[units]} | {"climatology"}
    assert set(table["experiment"]) == experiments
    assert set(table["split"]) == {"calibration", "verification"}
    assert set(table["unit_id"]) == set(monthly["unit"].values)
    assert not table.duplicated([*COLUMNS[:-1]]).any()
    kge = table[(table["metric"] == "kge") & (table["split"] == "calibration")]
    median = kge.groupby("experiment")["value"].median()
    assert median.drop("climatology").max() > median["climatology"]


@pytest.mark.parametrize("name", FIGURES)
def test_figures_come_as_png_and_pdf(finished: Project, name: str) -> None:
    figures = finished.results / "figures"
    assert (figures / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    assert (figures / f"{name}.pdf").read_bytes().startswith(b"%PDF")


def test_every_job_leaves_a_clean_log_and_a_benchmark(finished: Project) -> None:
    for folder, ending in (("logs", ".log"), ("benchmarks", ".tsv")):
        base = finished.results / folder
        files = [path.relative_to(base) for path in base.rglob(f"*{ending}")]
        assert {path.parts[0].removesuffix(ending) for path in files} == rules_of(finished)
        jobs = {path.stem for path in files if path.parts[0] == "calibrate_basins"}
        assert jobs == set(MODELS)
    for path in (finished.results / "logs").rglob("*.log"):
        assert not re.search("ERROR|WARNING|Traceback", path.read_text(encoding="utf-8")), path


def test_the_merged_configuration_is_saved(finished: Project) -> None:
    def read(path: Path) -> dict:
        return yaml.safe_load(path.read_text(encoding="utf-8"))

    saved = read(finished.results / "config.yaml")
    assert set(saved) == set(read(finished.folder / "config/config.yaml"))
    assert read_config(saved) == read_config(read(finished.folder / CONFIG))


def test_a_second_run_changes_no_file(project: Project) -> None:
    def times() -> dict[Path, int]:
        files = [p for name in ("results", "resources") for p in (project.folder / name).rglob("*")]
        return {path: path.stat().st_mtime_ns for path in files}

    before = times()
    assert "Nothing to be done" in project.run()
    assert times() == before
    assert not list((project.folder / ".snakemake").glob("locks/*"))


def test_the_report_is_one_file_that_needs_no_network(report: Path) -> None:
    text = report.read_text(encoding="utf-8")
    for name in FIGURES:
        assert f'"{RESULTS}/figures/{name}.png"' in text
    assert text.count('"data_uri": "data:image/png;') == len(FIGURES)
    head = text.partition("<body")[0]
    assert not re.search(r"<(script|link|img|iframe)[^>]*\b(src|href)=", head)


def test_the_default_profile_says_what_is_stale_and_nothing_of_the_machine(root: Path) -> None:
    profile = yaml.safe_load((root / "profiles/default/config.yaml").read_text(encoding="utf-8"))
    assert profile["rerun-triggers"] == ["mtime", "params", "input"]
    assert set(profile) == {"rerun-triggers", "rerun-incomplete", "printshellcmds"}
