"""Blocks tile a period and keep their names as it grows."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vadose.blocks import block_dates, year_blocks

days = st.dates(date(1850, 1, 1), date(2150, 12, 31))
DAY = timedelta(days=1)


def test_blocks_begin_at_multiples_of_their_length() -> None:
    found = year_blocks(date(1981, 6, 1), date(2002, 3, 31), 10)
    assert found == ["198106-198912", "199001-199912", "200001-200203"]
    assert year_blocks(date(2000, 1, 1), date(2000, 12, 31), 10) == ["200001-200012"]


def test_a_block_ends_on_the_last_day_of_its_month() -> None:
    assert block_dates("199901-200002") == (date(1999, 1, 1), date(2000, 2, 29))
    assert block_dates("200001-200012")[1] == date(2000, 12, 31)
    for name in ("200000-200012", "static"):
        with pytest.raises(ValueError):  # noqa: PT011  whatever Python says of it
            block_dates(name)


@given(days, days, st.integers(1, 30))
def test_blocks_cover_every_month_of_a_period_once(one: date, other: date, years: int) -> None:
    start, end = sorted((one, other))
    edges = [block_dates(block) for block in year_blocks(start, end, years)]
    assert edges[0][0] == start.replace(day=1)
    assert edges[-1][0] <= end <= edges[-1][1]
    assert (end.year, end.month) == (edges[-1][1].year, edges[-1][1].month)
    for (_, before), (after, _) in pairwise(edges):
        assert after == before + DAY and after.year % years == 0


@given(days, st.integers(0, 20_000), st.integers(0, 5_000), st.integers(1, 30))
def test_a_record_that_goes_on_keeps_its_blocks(start, length, more, years) -> None:
    """All but the last one, which may have been cut short."""
    end = start + length * DAY
    before, after = (year_blocks(start, last, years) for last in (end, end + more * DAY))
    assert after[: len(before) - 1] == before[:-1]
    assert after[len(before) - 1].startswith(before[-1][:6])
