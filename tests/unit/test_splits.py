"""Parts of a split are whole, apart from each other, and the same for the same seed."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vadose.errors import InputError
from vadose.neighbours import distance_to, places
from vadose.split_files import read_split, split_parts, split_table, units_tested, write_split
from vadose.splits import (
    Part,
    block_split,
    check_apart,
    check_split,
    leave_out_split,
    random_split,
)

STEP, AROUND = 3.0, 120


def some_land(seed: int, n: int = 1200) -> tuple[np.ndarray, np.ndarray]:
    """Centres of cells drawn over the Earth, many of them about the date line."""
    rng = np.random.default_rng(seed)
    row, column = np.divmod(rng.permutation(40 * AROUND)[:n], AROUND)
    return -58.5 + STEP * row, -178.5 + STEP * column


def apart(lat: np.ndarray, lon: np.ndarray, one: np.ndarray, other: np.ndarray) -> float:
    """Least distance in cells between two sets, by comparing all pairs."""
    if not one.any() or not other.any():
        return np.inf
    rows = np.abs(lat[one][:, None] - lat[other]) / STEP
    columns = np.abs(lon[one][:, None] - lon[other]) / STEP
    return float(np.maximum(rows, np.minimum(columns, AROUND - columns)).min())


def split(seed: int, block: int, buffer: int, **given: float) -> tuple[np.ndarray, ...]:
    lat, lon = some_land(seed)
    shares = {"test_share": 0.2, "validation_share": 0.15} | given
    return lat, lon, block_split(lat, lon, STEP, block=block, buffer=buffer, seed=seed, **shares)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 12), st.integers(0, 4))
def test_no_part_lies_in_the_buffer_of_one_that_judges_it(
    seed: int, block: int, buffer: int
) -> None:
    lat, lon, (parts,) = split(seed, block, buffer)
    train, validation, test, left_out = (parts == part for part in Part)
    assert apart(lat, lon, train, test | validation) > buffer
    assert apart(lat, lon, validation, test) > buffer
    assert (train | validation | test | left_out).all()
    assert buffer or not left_out.any()
    check_apart(parts[None], lat, lon, STEP, buffer)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.integers(2, 10))
def test_shares_are_about_those_wanted_before_the_buffer(seed: int, block: int) -> None:
    _, _, parts = split(seed, block, 0, test_share=0.3, validation_share=0.2)
    for part, share in ((Part.TEST, 0.3), (Part.VALIDATION, 0.2), (Part.TRAIN, 0.5)):
        assert np.mean(parts == part) == pytest.approx(share, abs=block**2 / 1200 + 0.002)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000))
def test_the_order_of_cells_does_not_matter(seed: int) -> None:
    lat, lon = some_land(seed, 300)
    order = np.random.default_rng(seed).permutation(300)
    how = {"block": 6, "buffer": 1, "test_share": 0.2, "validation_share": 0.1, "seed": seed}
    parts = block_split(lat, lon, STEP, **how)
    np.testing.assert_array_equal(block_split(lat[order], lon[order], STEP, **how), parts[:, order])


def test_a_seed_gives_one_split_and_another_seed_another() -> None:
    assert (split(1, 8, 2)[2] == split(1, 8, 2)[2]).all()
    lat, lon = some_land(1)
    how = {"block": 8, "buffer": 2, "test_share": 0.2, "validation_share": 0.15}
    one, other = (block_split(lat, lon, STEP, seed=seed, **how) for seed in (1, 2))
    assert (one != other).any()


def test_test_blocks_are_whole() -> None:
    lat, lon, (parts,) = split(5, 8, 0)
    at = places(lat, lon, STEP) // 8
    for block in np.unique(at, axis=0):
        assert np.unique(parts[(at == block).all(-1)]).size == 1


def test_the_buffer_reaches_over_the_date_line() -> None:
    lat, lon = np.full(AROUND, 1.5), -178.5 + STEP * np.arange(AROUND)
    at = places(lat, lon, STEP)
    distance, nearest = distance_to(at, at[:1], AROUND)
    np.testing.assert_array_equal(distance[[0, 1, 2, -1, -2, 60]], [0, 1, 2, 1, 2, 60])
    assert (nearest == 0).all()
    parts = np.full((1, AROUND), Part.TRAIN, np.int8)
    parts[0, 0], parts[0, 1:3] = Part.TEST, Part.BUFFER
    with pytest.raises(InputError, match="fold 0: 2 train cells lie within 2 cells of test cells"):
        check_apart(parts, lat, lon, STEP, 2)
    parts[0, -2:] = Part.BUFFER
    check_apart(parts, lat, lon, STEP, 2)
    parts[0, 3] = Part.VALIDATION
    with pytest.raises(InputError, match="train cells lie within 2 cells of validation cells"):
        check_apart(parts, lat, lon, STEP, 2)


def test_centres_on_whole_steps_and_gauges_have_places() -> None:
    grid = np.arange(-90, 90.1, 0.5)
    rows = places(grid.astype(np.float32), np.zeros(grid.size), 0.5)[:, 0]
    np.testing.assert_array_equal(rows, np.arange(grid.size))
    np.testing.assert_array_equal(
        places(np.array([0.7, -0.2]), np.array([359.9, 180.0]), 1.0), [[90, 179], [89, 0]]
    )


def test_the_random_split_has_exact_shares() -> None:
    (parts,) = random_split(1000, test_share=0.3, validation_share=0.1, seed=4)
    assert [(parts == part).sum() for part in Part] == [600, 100, 300, 0]
    assert (random_split(1000, test_share=0.3, validation_share=0.1, seed=4) == parts).all()
    assert (random_split(1000, test_share=0.3, validation_share=0.1, seed=5) != parts).any()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000))
def test_each_continent_is_tested_once_and_whole(seed: int) -> None:
    lat, lon = some_land(seed)
    group = np.select([lon < -100, lon < 60, lat > 55], ["west", "middle", "isle"], "east")
    out = leave_out_split(
        lat, lon, STEP, group,
        block=6, buffer=2, validation_share=0.15, least_labels=100, seed=seed,
    )  # fmt: skip
    assert out.tested == ["east", "middle", "west"] and out.too_small == ["isle"]
    check_apart(out.parts, lat, lon, STEP, 2)
    for name, parts in zip(out.tested, out.parts, strict=True):
        np.testing.assert_array_equal(parts == Part.TEST, group == name)
        assert (parts == Part.VALIDATION).any()
        assert (parts[group == "isle"] == Part.TRAIN).any() or name == "east"


def test_no_group_large_enough_is_refused() -> None:
    lat, lon = some_land(0, 50)
    with pytest.raises(InputError, match=r"none of 1 groups has 51 labels \(the largest has 50\)"):
        leave_out_split(
            lat, lon, STEP, np.full(50, "one"),
            block=2, buffer=0, validation_share=0.1, least_labels=51, seed=0,
        )  # fmt: skip


def test_a_split_that_leaves_little_to_train_on_is_refused_with_numbers() -> None:
    parts = np.full((2, 100), Part.TRAIN, np.int8)
    parts[:, :10], parts[:, 10:20] = Part.TEST, Part.VALIDATION
    check_split(parts)
    parts[1, 39:] = Part.BUFFER
    with pytest.raises(
        InputError,
        match=r"fold Asia keeps 19% of 100 labels for training \(train 19, validation 10, test 10, "
        r"buffer 61\), at least 20% must remain: choose a smaller block or buffer",
    ):
        check_split(parts, ["Africa", "Asia"])
    parts[1, 38:39] = Part.BUFFER
    parts[1, 39:41] = Part.TRAIN
    check_split(parts)
    parts[0, 10:20] = Part.BUFFER
    with pytest.raises(InputError, match="fold 0 has no label for validation"):
        check_split(parts)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"test_share": 0.9, "validation_share": 0.1}, "leave nothing to train on"),
        ({"test_share": -0.1}, "at least 0"),
    ],
)
def test_impossible_shares_and_lengths_are_refused(given: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        split(0, 4, 1, **given)
    with pytest.raises(InputError, match="a block of 0 and a buffer of 1 cells"):
        split(0, 0, 1)
    with pytest.raises(InputError, match="a buffer of -1 cells"):
        split(0, 4, -1)


UNITS = ["1.50_-178.50", "NA", "a, b"]
PARTS = np.array([[0, 1, 2], [2, 3, 0]], np.int8)


def test_a_split_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "split.csv"
    write_split(split_table(UNITS, ["Asia", "1"], PARTS), path)
    first, head, row = path.read_text(encoding="utf-8").splitlines()[:3]
    assert first.startswith("# sha256 ") and head == "unit,fold,part"
    assert row == "1.50_-178.50,Asia,train"
    folds, parts = split_parts(read_split(path), UNITS[::-1])
    assert folds == ["Asia", "1"] and parts.dtype == np.int8
    np.testing.assert_array_equal(parts, PARTS[:, ::-1])
    assert [p.name for p in path.parent.iterdir()] == ["split.csv"]
    before = path.read_bytes()
    write_split(read_split(path), path)
    assert path.read_bytes() == before


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "split.csv"
    write_split(split_table(UNITS, ["Asia", "1"], PARTS), path)
    whole = path.read_text(encoding="utf-8")
    for text in (whole.replace("NA,Asia,validation", "NA,Asia,test"), whole[:-9], whole[1:], ""):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match="is not as it was written"):
            read_split(path)


def test_units_that_came_later_are_for_nothing() -> None:
    table = split_table(UNITS, ["Asia"], PARTS[:1])
    _, parts = split_parts(table, ["new", *UNITS])
    np.testing.assert_array_equal(parts, [[Part.BUFFER, *PARTS[0]]])


def test_other_labels_unknown_parts_and_doubles_are_refused(tmp_path: Path) -> None:
    table = split_table(UNITS, ["Asia"], PARTS[:1])
    with pytest.raises(InputError, match="knows none of 2 units: it was made for others"):
        split_parts(table, ["new", "newer"])
    path = tmp_path / "split.csv"
    with pytest.raises(InputError, match="found spare"):
        write_split(table.assign(part=["train", "spare", "test"]), path)
    with pytest.raises(InputError, match="NA is twice in fold Asia"):
        write_split(table.assign(unit=["NA", "NA", "b"]), path)
    with pytest.raises(InputError, match="no column part"):
        write_split(table.drop(columns="part"), path)
    assert not path.exists()


def test_units_are_tested_by_the_folds_that_say_so() -> None:
    parts = np.array([[Part.TEST, Part.TRAIN], [Part.TRAIN, Part.TEST]])
    found = units_tested(split_table(["a", "b"], ["x", "y"], parts), np.array(["b", "new", "a"]))
    assert found["x"].tolist() == [False, False, True]
    assert found["y"].tolist() == [True, False, False]
