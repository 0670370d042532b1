"""Scores of a simulation against observations, over the last axis, with missing months masked.

All functions take `simulated` and `observed` of the same shape [..., time] and skip every step
where either is NaN; a score that is not defined (too few steps, no variance) is NaN.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

FEWEST_STEPS = 12
BLOCK = 2**18  # values of each series that are worked on at once: what a cache holds
LOG_FLOOR = 0.01  # of the mean observation, added before a logarithm


class KgeParts(NamedTuple):
    """KGE and what it is made of; each an array of the leading shape."""

    kge: np.ndarray
    r: np.ndarray  # Pearson correlation
    alpha: np.ndarray  # ratio of standard deviations
    beta: np.ndarray  # ratio of means
    n: np.ndarray  # steps that counted


def scores(simulated: np.ndarray, observed: np.ndarray) -> dict[str, np.ndarray]:
    """Give every score of this module by name, each of the leading shape; n are steps that count.

    rmse and bias are in the unit of the series.
    """
    m = _moments(simulated, observed)
    parts = _kge(m)
    return {
        "kge": parts.kge,
        "kge_r": parts.r,
        "kge_alpha": parts.alpha,
        "kge_beta": parts.beta,
        "kge_prime": _kge_prime(parts),
        "nse": _nse(m),
        "log_nse": log_nse(simulated, observed),
        "rmse": np.sqrt(m.squared_error),
        "bias": m.mean_simulated - m.mean_observed,
        "n": parts.n.astype(float),
    }


def kge(simulated: np.ndarray, observed: np.ndarray) -> KgeParts:
    """Kling-Gupta efficiency with its three parts (Gupta et al. 2009, equation 9)."""
    return _kge(_moments(simulated, observed))


def kge_prime(simulated: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Modified KGE, with the ratio of coefficients of variation (Kling et al. 2012, equation 2)."""
    return _kge_prime(kge(simulated, observed))


def nse(simulated: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Nash-Sutcliffe efficiency: one minus squared error over observed variance (1970)."""
    return _nse(_moments(simulated, observed))


def explaining(parts: KgeParts, efficiency: np.ndarray) -> np.ndarray:
    """Give r, and 0 for a simulation that never changes: it has an NSE but explains nothing."""
    return np.where(np.isnan(parts.r) & np.isfinite(efficiency), 0.0, parts.r)


def log_nse(simulated: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """NSE of logarithms, which low flows decide; negative values count as 0.

    A hundredth of the mean observation is added before the logarithm, so that days without flow
    count (Pushpalatha et al. 2012, section 2.2).
    """
    s, o = (np.maximum(np.asarray(x, np.float64), 0) for x in (simulated, observed))
    both = np.isfinite(s) & np.isfinite(o)
    total = np.where(both, o, 0).sum(-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        floor = LOG_FLOOR * total / both.sum(-1, keepdims=True)
        return nse(np.log(s + floor), np.log(o + floor))


def in_blocks(
    score: Callable[[np.ndarray, np.ndarray], dict[str, np.ndarray]],
    simulated: np.ndarray,
    observed: np.ndarray,
) -> dict[str, np.ndarray]:
    """Score series [unit, time] some units at a time, so that long records need little memory."""
    rows = max(1, BLOCK // max(1, observed.shape[-1]))
    parts = [
        score(simulated[first : first + rows], observed[first : first + rows])
        for first in range(0, max(1, len(observed)), rows)
    ]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


class _Moments(NamedTuple):
    n: np.ndarray
    mean_simulated: np.ndarray
    mean_observed: np.ndarray
    sd_simulated: np.ndarray
    sd_observed: np.ndarray
    covariance: np.ndarray
    squared_error: np.ndarray


def _moments(simulated: np.ndarray, observed: np.ndarray) -> _Moments:
    simulated, observed = np.broadcast_arrays(
        np.asarray(simulated, np.float64), np.asarray(observed, np.float64)
    )
    valid = np.isfinite(simulated) & np.isfinite(observed)
    n = valid.sum(-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        count = np.where(n >= FEWEST_STEPS, n, np.nan)

        def mean(x: np.ndarray) -> np.ndarray:
            return np.where(valid, x, 0).sum(-1) / count

        mean_s, mean_o = mean(simulated), mean(observed)
        above_s, above_o = simulated - mean_s[..., None], observed - mean_o[..., None]
        return _Moments(
            n,
            mean_s,
            mean_o,
            np.sqrt(mean(above_s**2)),
            np.sqrt(mean(above_o**2)),
            mean(above_s * above_o),
            mean((simulated - observed) ** 2),
        )


def _kge(m: _Moments) -> KgeParts:
    with np.errstate(divide="ignore", invalid="ignore"):
        alpha, beta = m.sd_simulated / m.sd_observed, m.mean_simulated / m.mean_observed
        r = m.covariance / (m.sd_simulated * m.sd_observed)
        value = 1 - np.sqrt((r - 1) ** 2 + (alpha - 1) ** 2 + (beta - 1) ** 2)
    return KgeParts(_finite(value), _finite(r), _finite(alpha), _finite(beta), m.n)


def _kge_prime(parts: KgeParts) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        gamma = parts.alpha / parts.beta
        value = 1 - np.sqrt((parts.r - 1) ** 2 + (gamma - 1) ** 2 + (parts.beta - 1) ** 2)
    return _finite(value)


def _nse(m: _Moments) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return _finite(1 - m.squared_error / m.sd_observed**2)


def _finite(x: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(x), x, np.nan)
