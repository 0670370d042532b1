"""From a point of the search to a model's parameters, and from a simulation to its loss.

A search reads `series` [5, cell, month]: p, pet (mm/month), t (degC), observed runoff less its
mean (mm/month, the target) and the weight of the month, 1 or 0; and `moments` [3, cell]: mean and
standard deviation of the observed runoff (mm/month) and number of the months that count. Over
these months it sums up simulated runoff less the observed mean, its square, and its product with
the target.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from vadose.compiling import Compiler, plain
from vadose.water_balance.model import Model

P, PET, T, TARGET, WEIGHT = range(5)
FORCINGS, MOMENTS = 5, 3
KGE, KGE_PRIME, NSE = range(3)
OBJECTIVES = {"kge": KGE, "kge_prime": KGE_PRIME, "nse": NSE}
# Columns of a scale, one row a parameter.
LOW, HIGH, WIDTH, LOGARITHMIC = range(4)


class Found(NamedTuple):
    """What the searches of all restarts in some cells give."""

    best: np.ndarray  # [cell, restart, parameter]
    loss: np.ndarray  # [cell, restart]
    evaluations: np.ndarray  # [cell, restart]


def scale_of(
    model: Model, cells: int, real: type, capacity: np.ndarray | None = None
) -> np.ndarray:
    """Give what turns the unit cube into parameters [cell, parameter, 4], see LOW .. LOGARITHMIC.

    `capacity` [cell], in mm, fixes the storage capacity of each cell, so that the search finds the
    other parameters.
    """
    rows = [
        (b.low, b.high, math.log(b.high / b.low) if b.log else b.high - b.low, b.log)
        for b in model.parameters.values()
    ]
    scale: np.ndarray = np.tile(np.array(rows, real), (cells, 1, 1))
    if capacity is not None:
        fixed = scale[:, model.capacity_index]
        fixed[:, LOW] = fixed[:, HIGH] = capacity
        fixed[:, WIDTH] = fixed[:, LOGARITHMIC] = 0
    return scale


def make_value(real: type, compile_: Compiler = plain) -> Callable[..., Any]:
    """Give the function that turns coordinate k of the unit cube into a parameter's value."""
    zero = real(0)

    @compile_
    def value_of(scale, k, unit):
        if scale[k, LOGARITHMIC] > zero:
            return min(scale[k, LOW] * math.exp(unit * scale[k, WIDTH]), scale[k, HIGH])
        return scale[k, LOW] + unit * scale[k, WIDTH]

    return value_of


def make_loss(objective: str, real: type, compile_: Compiler = plain) -> Callable[..., Any]:
    """Give the function that turns sums over n months into the value to minimise, 1 - score.

    `mean` and `spread` (mm/month) are those of the observed months.
    """
    choice, zero, one, two = OBJECTIVES[objective], real(0), real(1), real(2)
    tiny, worst = real(1e-12), real(1e30)

    @compile_
    def loss_of(mean, spread, n, total, total_square, total_product):
        above, square, covariance = total / n, total_square / n, total_product / n
        if choice == NSE:
            loss = (square - two * covariance) / (spread * spread) + one
        else:
            simulated = math.sqrt(max(square - above * above, zero))
            alpha, beta = simulated / spread, (mean + above) / mean
            if choice == KGE_PRIME:
                alpha = alpha / max(beta, tiny)
            less_r = covariance / (max(simulated, tiny) * spread) - one
            less_alpha, less_beta = alpha - one, beta - one
            loss = math.sqrt(less_r * less_r + less_alpha * less_alpha + less_beta * less_beta)
        return loss if loss < worst else worst  # also where the loss is not a number

    return loss_of
