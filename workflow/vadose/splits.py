"""Which cells train a network, which choose its best state and which judge it once.

Conventions: `parts` [fold, cell] holds a Part of each labelled cell in each fold; lat and lon
[cell] are in degrees, `step` is the cells' size in degrees; blocks and buffers are counted in
cells, distances are those of neighbours.py. Neighbours resemble each other, so that a cell beside a
test cell gives its answer away: whole blocks are drawn, and a buffer between them is left out.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from vadose.errors import InputError
from vadose.neighbours import cells_around, distance_to, places

ALL = "all"  # the fold of a split that has one, and the median over the folds of one with several
LEAST_TRAINING = 0.2  # share of the labels that must remain for training


class Part(IntEnum):
    """What a cell is for."""

    TRAIN = 0
    VALIDATION = 1
    TEST = 2
    BUFFER = 3  # for nothing, so that nothing leaks


class LeaveOut(NamedTuple):
    """A split by groups: its parts, the group tested in each fold, and groups too small for it."""

    parts: np.ndarray
    tested: list[str]
    too_small: list[str]


def random_split(n: int, *, test_share: float, validation_share: float, seed: int) -> np.ndarray:
    """Draw cells one by one into one fold, int8 [1, n]; shares are of all cells.

    It leaks between neighbours and is there for comparison with studies that used it.
    """
    _check_shares(test_share, validation_share)
    test, validation = round(n * test_share), round(n * validation_share)
    parts = np.full(n, Part.TRAIN, np.int8)
    order = np.random.default_rng(seed).permutation(n)
    parts[order[:test]] = Part.TEST
    parts[order[test : test + validation]] = Part.VALIDATION
    return parts[None]


def block_split(
    lat: np.ndarray,
    lon: np.ndarray,
    step: float,
    *,
    block: int,
    buffer: int,
    test_share: float,
    validation_share: float,
    seed: int,
) -> np.ndarray:
    """Draw whole square blocks of cells into one fold, int8 [1, cell].

    Shares are of all cells, before the buffer is taken from validation and training; the block
    before the date line may be narrower than the others. The order of the cells does not matter.
    """
    _check_shares(test_share, validation_share)
    _check_lengths(block, buffer)
    at = places(lat, lon, step)
    rng = np.random.default_rng(seed)
    parts = np.full(len(at), Part.TRAIN, np.int8)
    for part, share in ((Part.TEST, test_share), (Part.VALIDATION, validation_share)):
        parts[_draw_blocks(at, block, parts == Part.TRAIN, share * len(at), rng)] = part
    return _with_buffer(parts, at, cells_around(step), buffer)[None]


def leave_out_split(
    lat: np.ndarray,
    lon: np.ndarray,
    step: float,
    group: np.ndarray,
    *,
    block: int,
    buffer: int,
    validation_share: float,
    least_labels: int,
    seed: int,
) -> LeaveOut:
    """Test on one group (a continent) after the other and train on all others, a fold each.

    `group` [cell] holds names; the validation share is of the cells outside the tested group.
    Groups of fewer than `least_labels` cells are never tested, but train. InputError where no group
    is large enough.
    """
    _check_shares(0, validation_share)
    _check_lengths(block, buffer)
    names, counts = np.unique(np.asarray(group).astype(str), return_counts=True)
    tested = [str(name) for name in names[counts >= least_labels]]
    if not tested:
        raise InputError(
            f"none of {len(names)} groups has {least_labels} labels (the largest has "
            f"{counts.max(initial=0)}): lower the least number of labels"
        )
    at, around = places(lat, lon, step), cells_around(step)
    parts = np.full((len(tested), len(at)), Part.TRAIN, np.int8)
    for fold, (name, one) in enumerate(zip(tested, parts, strict=True)):
        rng = np.random.default_rng([seed, fold])
        one[np.asarray(group) == name] = Part.TEST
        others = one == Part.TRAIN
        one[_draw_blocks(at, block, others, validation_share * others.sum(), rng)] = Part.VALIDATION
        parts[fold] = _with_buffer(one, at, around, buffer)
    return LeaveOut(parts, tested, [str(name) for name in names[counts < least_labels]])


def blocks_of(place: np.ndarray, width: float) -> np.ndarray:
    """Number the square blocks, `width` degrees wide, in which places [unit, (lat, lon)] lie."""
    return np.unique(np.floor(place / width), axis=0, return_inverse=True)[1].ravel()


def deal_out(group: np.ndarray, folds: int, rng: np.random.Generator) -> np.ndarray:
    """Deal numbered groups out to folds, the largest first, each to the smallest so far: [unit].

    Units of one group [unit], numbered from 0, come to one fold; equal groups in a random order.
    """
    sizes = np.bincount(group)
    fold_of, filled = np.empty(len(sizes), int), np.zeros(folds)
    for k in sorted(rng.permutation(len(sizes)), key=lambda k: -sizes[k]):
        fold_of[k] = filled.argmin()
        filled[fold_of[k]] += sizes[k]
    return fold_of[group]


def check_split(parts: np.ndarray, folds: Sequence[str] | None = None) -> None:
    """Refuse a split of which a fold trains on too few labels or has an empty part.

    `folds` names the folds in the message. Raises InputError.
    """
    for fold, one in enumerate(parts):
        name = folds[fold] if folds is not None else str(fold)
        count = {part: int((one == part).sum()) for part in Part}
        numbers = ", ".join(f"{part.name.lower()} {n}" for part, n in count.items())
        empty = [p.name.lower() for p in (Part.TRAIN, Part.VALIDATION, Part.TEST) if not count[p]]
        if empty:
            raise InputError(
                f"fold {name} has no label for {' and '.join(empty)} ({numbers}): choose a smaller "
                "block or buffer, or other shares"
            )
        if count[Part.TRAIN] < LEAST_TRAINING * one.size:
            raise InputError(
                f"fold {name} keeps {count[Part.TRAIN] / one.size:.0%} of {one.size} labels for "
                f"training ({numbers}), at least {LEAST_TRAINING:.0%} must remain: choose a "
                "smaller block or buffer, or smaller shares"
            )


def check_apart(
    parts: np.ndarray, lat: np.ndarray, lon: np.ndarray, step: float, buffer: int
) -> None:
    """Refuse a split that leaks: a cell in use lies within the buffer of one that must not know it.

    Training keeps away from validation and test, validation from test. Raises InputError.
    """
    at, around = places(lat, lon, step), cells_around(step)
    pairs = (
        (Part.TRAIN, Part.TEST),
        (Part.VALIDATION, Part.TEST),
        (Part.TRAIN, Part.VALIDATION),
    )
    for fold, one in enumerate(parts):
        for near, far in pairs:
            distance, _ = distance_to(at[one == near], at[one == far], around, buffer)
            leaks = int((distance <= buffer).sum())
            if leaks:
                raise InputError(
                    f"fold {fold}: {leaks} {near.name.lower()} cells lie within {buffer} cells of "
                    f"{far.name.lower()} cells, so that the split leaks: make it anew"
                )


def _draw_blocks(
    at: np.ndarray, block: int, free: np.ndarray, wanted: float, rng: np.random.Generator
) -> np.ndarray:
    """Choose blocks of free cells at random until about `wanted` cells are chosen: bool [cell].

    A block that would overshoot by more than it brings nearer is passed over; one is always chosen.
    """
    _, number = np.unique(at // block, axis=0, return_inverse=True)
    count = np.bincount(number[free], minlength=number.max(initial=-1) + 1)
    order = rng.permutation(np.nonzero(count)[0])
    chosen, total = [], 0
    for one in order:
        if total + count[one] / 2 <= wanted:
            chosen.append(one)
            total += count[one]
    return free & np.isin(number, chosen or order[:1])


def _with_buffer(parts: np.ndarray, at: np.ndarray, around: int, buffer: int) -> np.ndarray:
    """Take out validation cells near test cells, then training cells near either."""
    parts = parts.copy()
    for part, above in (
        (Part.VALIDATION, [Part.TEST]),
        (Part.TRAIN, [Part.TEST, Part.VALIDATION]),
    ):
        distance, _ = distance_to(at, at[np.isin(parts, above)], around, buffer)
        parts[(parts == part) & (distance <= buffer)] = Part.BUFFER
    return parts


def _check_shares(test: float, validation: float) -> None:
    if min(test, validation) < 0 or test + validation >= 1:
        raise InputError(
            f"shares of {test:g} for test and {validation:g} for validation leave nothing to train "
            "on: both must be at least 0 and sum to less than 1"
        )


def _check_lengths(block: int, buffer: int) -> None:
    if block < 1 or buffer < 0:
        raise InputError(
            f"a block of {block} and a buffer of {buffer} cells are impossible: a block has at "
            "least 1 cell, a buffer at least 0"
        )
