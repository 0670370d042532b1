"""Folds of basins: each basin is tested once, by fits that saw none of its fold."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from vadose.capacity.baselines import Units, fit_predict
from vadose.capacity.predictor_table import CAPACITY
from vadose.errors import InputError
from vadose.map_scores import scores
from vadose.splits import Part, blocks_of, check_split, deal_out


def basin_folds(
    place: np.ndarray, folds: int, block: float, validation_share: float, seed: int
) -> dict[str, np.ndarray]:
    """Give parts [fold, basin] of random folds and of spatial ones, in which blocks stay together.

    `place` [basin, (lat, lon)] and the width `block` of the blocks are in degrees. InputError where
    there are fewer blocks or basins than parts to make.
    # ASSUME basins farther apart than half a block share little; no buffer is left between blocks,
    as gauges are few.
    """
    groups = {"random": np.arange(len(place)), "spatial": blocks_of(place, block)}
    return {name: _folds(group, folds, validation_share, seed) for name, group in groups.items()}


def predict_folds(
    units: Units, y: np.ndarray, parts: np.ndarray, method: str, seed: int, threads: int
) -> np.ndarray:
    """Predict every unit's capacity (mm) by a fit that never saw its fold, [unit].

    y [unit] in mm, parts [fold, unit]; `method` is one of the baselines. Units that no fold tests
    are missing.
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
    """Test each fold once; validation are whole groups drawn from the others."""
    rng = np.random.default_rng(seed)
    groups = group.max() + 1
    if groups < folds + 1:
        raise InputError(
            f"{len(group)} labelled basins lie in {groups} blocks, too few for {folds} folds: "
            "lower capacity.basin_folds or capacity.basin_block"
        )
    fold_of = deal_out(group, folds, rng)
    parts = np.full((folds, len(group)), Part.TRAIN, np.int8)
    for fold, one in enumerate(parts):
        one[fold_of == fold] = Part.TEST
        wanted = validation_share * (one == Part.TRAIN).sum()
        for k in rng.permutation(np.unique(group[fold_of != fold])):
            if (one == Part.VALIDATION).sum() >= wanted:
                break
            one[group == k] = Part.VALIDATION
    check_split(parts)
    return parts


def score_draws(
    units: Units,
    y: np.ndarray,
    methods: Sequence[str],
    *,
    draws: int,
    folds: int,
    block: float,
    validation_share: float,
    seed: int,
    threads: int,
) -> pd.DataFrame:
    """Score every method in folds drawn anew: a row a kind of folds, method and draw.

    y [basin] is capacity in mm; `seed` is that of the first draw.
    """
    rows = [
        {"folds": kind, "method": method, "draw": draw}
        | scores(predict_folds(units, y, parts, method, seed + draw, threads), y)
        for draw in range(draws)
        for kind, parts in basin_folds(
            units.place, folds, block, validation_share, seed + draw
        ).items()
        for method in methods
    ]
    return pd.DataFrame(rows)


def over_draws(found: pd.DataFrame) -> pd.DataFrame:
    """Give mean and standard deviation of the scores over all draws."""
    groups = found.drop(columns=["draw", "n"]).groupby(["folds", "method"], sort=False)
    return groups.agg(["mean", "std"])[["r2", "spearman", "rmse"]]
