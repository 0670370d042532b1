"""Dropout whose masks cost a processor a fraction of what torch's own do."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

LEVELS = 1 << 16  # of the random numbers that decide on a value


class Dropout(nn.Module):
    """Set a share of the values to zero while training, and divide the others by what is kept.

    On a processor torch draws each value's fate on its own; one of its 64-bit random numbers is
    enough for four, so that the share is a multiple of 2^-16. Elsewhere this is torch's dropout.
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        """Drop values out of x of any shape."""
        if not self.training or self.rate == 0:
            return x
        if x.device.type != "cpu":
            return F.dropout(x, self.rate)
        dropped = round(self.rate * LEVELS)
        wide = torch.empty(-(-x.numel() // 4), dtype=torch.int64).random_(-(1 << 63), None)
        draws = wide.view(torch.int16)[: x.numel()].view(x.shape)
        kept = draws >= dropped - LEVELS // 2
        return x * kept.to(x.dtype).mul_(LEVELS / (LEVELS - dropped))
