"""An LSTM that is told of its basin by a static vector and gives the streamflow of each day.

Conventions as in vadose.nets.lstm: time is first, [time, unit, column].
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from vadose.nets.dropout import Dropout
from vadose.nets.lstm import KINDS, Sizes

SMALL = 2048  # units times cells up to which the fused kernel is faster on a processor too
LEAST_SPREAD = 0.1  # mm/day; keeps the loss of basins finite whose flow hardly varies


class Design(NamedTuple):
    """The network and the windows that it reads."""

    kind: str  # of nets.lstm.KINDS
    hidden: int
    dropout: float
    forget_bias: float
    window: int  # days
    counted_days: int  # days at the end of a window that are predicted; 1 as the original

    @property
    def warmup(self) -> int:
        """Days at the beginning of a window that only fill the stores."""
        return self.window - self.counted_days


class FlowLstm(nn.Module):
    """An LSTM of a kind with one linear layer that reads streamflow."""

    def __init__(self, sizes: Sizes, design: Design) -> None:
        super().__init__()
        self.lstm = KINDS[design.kind](sizes, design.forget_bias)
        self.dropout = Dropout(design.dropout)
        self.head = nn.Linear(sizes.hidden, 1)

    def forward(self, forcing: Tensor, static: Tensor, warmup: int = 0) -> Tensor:
        """Give scaled flow [day after the warm-up, unit] of forcing [time, unit, input].

        static [unit, column] is what is told of each unit's basin.
        """
        small = forcing.shape[1] * self.lstm.recurrent.shape[1] <= SMALL
        states = self.lstm(forcing, static, fused=small or None).output[warmup:]
        flow: Tensor = self.head(self.dropout(states))[..., 0].float()
        return flow


def nse_loss(predicted: Tensor, observed: Tensor, spread: Tensor) -> Tensor:
    """Give the mean of (predicted - observed)^2 / (spread + 0.1)^2 over the days that are known.

    predicted, observed [time, unit] in mm/day, observed is NaN where missing; spread [unit] is the
    standard deviation of the training flow of each unit's basin (Kratzert et al. 2019, equation
    10), so that basins of much flow do not outweigh others.
    """
    seen = torch.isfinite(observed)
    error = torch.where(seen, predicted - torch.where(seen, observed, 0.0), 0.0)
    return ((error / (spread + LEAST_SPREAD)) ** 2).sum() / seen.sum().clamp(min=1)
