"""What an ensemble of networks says together: a mixture of as many Gaussians, of equal shares.

Conventions: `members` [S, ...] are the predictions of S networks, `log_beta` [S] the logarithms of
their precisions: network s says N(members_s, exp(-log_beta_s)).
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from vadose import uncertainty

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
    spread = _spread(members, log_beta)
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


def log_density(members: Tensor, log_beta: Tensor, observed: Tensor) -> Tensor:
    """Give the log density of observations [...] under the mixture of predictions [S, ...].

    Its negative mean is the negative log predictive density (NLPD). NaN where nothing is observed.
    """
    spread = _spread(members, log_beta)
    each = -0.5 * ((observed - members) / spread) ** 2 - torch.log(spread)
    return each.logsumexp(0) - math.log(len(members)) - 0.5 * math.log(2 * math.pi)


def crps(members: Tensor, log_beta: Tensor, observed: Tensor) -> Tensor:
    """Give the continuous ranked probability score of observations [...], in the target's unit.

    In closed form (Grimit et al. 2006, equation 6): the mean distance of the mixture's draws from
    the observation less half their mean distance from each other. NaN where nothing is observed.
    """
    spread = _spread(members, log_beta)
    size = len(members)
    total = _distance(observed - members, spread).mean(0)
    for k in range(size):
        joint = torch.hypot(spread[k:], spread[k])
        each = _distance(members[k:] - members[k], joint)
        # A pair of two networks stands in both orders, half the distance of each is taken.
        total = total - (each[1:].sum(0) + 0.5 * each[0]) / size**2
    return total


def spread_factor(
    mean: Tensor, std: Tensor, observed: Tensor, weight: np.ndarray | None = None
) -> float:
    """Give the one factor on the spread under which the observations are likeliest; 1 is honest.

    Observations that are NaN do not count; see uncertainty.spread_factor.
    """
    m, s, o = (tensor.numpy(force=True) for tensor in (mean, std, observed))
    return uncertainty.spread_factor(m, s, o, weight)


def _spread(members: Tensor, log_beta: Tensor) -> Tensor:
    """Standard deviations of the networks' noise, in the shape [S, 1, ...] of their predictions."""
    return torch.exp(-0.5 * log_beta).reshape(-1, *[1] * (members.dim() - 1))


def _distance(mean: Tensor, spread: Tensor) -> Tensor:
    """Mean absolute value of draws from Gaussians."""
    z = mean / spread
    density = torch.exp(-0.5 * z**2) / math.sqrt(2 * math.pi)
    return mean * (2 * torch.special.ndtr(z) - 1) + 2 * spread * density
