"""Simple reconstructions of storage that a network must beat.

Conventions: fields are [time, lat, lon] in mm with their trend. A method that says one value a
month has the errors that it made in the validation months, Gaussian and of one size in each cell.
"""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import torch

from vadose import seasons
from vadose.errors import InputError
from vadose.gap_filling.maps import Maps, Part
from vadose.gap_filling.reconstruction import Members

LEAST_SPREAD = 0.01  # mm, so that a method without errors has a density


def climatology(maps: Maps) -> np.ndarray:
    """Give the line of the training months and the mean of each calendar month about it."""
    training = maps.part == Part.TRAINING
    line = maps.line.over(len(maps.months))
    month = maps.months.month.to_numpy()
    return line + seasons.usual(maps.twsa - line, month, training, axis=0)


def regression(maps: Maps, ridge: float) -> np.ndarray:
    """Regress storage on all predictors in each cell, by least squares with a penalty.

    Predictors are scaled by each cell's training months, so that `ridge` is the penalty on a
    squared coefficient over one month's squared error. What is not known of a cell does not count.
    """
    training, land = maps.part == Part.TRAINING, maps.area > 0
    x = np.nan_to_num(maps.predictors[:, :, land]).astype(np.float64).transpose(2, 1, 0)
    base = maps.base
    y = (maps.twsa - base)[:, land].T
    known = training & np.isfinite(y)
    count = known.sum(1)[:, None]
    weight = known[..., None]
    mean = (x * weight).sum(1) / count
    spread = np.sqrt(((x - mean[:, None]) ** 2 * weight).sum(1) / count)
    x = (x - mean[:, None]) / np.where(spread > 0, spread, np.inf)[:, None]
    level = np.where(known, y, 0).sum(1, keepdims=True) / count
    seen = x * weight
    square = seen.transpose(0, 2, 1) @ seen + ridge * count[..., None] * np.eye(x.shape[-1])
    slopes = np.linalg.solve(
        square, seen.transpose(0, 2, 1) @ np.where(known, y - level, 0)[..., None]
    )
    out = np.full(maps.twsa.shape, np.nan)
    out[:, land] = (level + (x @ slopes)[..., 0]).T
    return out + base


def simulated(maps: Maps) -> np.ndarray:
    """Give the simulated storage itself; InputError where there is none."""
    if not np.isfinite(maps.simulated).any():
        raise InputError(
            "the rival simulated needs twsa_simulated among gap_filling.predictors: add it, or "
            "leave simulated out of gap_filling.rivals"
        )
    return maps.simulated


def methods(ridge: float) -> Mapping[str, Callable[[Maps], np.ndarray]]:
    """Name the methods that need no network."""
    of_regression = partial(regression, ridge=ridge)
    return {"climatology": climatology, "regression": of_regression, "simulated": simulated}


def with_errors(maps: Maps, mean: np.ndarray) -> Members:
    """Give a method's storage [time, lat, lon] the spread of its errors in the validation months.

    A cell without such an error has the spread of all cells together.
    """
    chosen = maps.part == Part.VALIDATION
    square = (maps.twsa[chosen] - mean[chosen]).astype(np.float64) ** 2
    seen = np.isfinite(square)
    count, total = seen.sum(0), np.where(seen, square, 0).sum(0)
    each = np.where(count > 0, total / np.maximum(count, 1), total.sum() / max(count.sum(), 1))
    spread = np.maximum(np.sqrt(each), LEAST_SPREAD)
    told = ((mean - maps.base) / spread).astype(np.float32)
    return Members(torch.from_numpy(told)[None], torch.zeros(1), spread)
