"""Which cells of a network carry which store, by what its own probes read of them."""

import numpy as np


def shares_of_cells(weights: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Tell how much of what a probe reads each cell carries: shares [store, cell] that sum to 1.

    A cell's part is the size of its weight times the deviation of its state over all days.
    weights [store, cell], cells [basin, time, cell].
    """
    part = np.abs(weights) * cells.reshape(-1, cells.shape[-1]).std(0)
    return part / part.sum(-1, keepdims=True).clip(min=np.finfo(float).tiny)


def cells_needed(shares: np.ndarray, most: float = 0.9) -> np.ndarray:
    """Count the cells that together carry a share of each store, [store]."""
    falling = -np.sort(-shares, -1)
    needed = (falling.cumsum(-1) < most).sum(-1) + 1
    return np.minimum(needed, shares.shape[-1])  # of a probe that reads nothing, all
