"""Real CAMELS-US files and attributes as the experiments with static vectors take them."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.scripts import script

from vadose.errors import InputError
from vadose.regionalization.attributes import CAMELS_US, choose, varying
from vadose.regionalization.gather import from_camels_us
from vadose.regionalization.series import read_series
from vadose.sources.camels_us import read_attributes
from vadose.sources.manifest import write_manifest

DAYS = pd.date_range("2000-01-01", "2002-12-31", freq="D")
INPUTS = ["p", "srad", "t_max", "t_min", "vapour_pressure"]


@pytest.fixture(scope="module")
def manifest(sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's tree as a fetched source lies on disk."""
    path = tmp_path_factory.mktemp("v1p2") / "200001-200212.json"
    files = path.parent / "files"
    shutil.copytree(sample_data / "camels_us", files)
    write_manifest(path, sorted(files.glob("camels_*.txt")))
    return path


def test_the_27_attributes_of_671_basins_vary_and_none_lacks_them_all(sample_data: Path) -> None:
    table = read_attributes(sample_data / "camels_us")
    known = varying(choose(table, CAMELS_US, list(table.index)))
    assert known.shape == (671, 27)
    assert known.notna().mean().min() > 0.9


def test_four_basins_are_prepared_and_learnt_from_with_maurers_forcing(
    manifest: Path, tmp_path: Path
) -> None:
    gathered = from_camels_us(manifest, None, "maurer_extended", DAYS)
    series, split = tmp_path / "series.nc", tmp_path / "split.csv"
    script("prepare_regionalization").main(
        gathered,
        *(series, split),
        inputs=INPUTS,
        pet="oudin",
        vectors=["mixed-40"],
        draws=1,
        folds=2,
        block=4.0,
        seed=1,
    )
    record = read_series(series)
    assert record.basins == ["01022500", "01547700", "02064000", "03015500"]
    assert record.forcing.shape == (4, 1096, 5) and np.isfinite(record.q).mean() > 0.9
    np.testing.assert_allclose(record.place[0], [44.6, -67.9], atol=0.1)
    script("train_regionalization").main(
        *(series, split, tmp_path / "ea.pt", tmp_path / "ea.csv"),
        architecture="ea",
        queue=[["temporal", "mixed-40", "all", 0]],
        design={
            "hidden": 8,
            "dropout": 0.0,
            "forget_bias": 5.0,
            "window": 270,
            "counted_days": 90,
        },
        sampling={"batch": 16, "stride": 5, "updates": 10},
        learning={"epochs": 3, "rates": [[0, 0.02]]},
        periods={"training": ["2000-10-01", "2001-12-31"], "validation": ["2002-01-01", None]},
        seed=1,
        checkpoints=tmp_path / "checkpoints",
        checkpoint_seconds=60,
        known_by={},
        device="cpu",
    )
    history = pd.read_csv(tmp_path / "ea.csv")
    assert history["loss"].iloc[-1] < history["loss"].iloc[0]


def test_a_listed_basin_without_files_is_named(manifest: Path, tmp_path: Path) -> None:
    ids = tmp_path / "ids.txt"
    ids.write_text("01022500\n99999999\n", encoding="utf-8")
    with pytest.raises(InputError, match="no row of 1 basins, such as 99999999"):
        from_camels_us(manifest, ids, "maurer_extended", DAYS)
