"""Scores of a simulation against observations, over the last axis, with missing months masked.

All functions take `simulated` and `observed` of the same shape [..., time] and skip every step
where either is NaN; a score that is not defined (too few steps, no variance) is NaN.
"""

from typing import NamedTuple

import numpy as np

FEWEST_STEPS = 12


class KgeParts(NamedTuple):
    """KGE and what it is made of; each an array of the leading shape."""

    kge: np.ndarray
    r: np.ndarray  # Pearson correlation
    alpha: np.ndarray  # ratio of standard deviations
    beta: np.ndarray  # ratio of means
    n: np.ndarray  # steps that counted


def kge(simulated: np.ndarray, observed: np.ndarray) -> KgeParts:
    """Kling-Gupta efficiency with its three parts (Gupta et al. 2009, equation 9)."""
    m = _moments(simulated, observed)
    with np.errstate(divide="ignore", invalid="ignore"):
        alpha, beta = m.sd_simulated / m.sd_observed, m.mean_simulated / m.mean_observed
        r = m.covariance / (m.sd_simulated * m.sd_observed)
        value = 1 - np.sqrt((r - 1) ** 2 + (alpha - 1) ** 2 + (beta - 1) ** 2)
    return KgeParts(_finite(value), _finite(r), _finite(alpha), _finite(beta), m.n)


def kge_prime(simulated: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Modified KGE, with the ratio of coefficients of variation (Kling et al. 2012, equation 2)."""
    parts = kge(simulated, observed)
    with np.errstate(divide="ignore", invalid="ignore"):
        gamma = parts.alpha / parts.beta
        value = 1 - np.sqrt((parts.r - 1) ** 2 + (gamma - 1) ** 2 + (parts.beta - 1) ** 2)
    return _finite(value)


def nse(simulated: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Nash-Sutcliffe efficiency: one minus squared error over observed variance (1970)."""
    m = _moments(simulated, observed)
    with np.errstate(divide="ignore", invalid="ignore"):
        return _finite(1 - m.squared_error / m.sd_observed**2)


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


def _finite(x: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(x), x, np.nan)
