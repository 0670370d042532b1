"""Folds of basins: each basin is tested once, by fits that saw none of its fold."""

import numpy as np

from vadose.capacity.baselines import Units, fit_predict
from vadose.capacity.predictor_table import CAPACITY
from vadose.errors import InputError
from vadose.splits import Part, check_split


def basin_folds(
    place: np.ndarray, folds: int, block: float, validation_share: float, seed: int
) -> dict[str, np.ndarray]:
    """Give parts [fold, basin] of random folds and of spatial ones, in which blocks stay together.

    `place` [basin, (lat, lon)] and the width `block` of the blocks are in degrees. InputError where
    there are fewer blocks or basins than parts to make.
    # ASSUME basins farther apart than half a block share little; no buffer is left between blocks,
    as gauges are few.
    """
    alone = np.arange(len(place))
    _, together = np.unique(np.floor(place / block), axis=0, return_inverse=True)
    groups = {"random": alone, "spatial": together}
    return {name: _folds(group, folds, validation_share, seed) for name, group in groups.items()}


def predict_folds(
    units: Units, y: np.ndarray, parts: np.ndarray, method: str, seed: int, threads: int
) -> np.ndarray:
    """Predict every basin's capacity (mm) by a fit that never saw its fold, [basin].

    y [basin] in mm, parts [fold, basin]; `method` is one of the baselines.
    """
    predicted = np.full(len(y), np.nan)
    for part in parts:
        test = part == Part.TEST
        predicted[test] = fit_predict(
            method,
            units,
            y,
            train=part == Part.TRAIN,
            validation=part == Part.VALIDATION,
            target=units.select(test),
            bounds=CAPACITY,
            seed=seed,
            threads=threads,
        )
    return predicted


def _folds(group: np.ndarray, folds: int, validation_share: float, seed: int) -> np.ndarray:
    """Deal groups out to folds, the largest first, each to the smallest fold so far."""
    rng = np.random.default_rng(seed)
    names, sizes = np.unique(group, return_counts=True)
    if len(names) < folds + 1:
        raise InputError(
            f"{len(group)} labelled basins lie in {len(names)} blocks, too few for {folds} folds: "
            "lower capacity.basin_folds or capacity.basin_block"
        )
    fold_of = np.empty(len(names), int)
    filled = np.zeros(folds)
    for k in sorted(rng.permutation(len(names)), key=lambda k: -sizes[k]):
        fold_of[k] = filled.argmin()
        filled[fold_of[k]] += sizes[k]
    parts = np.full((folds, len(group)), Part.TRAIN, np.int8)
    at = np.searchsorted(names, group)
    for fold, one in enumerate(parts):
        one[fold_of[at] == fold] = Part.TEST
        wanted = validation_share * (one == Part.TRAIN).sum()
        for k in rng.permutation(np.flatnonzero(fold_of != fold)):
            if (one == Part.VALIDATION).sum() >= wanted:
                break
            one[at == k] = Part.VALIDATION
    check_split(parts)
    return parts
