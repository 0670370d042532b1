"""The whole slice on real basins: from the provider's tree to labels and maps, by Snakemake."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from vadose import contracts, kinds
from vadose.evaluation import read_table
from vadose.reasons import Reason

BASINS = 24


@pytest.fixture(scope="module")
def run(root: Path, sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a finished run of some of the real basins."""
    folder = tmp_path_factory.mktemp("real run")
    (folder / "config").symlink_to(root / "config")
    (folder / "resources").mkdir()
    for item in (root / "resources").iterdir():
        if item.name != "downloads":
            (folder / "resources" / item.name).symlink_to(item)
    names = sorted(p.stem for p in (sample_data / "Caravan-nc/timeseries/netcdf/camels").iterdir())
    ids = folder / "ids.txt"
    ids.write_text("\n".join(names[:: len(names) // BASINS][:BASINS]), encoding="utf-8")
    overlay = yaml.safe_load((root / "config/real_sample.yaml").read_text(encoding="utf-8"))
    overlay |= {"basins": {"ids": str(ids), "fields": []}, "mirror": str(sample_data)}
    overlay["calibration"] = {"snow": ["degree_day"], "models": ["dwbm", "swbm", "tvgm"]}
    (folder / "real.yaml").write_text(yaml.safe_dump(overlay), encoding="utf-8")
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(root / "Snakefile")]
    command += ["--directory", str(folder), "--configfile", str(folder / "real.yaml")]
    done = subprocess.run([*command, "--cores", "2"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder / "results/real_sample"


def test_most_real_basins_get_a_label(run: Path) -> None:
    labels = contracts.read(kinds.LABELS, run / "calibrate/basins/labels.nc")
    passed = labels["reason"].values == Reason.PASSED
    assert labels.sizes["unit"] == BASINS
    assert passed.mean() > 0.7
    np.testing.assert_array_equal(np.isfinite(labels["capacity"]), passed)
    assert 80 < float(labels["capacity"].median()) < 350


def test_models_beat_climatology_in_months_they_were_not_calibrated_on(run: Path) -> None:
    table = read_table(run / "evaluate/basins/calibration.parquet")
    kge = table[(table["metric"] == "kge") & (table["split"] == "verification")]
    medians = kge.groupby("experiment")["value"].median()
    assert len(medians) == 4
    assert (medians.drop("climatology") > medians["climatology"] + 0.1).all()


def test_figures_are_there(run: Path) -> None:
    names = ("skill", "capacity", "equifinality", "scores")
    assert {p.name for p in (run / "figures/basins").iterdir()} == {
        f"{name}.{kind}" for name in names for kind in ("png", "pdf")
    }


def test_capacity_is_predicted_from_attributes_in_both_kinds_of_folds(run: Path) -> None:
    table = pd.read_csv(run / "evaluate/basin_capacity.csv")
    assert set(table["folds"]) == {"random", "spatial"}
    assert set(table["method"]) == {"mean", "nearest", "linear", "trees", "mlp"}
    labels = contracts.read(kinds.LABELS, run / "calibrate/basins/labels.nc")
    assert set(table["draw"]) == set(range(5))
    assert (table["n"] == np.isfinite(labels["capacity"]).sum().item()).all()
