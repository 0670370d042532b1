"""Series for the networks of concepts: scaled, checked, cut into windows of one basin."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
import xarray as xr

from vadose import contracts, kinds
from vadose.concepts.record import Record, Span, check_forcing, contrasting, scales
from vadose.concepts.series_file import (
    forcing_of,
    hold_out,
    lay_targets_out,
    read_attributes_of,
    targets_in,
    to_record,
    training_basins,
    write_folds,
    write_series,
)
from vadose.concepts.stores import stores_in_mm, targets_of
from vadose.concepts.windows import Resident, covering_windows, first_counted, training_windows
from vadose.errors import InputError

DAYS = pd.date_range("2001-01-01", periods=100)
WHOLE = Span(0, 100)


def record(basins: int = 3) -> Record:
    """Values that tell where they stand: basin x 1000 + day."""
    code = np.arange(basins)[:, None] * 1000.0 + np.arange(100)
    return Record(
        np.stack([code, -code], -1),
        np.stack([code / 10, code * 2], -1),
        np.arange(basins * 2.0).reshape(basins, 2),
        [f"b_{k}" for k in range(basins)],
        DAYS,
        ["p", "t"],
        ["q", "swe"],
        ["area", "height"],
    )


def everyone(of: Record) -> np.ndarray:
    return np.ones(len(of.basins), bool)


def test_a_window_never_leaves_its_basin_and_its_days_follow_one_another() -> None:
    of = record()
    seen = np.isfinite(of.targets).any(-1)
    windows = training_windows(seen, np.array([0, 2]), Span(10, 90), length=20, warmup=5, stride=7)
    data = Resident(of, scales(of, everyone(of), WHOLE))
    batch = data.gather(*data.at(windows))
    code = scales(of, everyone(of), WHOLE).forcing.restored(batch.forcing.numpy())[..., 0]
    np.testing.assert_allclose(np.diff(code, axis=0), 1, atol=0.01)
    first = np.round(code[0]).astype(int)
    np.testing.assert_array_equal(first // 1000, windows.basin)
    np.testing.assert_array_equal(first % 1000, windows.first)
    assert set(windows.basin) == {0, 2} and len(windows) == 2 * 9
    assert windows.first.min() == 10 and windows.first.max() + 20 <= 90
    assert batch.targets.shape == (20, 18, 2) and batch.attributes.shape == (18, 2)


def test_a_window_without_an_observation_after_its_warm_up_is_left_out() -> None:
    seen = np.zeros((2, 100), bool)
    seen[1, 33] = True
    windows = training_windows(seen, np.arange(2), WHOLE, length=20, warmup=5, stride=1)
    assert set(windows.basin) == {1}
    np.testing.assert_array_equal(windows.first, np.arange(14, 29))  # 33 is day 5 to 19 of each
    with pytest.raises(InputError, match=r"none of \d+ windows of 1 basins has an observation"):
        training_windows(seen, np.array([0]), WHOLE, length=20, warmup=5, stride=1)


def test_a_training_period_shorter_than_a_window_is_named() -> None:
    seen = np.ones((1, 100), bool)
    with pytest.raises(InputError, match=r"has 10 days, fewer than a window of 20"):
        training_windows(seen, np.array([0]), Span(5, 15), length=20, warmup=5, stride=1)


@pytest.mark.parametrize("span", [Span(0, 100), Span(30, 100), Span(3, 37), Span(50, 51)])
def test_every_day_of_a_span_is_read_after_the_warm_up_of_a_window(span: Span) -> None:
    windows = covering_windows(np.array([4]), span, length=20, warmup=8)
    assert (windows.basin == 4).all()
    assert windows.first.min() >= 0 and windows.first.max() + 20 <= span.last
    read = {day for first in windows.first for day in range(first + 8 if first else 0, first + 20)}
    assert set(range(*span)) <= read


@pytest.mark.parametrize("span", [Span(30, 100), Span(20, 37), Span(50, 51), Span(60, 95)])
def test_every_day_of_a_validation_counts_once_and_no_other(span: Span) -> None:
    windows = covering_windows(np.array([2, 4]), span, length=20, warmup=8)
    begin = first_counted(windows, span, warmup=8)
    days = [
        (basin, day)
        for basin, first, start in zip(windows.basin, windows.first, begin, strict=True)
        for day in range(first + start, first + 20)
    ]
    assert sorted(days) == [(basin, day) for basin in (2, 4) for day in range(*span)]
    assert (begin >= 8).all()


def test_scales_come_from_the_training_basins_and_days_alone() -> None:
    of = record()
    training = np.array([True, False, True])
    by = scales(of, training, Span(20, 60))
    of.forcing[1] = 1e9
    of.targets[:, 60:] = np.nan
    of.targets[:, :20] = -1e9
    again = scales(of, training, Span(20, 60))
    for one, other in zip(by, again, strict=True):
        np.testing.assert_array_equal(one.mean, other.mean)
        np.testing.assert_array_equal(one.std, other.std)
    np.testing.assert_allclose(by.forcing.mean[0], 1000 + 39.5)
    np.testing.assert_allclose(
        by.targets.restored(by.targets.scaled(of.targets[0, 30])), of.targets[0, 30], rtol=1e-4
    )


def test_an_attribute_that_is_missing_or_the_same_everywhere_is_zero() -> None:
    of = record()
    of.attributes[:, 1] = 7.0
    of.attributes[2, 0] = np.nan
    data = Resident(of, scales(of, everyone(of), WHOLE))
    np.testing.assert_allclose(data.attributes.numpy(), [[-1, 0], [1, 0], [0, 0]])
    nothing = of._replace(attributes=np.empty((3, 0)), attribute_names=[])
    assert Resident(nothing, scales(nothing, everyone(of), WHOLE)).attributes.shape == (3, 0)


def test_a_gap_in_the_forcing_is_named_with_basin_and_days() -> None:
    of = record()
    check_forcing(of)
    of.forcing[1, 40:43, 1] = np.nan
    with pytest.raises(
        InputError, match=r"t of b_1 is missing on 3 days from 2001-02-10 to 2001-02-12 \(1 of 3"
    ):
        check_forcing(of)


def test_a_series_that_is_constant_or_never_observed_is_named() -> None:
    of = record()
    of.targets[..., 1] = 5.0
    with pytest.raises(InputError, match=r"swe is 5 on all training days: nothing can be learnt"):
        scales(of, everyone(of), WHOLE)
    of.targets[..., 1] = np.nan
    with pytest.raises(InputError, match=r"swe is never observed in the training basins"):
        scales(of, everyone(of), WHOLE)


def test_a_store_present_in_one_basin_is_learnt_there() -> None:
    of = record()
    of.targets[1:, :, 1] = np.nan
    assert scales(of, everyone(of), WHOLE).targets.mean[1] == pytest.approx(2 * 49.5)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (None, None, (0, 100)),
        ("2001-01-03", "2001-01-05", (2, 5)),
        ("1990-01-01", "2001-01-10", (0, 10)),
        ("2001-04-01", None, (90, 100)),
    ],
)
def test_a_period_holds_both_its_days_as_far_as_the_record_goes(start, end, expected) -> None:
    assert Span.of(DAYS, start, end, "test") == expected


def test_a_period_outside_the_record_is_named() -> None:
    with pytest.raises(InputError, match=r"concepts\.test is 2014-01-01 to None, but the record"):
        Span.of(DAYS, "2014-01-01", None, "test")


def test_a_file_gives_back_the_record(tmp_path: Path) -> None:
    of = record()
    of.targets[0, :5] = np.nan
    of = of._replace(forcing=of.forcing.astype(np.float32), targets=of.targets.astype(np.float32))
    write_series(of, np.zeros((3, 2)), tmp_path / "series.nc")
    again = to_record(contracts.read(kinds.CONCEPT_SERIES, tmp_path / "series.nc"))
    np.testing.assert_array_equal(again.forcing, of.forcing)
    np.testing.assert_array_equal(again.targets, of.targets)
    np.testing.assert_array_equal(again.attributes, of.attributes)
    for names in ("basins", "inputs", "names", "attribute_names"):
        assert getattr(again, names) == getattr(of, names)
    assert again.days.equals(of.days)
    assert again.keep(["swe"]).targets.shape == (3, 100, 1)
    bare = of._replace(attributes=np.empty((3, 0)), attribute_names=[])
    write_series(bare, np.zeros((3, 2)), tmp_path / "bare.nc")
    again = to_record(contracts.read(kinds.CONCEPT_SERIES, tmp_path / "bare.nc"))
    assert again.attributes.shape == (3, 0) and again.attribute_names == []


@pytest.mark.parametrize("dims", [("basin", "time"), ("network", "basin", "time")])
def test_targets_come_back_from_a_file_in_their_order(dims: tuple[str, ...]) -> None:
    """A value tells its target by the last digit; streamflow is the first."""
    targets = np.arange(24.0).reshape(2, 3, 4)[..., None] * 10 + np.arange(3)
    targets = targets if len(dims) == 3 else targets[0]
    data = lay_targets_out(targets, dims, ["q", "soil_water_1", "swe"])
    assert (data["q"].values % 10 == 0).all()
    assert (data["stores"].sel(store="swe").values % 10 == 2).all()
    assert data["q"].dims == dims and data["stores"].dims == ("store", *dims)
    np.testing.assert_array_equal(targets_in(data), targets)
    plain = lay_targets_out(targets[..., :1], dims, ["q"])
    np.testing.assert_array_equal(targets_in(plain), targets[..., :1])


def test_basins_of_one_block_are_held_out_together_and_each_once() -> None:
    place = np.random.default_rng(0).uniform([-60, -180], [60, 180], (80, 2))
    place[1] = place[0] // 4 * 4 + 3.9
    held = hold_out(place, 4, 4.0, seed=1)
    np.testing.assert_array_equal(held.sum(0), 1)
    assert held.sum(1).min() >= 15
    np.testing.assert_array_equal(held[:, 0], held[:, 1])
    np.testing.assert_array_equal(held, hold_out(place, 4, 4.0, seed=1))
    for system in ("concepts", "regionalization"):
        few = rf"3 basins lie in 1 blocks, too few for 4 folds: lower {system}\.folds or"
        with pytest.raises(InputError, match=few):
            hold_out(np.full((3, 2), 7.0), 4, 4.0, 1, system)


def test_a_split_file_tells_which_basins_train_in_a_fold(tmp_path: Path) -> None:
    held = np.array([[True, False, False], [False, True, False]])
    write_folds(["a", "b", "c"], held, tmp_path / "split.csv")
    found = training_basins(tmp_path / "split.csv", "1", ["c", "b", "new"])
    np.testing.assert_array_equal(found, [True, False, False])


def daily(**layers: float) -> xr.Dataset:
    days = DAYS[:4]
    values = {name: (("basin", "time"), np.full((2, 4), v)) for name, v in layers.items()}
    return xr.Dataset(values, coords={"basin": ["x", "y"], "time": days})


def test_soil_water_is_counted_in_mm_by_the_depth_of_its_layers() -> None:
    series = daily(soil_water_1=0.1, soil_water_2=0.2, soil_water_3=0.3, swe=8.0, q=3.0)
    found = targets_of(series, ["soil_water_1", "soil_water_3", "root_zone", "swe"])
    np.testing.assert_allclose(found[0, 0], [3, 7, 216, 7 + 42 + 216, 8], rtol=1e-6)
    with pytest.raises(InputError, match=r"names soil_water_4, but .* have no soil_water_4"):
        stores_in_mm(series, ["soil_water_4"])


def test_snow_of_another_source_replaces_the_series_own() -> None:
    snow = xr.DataArray(
        [[5.0, 6.0]], dims=("basin", "time"), coords={"basin": ["y"], "time": DAYS[1:3]}
    )
    found = stores_in_mm(daily(swe=8.0), ["swe"], snow)[..., 0]
    np.testing.assert_array_equal(found, [[np.nan] * 4, [np.nan, 5, 6, np.nan]])


def test_forcing_that_is_not_there_is_named() -> None:
    with pytest.raises(InputError, match=r"concepts\.inputs names srad"):
        forcing_of(daily(p=1.0), ["p", "srad"], np.zeros(2), "best")
    assert forcing_of(daily(p=1.0, t=2.0), ["t", "p"], np.zeros(2), "best")[0, 0].tolist() == [2, 1]


def test_a_table_of_attributes_needs_every_basin_and_numbers(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("gauge_id,a,b\n01,1,10\n02,2,20\n", encoding="utf-8")
    found = read_attributes_of(path, ["02"])
    np.testing.assert_array_equal(found, [[2, 20]])
    assert list(found) == ["a", "b"]
    with pytest.raises(InputError, match="no row of 1 basins, such as 09"):
        read_attributes_of(path, ["01", "09"])
    path.write_text("gauge_id,a,name\n01,1,x\n", encoding="utf-8")
    with pytest.raises(InputError, match="name hold no numbers"):
        read_attributes_of(path, ["01"])


def test_tables_of_attributes_that_are_no_tables_of_basins_are_named(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    for text, message in (
        ("basin,area\na,1\n", "has no column gauge_id"),
        ("gauge_id,area\na,1\na,2\n", "a has more than one row"),
        ("gauge_id,area\na,inf\n", "area has infinite values"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=message):
            read_attributes_of(path, ["a"])


def test_a_wet_a_dry_and_a_snowy_basin_are_chosen_for_the_figure() -> None:
    of = record(5)
    of.targets[..., 0] = np.array([1.0, 9.0, 3.0, 0.1, 20.0])[:, None]
    of.targets[..., 1] = np.array([0.0, 0.0, 50.0, 0.0, 90.0])[:, None]
    of.targets[4, :, 0] = np.nan
    assert contrasting(of, WHOLE) == {"snowy": 2, "wet": 1, "dry": 3}
    assert contrasting(of.keep(["q"]), WHOLE) == {"wet": 1, "dry": 3}


def test_the_same_windows_give_the_same_tensors_alone_and_together() -> None:
    of = record()
    data = Resident(of, scales(of, everyone(of), WHOLE))
    seen = np.ones((3, 100), bool)
    windows = training_windows(seen, np.arange(3), WHOLE, length=20, warmup=5, stride=9)
    basin, first, following = data.at(windows)
    together = data.gather(basin, first, following)
    alone = data.gather(basin[4:5], first[4:5], following)
    torch.testing.assert_close(together.targets[:, 4:5], alone.targets)
