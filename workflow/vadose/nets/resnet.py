"""A deep residual network from patches of predictors to the storage capacity of their centre.

Conventions: patches are [sample, channel, row, column]; the output is one number in 0..1 a sample.
Source: He et al. (2016), pre-activation residual networks; Xie et al. for storage capacity.
"""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

WIDTHS = (16, 32, 128)  # channels of the three stages; 64 in the last is the textbook network


class Shape(NamedTuple):
    """Size of the network: channels that enter, layers by name, channels of the three stages.

    As in the original a stage has (depth - 2) // 6 blocks of two layers: 32 is exact, 16 and 64
    have two layers less than their names say.
    """

    channels: int
    depth: int = 32
    widths: tuple[int, int, int] = WIDTHS


class Block(nn.Module):
    """Two convolutions, each after normalisation and ReLU, added to what came in."""

    def __init__(self, channels: int, width: int, stride: int) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.BatchNorm2d(channels), nn.BatchNorm2d(width)
        self.conv1 = nn.Conv2d(channels, width, 3, stride, padding=1)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)
        self.shortcut = nn.Conv2d(channels, width, 1, stride) if stride > 1 else None

    def forward(self, x: Tensor) -> Tensor:
        """Map [sample, channel, row, column] to the block's width and stride."""
        active = F.relu(self.norm1(x))
        kept = x if self.shortcut is None else self.shortcut(active)
        inner = self.conv1(active)
        return kept + self.conv2(F.relu(self.norm2(inner)))


class ResNet(nn.Module):
    """Pre-activation residual network with one output in 0..1 a sample."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        first, _, last = shape.widths
        self.stem = nn.Conv2d(shape.channels, first, 3, padding=1)
        self.blocks = nn.Sequential(*_blocks(shape))
        self.norm = nn.BatchNorm2d(last)
        self.head = nn.Linear(last, 1)
        for layer in self.modules():
            if isinstance(layer, nn.Conv2d | nn.Linear):
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
                nn.init.zeros_(layer.bias)  # type: ignore[arg-type]

    def forward(self, patches: Tensor) -> Tensor:
        """Map patches [sample, channel, row, column] to numbers in 0..1, [sample]."""
        x = F.relu(self.norm(self.blocks(self.stem(patches))))
        # In single precision: half has steps of 4 mm where capacity is large.
        return torch.sigmoid(self.head(x.mean((2, 3))).float()).squeeze(1)


def _blocks(shape: Shape) -> Iterator[Block]:
    """Three stages of equally many blocks; the second and third halve rows and columns."""
    before = shape.widths[0]
    for stage, width in enumerate(shape.widths):
        for k in range((shape.depth - 2) // 6):
            yield Block(before, width, stride=2 if stage and not k else 1)
            before = width
