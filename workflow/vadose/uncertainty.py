"""How good a forecast with an uncertainty is: sharpness and honesty of what it says.

Conventions: `mean`, `std` and `observed` have one shape, in the unit of the target; `weight` is of
a shape that extends to it, such as the cells' area, and counts all values alike where it is not
given. Values that are NaN anywhere do not count; what is not defined is NaN.
"""

import numpy as np
from scipy.special import ndtr

INTERVALS = (0.5, 0.8, 0.9)  # central intervals whose coverage is measured
ROOT_TAU = np.sqrt(2 * np.pi)


def log_density(mean: np.ndarray, std: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Give the log density of observations under Gaussians; its negative mean is the NLPD."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return -0.5 * ((observed - mean) / std) ** 2 - np.log(std * ROOT_TAU)


def crps(mean: np.ndarray, std: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Give the continuous ranked probability score of Gaussians (Gneiting et al. 2005, eq. 5).

    In the unit of the target, lower is better; that of a forecast without spread is the absolute
    error.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (observed - mean) / std
        score = std * (z * (2 * ndtr(z) - 1) + 2 * density(z) - 1 / np.sqrt(np.pi))
    return np.where(std == 0, np.abs(observed - mean), score)


def density(z: np.ndarray) -> np.ndarray:
    """Give the density of the standard Gaussian."""
    return np.exp(-0.5 * z**2) / ROOT_TAU


def spread_factor(
    mean: np.ndarray, std: np.ndarray, observed: np.ndarray, weight: np.ndarray | None = None
) -> float:
    """Give the one factor on the spread that makes observations likeliest; 1 is honest.

    The root mean square of errors in standard deviations: the closed form of the greatest
    likelihood of Gaussians whose deviations are all multiplied by it. It is fitted on months that
    are neither trained on nor tested.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        squared = ((observed - mean) / std) ** 2
    return float(np.sqrt(average(squared, weight)))


def widened(values: np.ndarray, mean: np.ndarray, factor: float) -> np.ndarray:
    """Move quantiles [level, ...] away from their mean [...] by a factor on the spread."""
    return mean + factor * (values - mean)


def share_below(
    quantiles: np.ndarray, observed: np.ndarray, weight: np.ndarray | None = None
) -> np.ndarray:
    """Give the share of observations at or below each quantile [level, ...], as [level].

    Against the levels themselves this is the reliability diagram: an honest forecast lies on the
    diagonal (Gneiting et al. 2007).
    """
    below = np.where(np.isfinite(quantiles), observed <= quantiles, np.nan)
    return np.array(
        [average(np.where(np.isfinite(observed), one, np.nan), weight) for one in below]
    )


def coverage(
    levels: np.ndarray,
    quantiles: np.ndarray,
    observed: np.ndarray,
    weight: np.ndarray | None = None,
) -> dict[float, float]:
    """Give the share of observations within central intervals, for those that the levels allow.

    quantiles [level, ...]; the interval of 90 % lies between the levels 0.05 and 0.95. Observations
    on an interval's ends are inside.
    """
    found = {}
    for interval in INTERVALS:
        low, high = (np.flatnonzero(np.isclose(levels, 0.5 + s * interval / 2)) for s in (-1, 1))
        if low.size and high.size:
            inside = (observed >= quantiles[low[0]]) & (observed <= quantiles[high[0]])
            known = np.isfinite(observed) & np.isfinite(quantiles[low[0]] + quantiles[high[0]])
            found[interval] = average(np.where(known, inside, np.nan), weight)
    return found


def average(values: np.ndarray, weight: np.ndarray | None = None) -> float:
    """Average values that are not NaN, by weight; NaN where there is none."""
    w = np.broadcast_to(1.0 if weight is None else weight, values.shape)
    counts = np.isfinite(values) & (w > 0)
    return float(np.average(values[counts], weights=w[counts])) if counts.any() else np.nan


def median(values: np.ndarray, weight: np.ndarray | None = None) -> float:
    """Give the value with half the weight below and half above; NaN where there is none."""
    w = np.broadcast_to(1.0 if weight is None else weight, values.shape)
    counts = np.isfinite(values) & (w > 0)
    if not counts.any():
        return np.nan
    order = np.argsort(values[counts])
    sorted_values, summed = values[counts][order], np.cumsum(w[counts][order])
    middle = summed[-1] / 2
    first = int(np.searchsorted(summed, middle, side="left"))
    at_middle = np.isclose(summed[first], middle) and first + 1 < len(sorted_values)
    return float(sorted_values[first : first + 1 + at_middle].mean())
