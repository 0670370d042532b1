"""What an ensemble of networks says together: a mixture of as many Gaussians, of equal shares.

Conventions: `members` [S, ...] are the predictions of S networks, `log_beta` [S] the logarithms of
their precisions: network s says N(members_s, exp(-log_beta_s)).
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

HALVINGS = 40  # of the bracket of a quantile; single precision is used up before


class Prediction(NamedTuple):
    """Mean of a mixture and the two parts of its variance, in the target's unit and its square."""

    mean: Tensor
    epistemic: Tensor  # by which the networks differ: more data would make it less
    aleatoric: Tensor  # noise of the target about each network

    @property
    def variance(self) -> Tensor:
        """Give the variance of the mixture."""
        return self.epistemic + self.aleatoric


def summary(members: Tensor, log_beta: Tensor) -> Prediction:
    """Give mean and variances of predictions [S, ...], each as [...]."""
    mean = members.mean(0)
    noise = torch.exp(-log_beta).mean()
    return Prediction(mean, members.var(0, correction=0), noise.expand_as(mean))


def quantiles(members: Tensor, log_beta: Tensor, levels: Sequence[float]) -> Tensor:
    """Give the quantiles of predictions [S, ...] at levels within 0..1, as [level, ...].

    Those of the mixture itself, which need be neither symmetric nor have one hump, by bisection
    between the least and the greatest of its members' quantiles.
    """
    spread = torch.exp(-0.5 * log_beta).reshape(-1, *[1] * (members.dim() - 1))
    found = []
    for level in levels:
        each = members + spread * torch.special.ndtri(torch.full_like(spread, level))
        low, high = each.amin(0), each.amax(0)
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            below = torch.special.ndtr((middle - members) / spread).mean(0) < level
            low, high = torch.where(below, middle, low), torch.where(below, high, middle)
        found.append(0.5 * (low + high))
    return torch.stack(found)
