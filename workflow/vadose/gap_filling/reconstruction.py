"""What an ensemble, or one method with its errors, says of the storage of all months.

Conventions: fields are [time, lat, lon] in mm with their trends; the sea is NaN.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from vadose.gap_filling.maps import Maps, Part, Reconstruction
from vadose.predictive import crps, log_density, quantiles, spread_factor, summary


class Members(NamedTuple):
    """What S networks say: a mixture of as many Gaussians about storage above its base."""

    predicted: Tensor  # [S, time, lat, lon] in the scale
    log_beta: Tensor  # [S], of the precision of each one's noise in the scale
    scale: np.ndarray  # [lat, lon] mm


def pooled(parts: Sequence[Members]) -> Members:
    """Put ensembles that were trained apart into one of all their networks."""
    return Members(
        torch.cat([part.predicted for part in parts]),
        torch.cat([part.log_beta for part in parts]),
        parts[0].scale,
    )


def reconstruction(maps: Maps, members: Members, levels: Sequence[float]) -> Reconstruction:
    """Describe what the members say of each land cell and month, with the base added back."""
    land = maps.area > 0
    scale, base = members.scale[land], maps.base[:, land]
    observed = torch.from_numpy(((maps.twsa[:, land] - base) / scale).astype(np.float32))
    said = members.predicted[:, :, torch.from_numpy(land)]
    mixture = summary(said, members.log_beta)
    std = mixture.variance.sqrt()
    chosen = torch.from_numpy(maps.part == Part.VALIDATION)
    known = mixture.mean[chosen], std[chosen], observed[chosen]
    factor = spread_factor(*known, maps.area[land])

    def laid_out(values: Tensor, factor: np.ndarray, offset: np.ndarray) -> np.ndarray:
        out = np.full((*values.shape[:-1], *land.shape), np.nan, np.float32)
        out[..., land] = values.numpy() * factor + offset
        return out

    none = np.zeros_like(scale)
    return Reconstruction(
        laid_out(mixture.mean, scale, base),
        laid_out(std, scale, none),
        laid_out(mixture.epistemic.sqrt(), scale, none),
        laid_out(quantiles(said, members.log_beta, levels), scale, base),
        laid_out(log_density(said, members.log_beta, observed), none + 1, -np.log(scale)),
        laid_out(crps(said, members.log_beta, observed), scale, none),
        float(factor),
    )
