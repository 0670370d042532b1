"""How a day's runoff reaches the gauge over this and the next days.

Each basin has a causal triangular weighting of its own length maxbas, in days, after the HBV model
(Bergstroem 1992; Seibert and Vis 2012). The length need not be whole and has a derivative.
"""

import torch
from torch import Tensor

LONGEST = 5  # days


def triangular_weights(maxbas: Tensor) -> Tensor:
    """Give the shares of a day's runoff that pass the gauge that day and on each of the next four.

    `maxbas` [...] in days, 1 to 5; the weights [5, ...] add up to 1. They are the areas, day by
    day, of an isosceles triangle of base maxbas (Seibert and Vis 2012, routing routine).
    """
    shape = (LONGEST + 1,) + (1,) * maxbas.dim()
    days = torch.arange(LONGEST + 1, dtype=maxbas.dtype, device=maxbas.device).view(shape)
    passed = (days / maxbas).clamp(max=1)
    rising, falling = 2 * passed**2, 1 - 2 * (1 - passed) ** 2
    return torch.where(passed < 0.5, rising, falling).diff(dim=0)


def route(runoff: Tensor, weights: Tensor) -> Tensor:
    """Give the flow at the gauge from runoff [time, ...] and weights [5, ...]; none came before.

    The plain form of what the compiled water balance does within its pass over days.
    """
    flow = weights[0] * runoff
    for lag in range(1, LONGEST):
        late = weights[lag] * runoff[:-lag]
        flow = flow + torch.cat([torch.zeros_like(runoff[:lag]), late])
    return flow
