"""Linear probes fitted afterwards on the cell states of a network that no longer learns.

What a probe reads from a state that was never told of a store shows what the network found by
itself (Lees et al. 2022, HESS 26, 3079). Controls tell how much of that is the season or chance:
`shuffled` pairs states with the store of another basin, `shifted` with that of other years.

Conventions: cells [basin, time, cell], stores [basin, time, store], NaN where missing.
"""

from typing import NamedTuple

import numpy as np
from sklearn.linear_model import ElasticNet, Ridge

EVERY = 10  # days between those that a fit sees: neighbouring days tell the same
# What is fitted, and with which stores; chance needs one method alone.
FITS = (("ridge", ""), ("elastic_net", ""), ("ridge", "shuffled"), ("ridge", "shifted"))


class Days(NamedTuple):
    """Cell states and stores of all basins on the days of a period."""

    cells: np.ndarray  # [basin, time, cell]
    stores: np.ndarray  # [basin, time, store] in mm


class Probe(NamedTuple):
    """A linear reading of a store from the cells: store = cells @ weights + level."""

    weights: np.ndarray  # [cell]
    level: float

    def read(self, cells: np.ndarray) -> np.ndarray:
        """Read the store, [..., cell] to [...]."""
        return cells @ self.weights + self.level


def fit_probe(
    cells: np.ndarray,
    store: np.ndarray,
    method: str,
    *,
    alpha: float,
    rho: float,
    every: int = EVERY,
) -> Probe | None:
    """Fit a probe on all days of all basins, or on every n-th; None where nothing is observed.

    cells [basin, time, cell], store [basin, time]. Both are scaled first, so that `alpha` means the
    same for every store: of `ridge` it is the penalty a sample, of `elastic_net` the whole one,
    with the share `rho` of absolute values.
    """
    y = store[:, ::every].ravel().astype(np.float64)
    seen = np.isfinite(y)
    x = cells[:, ::every].reshape(len(y), -1)[seen].astype(np.float64)
    y = y[seen]
    if len(y) < 2 or np.ptp(y) == 0:
        return None
    middle, spread = x.mean(0), np.where(np.ptp(x, 0) > 0, x.std(0), 1.0)
    model = (
        Ridge(alpha * len(y)) if method == "ridge" else ElasticNet(alpha, l1_ratio=rho, tol=1e-3)
    )
    model.fit((x - middle) / spread, (y - y.mean()) / y.std())
    weights = model.coef_ / spread * y.std()
    level = y.mean() + model.intercept_ * y.std() - middle @ weights
    return Probe(weights, float(level))


def read_stores(
    fitted_on: Days, read_on: Days, training: np.ndarray, method: str, *, alpha: float, rho: float
) -> np.ndarray:
    """Fit a probe of each store in the training basins, a mask, and read it: [basin, time, store].

    The probes see the days of `fitted_on` and read those of `read_on`; a store that is never
    observed in the training basins is missing.
    """
    out = np.full_like(read_on.stores, np.nan, dtype=float)
    cells = np.compress(training, fitted_on.cells, 0)
    for k in range(out.shape[-1]):
        store = np.compress(training, fitted_on.stores[..., k], 0)
        probe = fit_probe(cells, store, method, alpha=alpha, rho=rho)
        if probe is not None:
            out[..., k] = np.maximum(probe.read(read_on.cells), 0.0)  # as the network's own
    return out


def controlled(stores: np.ndarray, control: str, *, shift: int, seed: int) -> np.ndarray:
    """Give the stores [basin, time, store] that a control pairs the states with.

    `shuffled` deals the basins' stores out anew so that none keeps its own; `shifted` moves them on
    by so many days, and what leaves at the end returns at the beginning.
    """
    if control == "shuffled":
        return np.take(stores, _deranged(len(stores), seed), axis=0)
    return np.roll(stores, shift, 1) if control == "shifted" else stores


def _deranged(n: int, seed: int) -> np.ndarray:
    """Give an order in which nothing keeps its place: each follows the next in a random ring."""
    ring = np.random.default_rng(seed).permutation(n)
    order = np.empty(n, int)
    order[ring] = np.roll(ring, 1)
    return order
