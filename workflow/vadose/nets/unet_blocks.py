"""What the U-shaped networks of vadose.nets.unet are made of.

Conventions: maps are [sample, channel, row, column], a row being one latitude; `width` counts the
channels of a block, the same before and after. Where `wraps` is true the columns go around the
Earth, and every kernel sees over the date line; beyond the first and last row stand zeros.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

CBAM_RATIO = 32  # channels of a map to those inside its channel attention
UNIT_RATIO = 24  # the same in the attention unit of the dense blocks


class Common(NamedTuple):
    """What all blocks of one network share."""

    width: int
    act: nn.Module  # one for all: a PReLU has one slope for the whole network
    wraps: bool


class Conv(nn.Conv2d):
    """Convolution of 3 x 3 cells; a stride of 2 halves rows and columns."""

    def __init__(
        self, channels: int, width: int, wraps: bool, *, stride: int = 1, bias: bool = True
    ) -> None:
        super().__init__(channels, width, 3, stride, (1, 0 if wraps else 1), bias=bias)
        self.wraps = wraps

    def forward(self, x: Tensor) -> Tensor:
        """Map [sample, channel, row, column] to the width and stride of the convolution."""
        return super().forward(around(x) if self.wraps else x)


class Down(nn.Sequential):
    """Half the rows and columns."""

    def __init__(self, common: Common) -> None:
        width, act, wraps = common
        super().__init__(Conv(width, width, wraps, stride=2), nn.BatchNorm2d(width), act)


class Up(nn.Module):
    """Twice the rows and columns, from two maps of the same size."""

    def __init__(self, common: Common) -> None:
        super().__init__()
        width, self.act, self.wraps = common
        cut = 3 if self.wraps else 1  # around() has added what becomes two columns at either end
        self.conv = nn.ConvTranspose2d(2 * width, width, 4, stride=2, padding=(1, cut))
        self.norm = nn.BatchNorm2d(width)

    def forward(self, x: Tensor, skipped: Tensor) -> Tensor:
        """Map two [sample, width, row, column] to one [sample, width, 2 row, 2 column]."""
        both = torch.cat([x, skipped], 1)
        return self.act(self.norm(self.conv(around(both) if self.wraps else both)))


class ChannelGate(nn.Module):
    """Two layers without bias that tell from one number a channel how much each is worth."""

    def __init__(self, common: Common, ratio: int) -> None:
        super().__init__()
        inner = max(1, common.width // ratio)
        self.act = common.act
        self.narrow = nn.Conv2d(common.width, inner, 1, bias=False)
        self.widen = nn.Conv2d(inner, common.width, 1, bias=False)

    def forward(self, pooled: Tensor) -> Tensor:
        """Map [sample, width, 1, 1] to scores of the same shape, before their sigmoid."""
        return self.widen(self.act(self.narrow(pooled)))


class SpatialGate(nn.Module):
    """A convolution that tells from mean and maximum over channels how much each cell is worth."""

    def __init__(self, wraps: bool, bias: bool) -> None:
        super().__init__()
        self.conv = Conv(2, 1, wraps, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        """Map [sample, width, row, column] to shares [sample, 1, row, column]."""
        summary = torch.cat([x.mean(1, keepdim=True), x.amax(1, keepdim=True)], 1)
        return torch.sigmoid(self.conv(summary))


class CbamBlock(nn.Module):
    """A residual convolution that weighs first channels, then cells (Woo et al. 2018, ECCV)."""

    def __init__(self, common: Common) -> None:
        super().__init__()
        width, self.act, wraps = common
        self.conv, self.norm = Conv(width, width, wraps), nn.BatchNorm2d(width)
        self.channels = ChannelGate(common, CBAM_RATIO)
        self.cells = SpatialGate(wraps, bias=True)

    def forward(self, x: Tensor) -> Tensor:
        """Map [sample, width, row, column] to the same shape."""
        inner = self.norm(self.conv(x))
        mean, most = inner.mean((2, 3), keepdim=True), inner.amax((2, 3), keepdim=True)
        inner = inner * torch.sigmoid(self.channels(mean) + self.channels(most))
        return x + self.act(inner * self.cells(inner))


class AttentionUnit(nn.Module):
    """Add to a map what it is with its cells weighed and, beside it, with its channels weighed."""

    def __init__(self, common: Common) -> None:
        super().__init__()
        self.cells = SpatialGate(common.wraps, bias=False)
        self.channels = ChannelGate(common, UNIT_RATIO)
        self.merge = nn.Conv2d(2 * common.width, common.width, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Map [sample, width, row, column] to the same shape."""
        channels = torch.sigmoid(self.channels(x.mean((2, 3), keepdim=True)))
        return x + self.merge(torch.cat([x * self.cells(x), x * channels], 1))


class DenseBlock(nn.Module):
    """Four convolutions, each of which sees what entered and all that those before it gave."""

    def __init__(self, common: Common) -> None:
        super().__init__()
        width, act, wraps = common
        self.layers = nn.ModuleList(
            nn.Sequential(Conv(k * width, width, wraps), nn.BatchNorm2d(width), act)
            for k in range(1, 5)
        )
        self.of_last, self.of_input = AttentionUnit(common), AttentionUnit(common)

    def forward(self, x: Tensor) -> Tensor:
        """Map [sample, width, row, column] to the same shape."""
        seen = [x]
        for layer in self.layers:
            seen.append(layer(torch.cat(seen, 1)))
        return self.of_last(seen[-1]) + self.of_input(x)


class RrdbBlock(nn.Module):
    """Residual in residual dense block: three dense blocks and a way around (Wang et al. 2018)."""

    def __init__(self, common: Common) -> None:
        super().__init__()
        self.dense = nn.Sequential(*(DenseBlock(common) for _ in range(3)))
        self.of_last, self.of_input = AttentionUnit(common), AttentionUnit(common)

    def forward(self, x: Tensor) -> Tensor:
        """Map [sample, width, row, column] to the same shape."""
        return self.of_last(self.dense(x)) + self.of_input(x)


def around(x: Tensor, west: int = 1, east: int = 1) -> Tensor:
    """Go on over the date line: so many columns more at either end, taken from the other."""
    columns = x.shape[-1]
    return torch.cat([x[..., columns - west :], x, x[..., :east]], -1)
