"""An LSTM whose cell state is read as water stores while it learns streamflow.

Conventions as in vadose.nets.lstm: time is first, [time, unit, column]; targets stand in the order
streamflow, then the stores.
"""

from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vadose.nets.dropout import Dropout
from vadose.nets.lstm import KINDS, Sizes

PROBE_SPREAD = 0.05  # of a probe's first weights
SMALL = 2048  # units times cells up to which the fused kernel is faster on a processor too
LEAST_SPREAD = 0.5  # of a window, in scaled units squared: a constant window has a finite loss


class Design(NamedTuple):
    """The network and how it is told what its cell state means."""

    kind: str  # of nets.lstm.KINDS
    hidden: int
    dropout: float
    forget_bias: float
    stores: tuple[str, ...]  # none makes the plain LSTM
    weights: tuple[float, ...]  # of streamflow and of each store in the loss
    loss: Literal["pooled", "window"]
    window: int  # days
    warmup: int  # days
    alpha: float  # strength of the elastic net on the probes
    rho: float  # its share of absolute values


class Outputs(NamedTuple):
    """What is read of the network, scaled."""

    targets: Tensor  # [time, unit, target]
    cells: Tensor  # [time, unit, cell]


class ConceptLstm(nn.Module):
    """An LSTM with a head for streamflow on h_t and a linear probe on c_t for each store."""

    def __init__(self, sizes: Sizes, design: Design) -> None:
        super().__init__()
        self.lstm = KINDS[design.kind](sizes, design.forget_bias)
        self.dropout = Dropout(design.dropout)
        self.flow = nn.Linear(sizes.hidden, 1)
        self.probe = nn.Parameter(PROBE_SPREAD * torch.randn(len(design.stores), sizes.hidden))
        self.level = nn.Parameter(torch.zeros(len(design.stores)))

    def forward(self, forcing: Tensor, attributes: Tensor) -> Outputs:
        """Run over forcing [time, unit, input] and attributes [unit, attribute]."""
        small = forcing.shape[1] * self.lstm.recurrent.shape[1] <= SMALL
        output, cells = self.lstm(forcing, attributes, cells=True, fused=small or None)
        flow = self.flow(self.dropout(output))
        stores = F.linear(cells, self.probe, self.level)
        return Outputs(torch.cat([flow, stores], -1).float(), cells)


def window_loss(predicted: Tensor, observed: Tensor, weights: Tensor) -> Tensor:
    """Give the weighted sum over targets of SSE / (SST + 0.5), each a mean over windows.

    predicted, observed [time, unit, target] are scaled, observed is NaN where missing; SST is
    about the window's own mean. A window without an observation of a target does not count for it.
    """
    seen = torch.isfinite(observed)
    known = torch.where(seen, observed, 0.0)
    count = seen.sum(0)
    mean = known.sum(0) / count.clamp(min=1)
    spread = torch.where(seen, (known - mean) ** 2, 0.0).sum(0)
    error = torch.where(seen, (predicted - known) ** 2, 0.0).sum(0)
    there = count > 0
    ratio = torch.where(there, error / (spread + LEAST_SPREAD), 0.0)
    return (weights * ratio.sum(0) / there.sum(0).clamp(min=1)).sum()


def pooled_loss(predicted: Tensor, observed: Tensor, weights: Tensor) -> Tensor:
    """Give the weighted sum over targets of the mean squared error of all days of all windows.

    As `window_loss`; a day counts the same in every window.
    """
    seen = torch.isfinite(observed)
    known = torch.where(seen, observed, 0.0)
    error = torch.where(seen, (predicted - known) ** 2, 0.0)
    return (weights * error.sum((0, 1)) / seen.sum((0, 1)).clamp(min=1)).sum()


LOSSES = {"pooled": pooled_loss, "window": window_loss}


def elastic_net(weights: Tensor, alpha: float, rho: float) -> Tensor:
    """Penalise the weights of probes, so that few cells carry a store (Zou and Hastie 2005)."""
    return alpha * (rho * weights.abs().sum() + 0.5 * (1 - rho) * (weights**2).sum())
