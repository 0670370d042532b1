"""Chunks are disjoint parts of nearly equal size that make up the whole."""

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vadose.chunks import chunk_names, groups_of, part_of


def test_chunks_are_named_by_their_number() -> None:
    assert chunk_names(3) == ["1-of-3", "2-of-3", "3-of-3"]
    assert part_of("2-of-3", 10) == slice(3, 6)


@given(st.integers(1, 60), st.integers(0, 10_000))
def test_every_unit_is_in_exactly_one_chunk(chunks: int, units: int) -> None:
    whole = list(range(units))
    parts = [whole[part_of(name, units)] for name in chunk_names(chunks)]
    assert list(chain.from_iterable(parts)) == whole
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_more_chunks_than_units_leave_some_empty() -> None:
    sizes = [len(range(2)[part_of(name, 2)]) for name in chunk_names(5)]
    assert sum(sizes) == 2 and max(sizes) == 1


def test_items_that_stand_group_by_group_come_apart_in_their_order() -> None:
    assert groups_of(["a1", "a2", "b1", "b2", "c1", "c2"], 3) == [
        ["a1", "a2"],
        ["b1", "b2"],
        ["c1", "c2"],
    ]
    with pytest.raises(ValueError, match="5 items are not 2 groups"):
        groups_of(range(5), 2)
