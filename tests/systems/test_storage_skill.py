"""Scripts judge, publish and draw storage without gaps, and find its droughts."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from tests.scripts import script
from tests.unit.test_storage_skill import (
    GAP,
    LAND,
    LEVELS,
    MONTHS,
    PLACES,
    reconstruction,
    rivers,
    target,
    true_storage,
)

from vadose import contracts
from vadose.errors import InputError
from vadose.evaluation import read_table
from vadose.gap_filling import skill
from vadose.gap_filling.files import FIELD, MAPS, RECONSTRUCTED
from vadose.gap_filling.maps import Part
from vadose.gap_filling.storage import DROUGHT, SKILL, STORAGE, read_target
from vadose.weights import load_weights, save_weights


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of a small world, with what the scripts make of them."""
    at = tmp_path_factory.mktemp("storage")
    contracts.write(target(), MAPS, at / "maps.nc")
    for name, made in (
        ("ensemble", reconstruction(15, 15)),
        ("simulated", reconstruction(60, 20, 3)),
    ):
        contracts.write(made, RECONSTRUCTED, at / f"{name}.nc")
    save_weights(rivers(), at / "rivers.npz")
    outputs = ("metrics.parquet", "table.csv", "page.html", "reliability.csv", "skill.nc")
    script("evaluate_gap_filling").main(
        at / "maps.nc",
        {name: at / f"{name}.nc" for name in ("ensemble", "simulated")},
        at / "rivers.npz",
        {Path(name).stem: at / name for name in outputs},
    )
    (at / "config.yaml").write_text("run: test\n", encoding="utf-8")
    grace = {"version": "1", "licence": "open", "doi": ""}
    origin = {"sources": {"grace_jpl": grace}, "run": "test", "configuration": at / "config.yaml"}
    script("publish_storage").main(
        at / "maps.nc",
        at / "simulated.nc",
        at / "storage.nc",
        method="simulated",
        recalibrate=True,
        **origin,
    )
    script("find_droughts").main(
        *(at / name for name in ("storage.nc", "rivers.npz", "droughts.nc", "e.csv", "a.csv")),
        reference=(None, None),
        **origin,
    )
    return at


def test_the_table_ranks_methods_and_counts_every_unit(folder: Path) -> None:
    table = pd.read_csv(folder / "table.csv", index_col="experiment")
    assert list(table.index[::2]) == ["ensemble", "simulated"]
    good, poor = table.loc["ensemble"], table.loc["simulated"]
    assert good["r"] > poor["r"] and good["crps"] < poor["crps"] and good["rmse"] < poor["rmse"]
    assert table.loc["simulated, recalibrated", "coverage_90"] > poor["coverage_90"]
    long = read_table(folder / "metrics.parquet")
    of_cells = long[(long["metric"] == "r") & (long["experiment"] == "ensemble")]
    assert len(of_cells) == LAND.sum() + 2 + 1
    assert set(long["system"]) == {"gap_filling"} and set(long["period"]) == {"test"}
    maps = contracts.read(SKILL, folder / "skill.nc")
    assert (
        np.isfinite(maps["r"].values[:, LAND]).all() and np.isnan(maps["r"].values[:, ~LAND]).all()
    )
    reliability = pd.read_csv(folder / "reliability.csv")
    assert len(reliability) == 2 * 2 * len(LEVELS)


def test_test_months_alone_are_scored(folder: Path) -> None:
    data, made = read_target(folder / "maps.nc"), reconstruction(15, 15)
    test = data["part"].values == Part.TEST
    cell = skill.point_scores(made["mean"].values[test], data["twsa"].values[test])["rmse"]
    maps = contracts.read(SKILL, folder / "skill.nc")["rmse"].sel({"method": "ensemble"})
    assert maps.values[LAND] == pytest.approx(cell[LAND], rel=1e-5)


def test_the_product_says_how_it_was_made(folder: Path) -> None:
    product = contracts.read(STORAGE, folder / "storage.nc")
    assert product.attrs["method"] == "simulated" and "factor 3.000" in product.attrs["comment"]
    assert product["twsa_std"].values[0][LAND] == pytest.approx(60)
    assert product["flag"].attrs["flag_meanings"] == "no_data observed reconstructed"
    droughts = contracts.read(DROUGHT, folder / "droughts.nc")
    assert set(np.unique(droughts["drought"].values[:, ~LAND])) == {-1}
    assert load_weights(folder / "rivers.npz").ids.tolist() == ["west", "east"]


def test_only_the_figures_that_are_asked_for_are_drawn(folder: Path) -> None:
    files = {"table": [folder / "table.csv"], "reliability": [folder / "reliability.csv"]}
    wanted = {name: folder / f"{name}.png" for name in ("scores", "reliability")}
    script("plot_gap_filling").main(files, wanted, method="ensemble")
    for png in wanted.values():
        assert png.stat().st_size > 10_000 and png.with_suffix(".pdf").stat().st_size > 1000
    assert {path.stem for path in folder.glob("*.png")} == set(wanted)


def test_the_animation_holds_the_gap_and_stays_small(folder: Path) -> None:
    from vadose.figures.gap_filling import animation

    data = contracts.read(STORAGE, folder / "storage.nc")
    months = animation.frames(data)
    assert set(range(GAP.start, GAP.stop)) <= set(months)
    assert len(months) == animation.MOST_FRAMES and np.all(np.diff(months) > 0)


def test_records_are_compared_in_months_of_the_gap_that_both_have(folder: Path) -> None:
    storage = contracts.read(STORAGE, folder / "storage.nc")
    other = xr.DataArray(true_storage(), PLACES, FIELD).isel(time=slice(GAP.start + 2, None))
    one, two = skill.in_common(storage, other, Path("other.nc"))
    assert len(one) == len(two) == GAP.stop - GAP.start - 2
    np.testing.assert_array_equal(two, true_storage()[GAP][2:])


def test_a_published_record_beside_the_gap_is_refused(folder: Path, tmp_path: Path) -> None:
    field = xr.DataArray(true_storage()[:12], PLACES | {"time": MONTHS[:12]}, FIELD)
    field.assign_attrs(units="mm").to_dataset(name="twsa").to_netcdf(tmp_path / "published.nc")
    outputs = (tmp_path / name for name in ("table.csv", "map.png", "map.pdf"))
    with pytest.raises(InputError, match="has no month of the gap"):
        script("map_published_storage").main(
            folder / "storage.nc", tmp_path / "published.nc", None, *outputs
        )
