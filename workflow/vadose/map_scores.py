"""Scores of a predicted map against an observed one, by cell or weighted by area.

With whole numbers as weights each score is that of a sample in which a unit stands so many times.
"""

import numpy as np

from vadose.errors import InputError


def scores(
    predicted: np.ndarray, observed: np.ndarray, weight: np.ndarray | None = None
) -> dict[str, float]:
    """Score a prediction: n, bias, mae, rmse (units of the data), r2, pearson, spearman.

    The arrays have one shape; `weight` may be of a shape that extends to it, such as the cells'
    area, and counts all units alike where it is not given. Units with NaN in any of the three or
    without weight do not count. r2 is 1 - SSE/SST, not the square of a correlation. Spearman is
    the Pearson correlation of weighted ranks: the weight of all smaller values and half that of
    equal ones. What is not defined is NaN. Raises InputError for other shapes or negative weights.
    """
    predicted, observed = np.asarray(predicted, np.float64), np.asarray(observed, np.float64)
    if predicted.shape != observed.shape:
        raise InputError(f"a prediction {predicted.shape} is not of the shape {observed.shape}")
    w = np.broadcast_to(1.0 if weight is None else weight, observed.shape)
    if (w < 0).any():
        raise InputError(f"{int((w < 0).sum())} weights are negative, expected areas or shares")
    counts = np.isfinite(predicted) & np.isfinite(observed) & np.isfinite(w) & (w > 0)
    p, o, w = predicted[counts], observed[counts], w[counts]
    if not p.size:
        undefined = ("bias", "mae", "rmse", "r2", "pearson", "spearman")
        return {"n": 0.0} | dict.fromkeys(undefined, np.nan)
    error = p - o
    squared = float(np.average(error**2, weights=w))
    return {
        "n": float(p.size),
        "bias": float(np.average(error, weights=w)),
        "mae": float(np.average(np.abs(error), weights=w)),
        "rmse": float(np.sqrt(squared)),
        "r2": 1 - squared / _covariance(o, o, w) if np.ptp(o) else np.nan,
        "pearson": _pearson(p, o, w),
        "spearman": _pearson(_ranks(p, w), _ranks(o, w), w),
    }


def _covariance(x: np.ndarray, y: np.ndarray, w: np.ndarray) -> float:
    above_x, above_y = (values - np.average(values, weights=w) for values in (x, y))
    return float(np.average(above_x * above_y, weights=w))


def _pearson(x: np.ndarray, y: np.ndarray, w: np.ndarray) -> float:
    if not (np.ptp(x) and np.ptp(y)):
        return np.nan
    return _covariance(x, y, w) / float(np.sqrt(_covariance(x, x, w) * _covariance(y, y, w)))


def _ranks(values: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Rank values [unit] by the weight of smaller ones and half that of equal ones."""
    _, group = np.unique(values, return_inverse=True)
    of_group = np.bincount(group, weights=w)
    return (np.cumsum(of_group) - of_group / 2)[group]
