"""Patches of predictors around cells, cut from maps that stay whole in memory.

Conventions: maps are [channel, lat, lon] with latitude and longitude ascending. A patch of `size`
cells has its cell in row and column size // 2. The last channel is the share of the predictors
that are known: 0 at sea.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from vadose.errors import InputError


class Scaling(NamedTuple):
    """Mean and standard deviation [channel] of each predictor over the cells that train."""

    mean: np.ndarray
    std: np.ndarray


def scaling(maps: np.ndarray, names: list[str], cells: tuple[np.ndarray, np.ndarray]) -> Scaling:
    """Measure each channel's level and spread in the training cells (rows, columns) alone.

    Levels must survive: scaling each sample over all its channels, as the original did, would lose
    them. Raises InputError for a predictor that is missing in all those cells or the same in all.
    """
    values = maps[:, *cells].astype(np.float64)
    known = np.isfinite(values)
    count = known.sum(1)
    if (count == 0).any():
        missing = ", ".join(np.array(names)[count == 0])
        raise InputError(
            f"{missing}: missing in all {values.shape[1]} training cells: check the source, or "
            "take it out of capacity.predictors"
        )
    mean = np.where(known, values, 0).sum(1) / count
    std = np.sqrt((np.where(known, values - mean[:, None], 0) ** 2).sum(1) / count)
    constant = std <= 1e-6 * np.maximum(np.abs(mean), 1e-6)
    if constant.any():
        which = ", ".join(f"{names[k]} ({mean[k]:g})" for k in np.flatnonzero(constant))
        raise InputError(
            f"{which}: the same in all {values.shape[1]} training cells, which teaches nothing: "
            "take it out of capacity.predictors, or check the source"
        )
    return Scaling(mean, std)


def scaled(maps: np.ndarray, by: Scaling) -> np.ndarray:
    """Scale maps, fill what is missing with the channel's mean and add the share that is known.

    Gives [channel + 1, lat, lon] in single precision.
    """
    known = np.isfinite(maps)
    levels = (maps - by.mean[:, None, None]) / by.std[:, None, None]
    mask = known.mean(0, keepdims=True)
    return np.concatenate([np.where(known, levels, 0), mask]).astype(np.float32)


class Patches:
    """All patches of a set of maps; only those that are asked for are laid out."""

    def __init__(self, maps: np.ndarray, size: int, wraps: bool, device: str = "cpu") -> None:
        """Take scaled maps [channel, lat, lon]; beyond their edge nothing is known.

        Maps that go round the Earth (`wraps`) continue over the date line.
        """
        before, after = size // 2, size - 1 - size // 2
        padded = np.pad(maps, ((0, 0), (before, after), (0, 0)))
        padded = np.pad(
            padded, ((0, 0), (0, 0), (before, after)), mode="wrap" if wraps else "constant"
        )
        # Channels last: a gathered patch has the layout that convolutions are fastest in.
        self.maps = torch.from_numpy(np.ascontiguousarray(padded.transpose(1, 2, 0))).to(device)
        self.offset = torch.arange(size, device=device)

    def at(self, rows: Tensor, columns: Tensor) -> Tensor:
        """Give the patches around cells, [cell, channel, size, size]."""
        down = rows[:, None, None] + self.offset[:, None]
        across = columns[:, None, None] + self.offset
        return self.maps[down, across].permute(0, 3, 1, 2)
