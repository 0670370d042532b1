"""Blocks of years: the pieces in which long records are fetched and kept.

A block is named by its first and last month, `200001-200912`. Blocks begin at multiples of their
length, so that a record that is continued gets new blocks and keeps its old ones as they are.
"""

from datetime import date

STATIC = "static"  # the one block of what does not change


def block_name(first: tuple[int, int], last: tuple[int, int]) -> str:
    """Name a block by its first and last month, each as (year, month)."""
    return "{:04d}{:02d}-{:04d}{:02d}".format(*first, *last)


def year_blocks(start: date, end: date, years: int) -> list[str]:
    """Cut a period into blocks of so many calendar years, the first and last perhaps shorter."""
    blocks = []
    for begin in range(start.year - start.year % years, end.year + 1, years):
        first = max((begin, 1), (start.year, start.month))
        last = min((begin + years - 1, 12), (end.year, end.month))
        blocks.append(block_name(first, last))
    return blocks


def block_dates(block: str) -> tuple[date, date]:
    """Give the first and the last day of a block; ValueError where the name is none."""
    first, last = (date(int(part[:4]), int(part[4:6]), 1) for part in block.split("-"))
    after = date(last.year + last.month // 12, last.month % 12 + 1, 1)
    return first, date.fromordinal(after.toordinal() - 1)
