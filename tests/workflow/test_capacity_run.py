"""The map of storage capacity of the tiny planet, and what makes its networks stale."""

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio
import torch
from tests.workflow.tiny_project import NOTHING, Project

from vadose import contracts, kinds
from vadose.evaluation import read_table
from vadose.split_files import read_split

SPLITS = ("random", "blocks")
NETWORKS = "results/tiny/capacity/networks"
NEW_MONTHS = "period={end: 2015-12-31}"


def table(project: Project, name: str) -> pd.DataFrame:
    return pd.read_csv(project.results / "evaluate" / f"{name}.csv")


def test_every_land_cell_has_a_capacity_a_spread_and_a_label_or_a_reason(finished: Project) -> None:
    data = contracts.read(kinds.CAPACITY_MAP, finished.results / "products/capacity.nc")
    cells = contracts.read(kinds.LABELS, finished.results / "calibrate/cells/labels.nc")
    known = np.isfinite(data["capacity"].values)
    assert known.sum() == cells.sizes["unit"]
    np.testing.assert_array_equal(np.isfinite(data["capacity_spread"].values), known)
    labelled = np.isfinite(data["label"].values)
    np.testing.assert_array_equal(data["reason"].values[known] == 0, labelled[known])
    assert data.attrs["split"] == "blocks" and "hwsd" in data.attrs["source"]


def test_the_geotiff_holds_the_same_maps(finished: Project) -> None:
    data = contracts.read(kinds.CAPACITY_MAP, finished.results / "products/capacity.nc")
    with rasterio.open(finished.results / "products/capacity.tif") as raster:
        assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        bands = dict(zip(raster.descriptions, raster.read(), strict=True))
    assert list(bands) == list(kinds.CAPACITY_MAP)
    for name, band in bands.items():
        np.testing.assert_array_equal(band[::-1], data[name].values)


@pytest.mark.parametrize("split", SPLITS)
def test_scores_are_of_cells_that_no_network_trained_on(finished: Project, split: str) -> None:
    parts = read_split(finished.results / f"capacity/splits/{split}.csv")
    test = set(parts.loc[parts["part"] == "test", "unit"])
    path = finished.results / f"capacity/predicted/{split}.nc"
    held_out = contracts.read(kinds.PREDICTED, path)["held_out"].dropna("unit")
    assert set(held_out["unit"].values) == test
    scores = table(finished, "capacity")
    n = scores.loc[scores["split"] == split, "n"]
    assert (n == len(test)).all()


def test_one_table_holds_all_methods_under_all_splits(finished: Project) -> None:
    scores = table(finished, "capacity")
    methods = {"mean", "nearest", "residual network"}
    pairs = set(zip(scores["split"], scores["method"], scores["weighting"], strict=True))
    assert pairs == {(s, m, w) for s in SPLITS for m in methods for w in ("cells", "area")}
    long = read_table(finished.results / "evaluate/capacity.parquet")
    assert len(long) == len(scores) * 7 and set(long["system"]) == {"capacity"}


def test_other_estimates_and_simulated_runoff_are_compared(finished: Project) -> None:
    estimates = set(table(finished, "capacity_compared")["estimate"])
    assert {"own_label", "root_zone_stocker", "mass_curve_2_years"} <= estimates
    runoff = table(finished, "recalibration")
    assert set(runoff["model"]) == {"swbm", "tvgm"}
    calibration = runoff[runoff["months"] == "calibration"]
    # A search that may choose the capacity fits no worse than one that may not.
    assert (calibration["median change"] < 0.005).all()


def test_the_history_of_every_network_is_kept(finished: Project) -> None:
    for split in SPLITS:
        history = pd.read_csv(finished.folder / NETWORKS / f"{split}.csv")
        assert history[["seed", "epoch"]].values.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
        assert {"loss", "validation", "samples_per_s", "memory_mb"} <= set(history)
    assert not list((finished.results / "capacity/checkpoints").glob("*"))


def test_a_changed_setting_trains_anew_though_labels_are_made_anew_as_well(
    finished: Project,
) -> None:
    jobs = finished.plan("--config", "mask={kge_above: 0.1}", "capacity={epochs: 3}").jobs
    assert (jobs["split_cells"], jobs["train_capacity"]) == (2, 2)


def trained(project: Project) -> dict[Path, int]:
    return {p: p.stat().st_mtime_ns for p in sorted((project.folder / NETWORKS).glob("*.pt"))}


def test_new_months_predict_anew_without_training(finished: Project) -> None:
    jobs = finished.plan("--config", NEW_MONTHS).jobs
    assert {"label_capacity", "build_predictors", "predict_capacity"} <= set(jobs)
    assert not {"train_capacity", "split_cells"} & set(jobs)
    always = ("--config", NEW_MONTHS, "training={retrain: always}")
    assert finished.plan(*always).jobs["train_capacity"] == 2


@pytest.mark.parametrize(
    "setting",
    [
        "capacity={epochs: 3}",
        "mask={kge_above: 0.1}",
        "planet={seed: 8}",
        "window={north: 80}",
    ],
)
def test_settings_and_sources_make_networks_stale(finished: Project, setting: str) -> None:
    assert finished.plan("--config", setting).jobs["train_capacity"] == 2


def test_frozen_networks_predict_and_never_train(project: Project) -> None:
    never = ("--config", NEW_MONTHS, "training={retrain: never}", "capacity={epochs: 3}")
    plan = project.plan(*never)
    assert plan.jobs["predict_capacity"] == 1 and "train_capacity" not in plan.jobs
    assert "cells/comparison.png" in plan.text and "cells/training.png" not in plan.text
    (project.folder / NETWORKS / "blocks.pt").unlink()
    done = project.snakemake("--dry-run", *never)
    assert done.returncode != 0
    assert "1 networks are not there" in done.stderr and "blocks.pt" in done.stderr


def test_a_card_trains_the_same_networks(finished: Project) -> None:
    card = "training={device: cuda, checkpoint_seconds: 5, deterministic: true}"
    assert finished.plan("--config", card).jobs == NOTHING


def test_a_line_of_the_network_trains_again_and_of_a_chart_does_not(copied: Project) -> None:
    line = "\nANOTHER_NUMBER = 1\n"
    with copied.changed("workflow/vadose/nets/resnet.py", line):
        jobs = Counter(copied.plan().jobs)
    assert jobs["train_capacity"] == 2 and jobs["predict_capacity"] == 1
    with copied.changed("workflow/vadose/charts.py", line):
        assert not {"train_capacity", "predict_capacity"} & set(copied.plan().jobs)


def test_networks_are_plain_files_of_tensors(finished: Project) -> None:
    for path in trained(finished):
        content = torch.load(path, weights_only=True)
        assert [list(folds) for folds in content["seeds"]] == [["all"], ["all"]]
        assert len(content["names"]) == 15
