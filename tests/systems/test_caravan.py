"""Caravan's files are read onto any axis of days, with ids and names kept as they are."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from vadose.errors import InputError
from vadose.planet.build import build_gauges
from vadose.sources.caravan import find_basins, read_attributes, read_daily, select_basins
from vadose.sources.mirror import copy_folder


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planet")
    build_gauges(folder, seed=3, basins=7, start="2001-01-01", end="2001-12-31")
    return folder / "Caravan-nc"


def series(tree: Path) -> dict[str, Path]:
    return find_basins([tree / "timeseries/netcdf/planet"])


def test_days_outside_a_record_are_missing(tree: Path) -> None:
    path = next(iter(series(tree).values()))
    own = read_daily([path], pd.date_range("2001-01-01", "2001-12-31"))
    wide = read_daily([path], pd.date_range("1999-06-01", "2003-03-31"))
    narrow = read_daily([path], pd.date_range("2001-02-01", "2001-03-31"))
    elsewhere = read_daily([path], pd.date_range("1980-01-01", "1990-12-31"))
    inside = slice(580, 580 + own.p.shape[1])
    np.testing.assert_array_equal(wide.p[:, inside], own.p)
    assert np.isnan(wide.t[0, :580]).all() and np.isnan(wide.t[0, inside.stop :]).all()
    np.testing.assert_array_equal(narrow.q, own.q[:, 31 : 31 + 59])
    assert np.isnan(elsewhere.p).all()


def test_demand_is_penman_monteith_never_the_reanalysis_field(tree: Path) -> None:
    daily = read_daily(list(series(tree).values()), pd.date_range("2001-01-01", "2001-12-31"))
    per_year = np.nanmean(daily.pet, -1) * 365
    assert (daily.pet >= 0).all()
    assert per_year.max() < 3000


def test_a_selection_keeps_its_order_and_names_what_does_not_exist(
    tree: Path, tmp_path: Path
) -> None:
    files, ids = series(tree), tmp_path / "ids.txt"
    ids.write_text("planet_00000005\nplanet_00000002\n", encoding="utf-8")
    assert list(select_basins(files, ids)) == ["planet_00000005", "planet_00000002"]
    assert select_basins(files, None) is files
    ids.write_text("planet_00000005\ncamels_01013500\n", encoding="utf-8")
    with pytest.raises(InputError, match="1 basins that the source does not have: camels_01013500"):
        select_basins(files, ids)
    with pytest.raises(InputError, match=r"nowhere\.txt cannot be read"):
        select_basins(files, Path("nowhere.txt"))


def test_attributes_come_in_the_order_of_the_ids(tree: Path) -> None:
    ids = ["planet_00000004", "planet_00000001"]
    table = read_attributes([tree / "attributes/planet"], ids)
    assert table.index.tolist() == ids
    assert {"lat", "lon", "area", "frac_snow", "ele_mt_sav"} <= set(table.columns)
    with pytest.raises(InputError, match=r"1 basins have no row .*: planet_99999999"):
        read_attributes([tree / "attributes/planet"], ["planet_99999999"])


def test_a_broken_off_copy_goes_on_and_is_whole_at_the_end(tree: Path, tmp_path: Path) -> None:
    source = tree / "timeseries/netcdf/planet"
    target = tmp_path / "downloads" / "planet"
    told: list[int] = []

    def stop_in_the_middle(done: int) -> None:
        told.append(done)
        if len(told) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_folder(tree.parent, "Caravan-nc/timeseries/netcdf/planet", target, stop_in_the_middle)
    assert not target.exists()
    kept = {p.name: p.stat().st_mtime_ns for p in target.with_name("planet.part").iterdir()}
    assert copy_folder(tree.parent, "Caravan-nc/timeseries/netcdf/planet", target) == 7
    for path in source.iterdir():
        assert (target / path.name).read_bytes() == path.read_bytes()
    assert all((target / name).stat().st_mtime_ns == time for name, time in kept.items())


def test_a_mirror_without_the_folder_says_what_it_has(tree: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no folder .*netcdf/camels \(beside it: planet\)"):
        copy_folder(tree.parent, "Caravan-nc/timeseries/netcdf/camels", tmp_path / "x")
