"""The long table holds every score once, and the baseline is what it says."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from vadose.errors import InputError
from vadose.evaluation import (
    COLUMNS,
    climatology,
    long_table,
    read_table,
    score_months,
    summary,
    write_table,
)
from vadose.metrics import scores

FIXED = {"system": "s", "experiment": "e", "variable": "q", "split": "verification"}


@pytest.fixture
def table() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    observed = rng.gamma(2, 20, (4, 60))
    simulated = observed * rng.uniform(0.8, 1.2, observed.shape)
    return long_table(
        scores(simulated, observed), np.array(list("abcd")), period="monthly", **FIXED
    )


def test_each_unit_has_each_score_once(table: pd.DataFrame) -> None:
    assert tuple(table.columns) == COLUMNS
    assert not table.duplicated(["unit_id", "metric"]).any()
    assert len(table) == 4 * 10
    assert (table.loc[table["metric"] == "n", "value"] == 60).all()


def test_the_table_survives_its_file(table: pd.DataFrame, tmp_path: Path) -> None:
    write_table(table, tmp_path / "t.parquet")
    pd.testing.assert_frame_equal(read_table(tmp_path / "t.parquet"), table)
    with pytest.raises(InputError, match="expected"):
        write_table(table.drop(columns="split"), tmp_path / "u.parquet")


def test_the_summary_counts_units_of_each_group(table: pd.DataFrame) -> None:
    out = summary(table, {"all": np.array(list("abcd")), "two": np.array(["b", "c"])})
    assert out["n"].tolist() == [4, 2]
    kge = table[table["metric"] == "kge"].set_index("unit_id")["value"]
    np.testing.assert_allclose(out["median_kge"], [kge.median(), kge[["b", "c"]].median()])


def test_climatology_knows_the_calibration_months_only() -> None:
    month = np.tile(np.arange(1, 13), 4)
    q = np.repeat([[1.0, 3.0, 100.0, 100.0]], 12, axis=1).reshape(1, -1) * 1.0
    q = np.concatenate([np.full(12, v) for v in (1.0, 3.0, 100.0, 100.0)])[None] * month
    fitted = np.arange(48)[None] < 24
    out = climatology(q, fitted, month)
    np.testing.assert_allclose(out[0], 2.0 * month)
    q[0, 5] = np.nan
    assert climatology(q, fitted, month)[0, 41] == 3.0 * 6


def test_calibration_and_verification_months_are_scored_apart() -> None:
    observed = np.random.default_rng(1).gamma(2, 20, (2, 48))
    split = np.repeat([[1, 2]], 24, 1).repeat(2, 0)
    simulated = np.where(split == 1, observed, 2 * observed)
    table = pd.concat(score_months("m", simulated, observed, split, np.array(["a", "b"])))
    kge = table[table["metric"] == "kge"].groupby("split")["value"].max()
    assert kge["calibration"] == pytest.approx(1) and kge["verification"] < 0
