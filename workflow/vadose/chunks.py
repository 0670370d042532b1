"""Chunks of many units: `3-of-8` names the third of eight parts of nearly equal size."""

from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


def chunk_names(chunks: int) -> list[str]:
    """Name the parts into which units are scattered."""
    return [f"{k}-of-{chunks}" for k in range(1, chunks + 1)]


def part_of(chunk: str, units: int) -> slice:
    """Give the place of a chunk among so many units; parts differ by one unit at most."""
    number, chunks = (int(word) for word in chunk.split("-of-"))
    return slice((number - 1) * units // chunks, number * units // chunks)


def groups_of(items: Sequence[Item], number: int) -> list[Sequence[Item]]:
    """Take apart items that stand group by group, as many in each of so many groups."""
    size, rest = divmod(len(items), number)
    if rest:
        raise ValueError(f"{len(items)} items are not {number} groups of one size")
    return [items[k * size : (k + 1) * size] for k in range(number)]
