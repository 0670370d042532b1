"""From maps of predictors to one map, by a U-shaped network with attention, on any grid.

Conventions: maps are [sample, channel, row, column]; the output is [sample, row, column], in the
unit of the target. Three times rows and columns are halved, and three times doubled again.

Two kinds of block, as in the Bayesian networks for the gap of GRACE: `cbam` (Woo et al. 2018) of
Mo et al. (2022, Journal of Hydrology) and `rrdb` (Wang et al. 2018) of Mo et al. (2022, Water
Resources Research), both residual after He et al. (2016). Weights begin as torch begins them, which
is what the authors do: uniform within 1 / sqrt(numbers that enter), slopes of PReLU at 0.25, means
and scales of normalisation at 0 and 1. Their kernels see zeros beyond all four edges of the map.
Ours see over the date line where the map goes around the Earth, so that no coast of the Pacific
depends on where the map is cut.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

from torch import Tensor, nn
from torch.nn import functional as F

from vadose.nets.unet_blocks import (
    AttentionUnit,
    CbamBlock,
    Common,
    Conv,
    Down,
    RrdbBlock,
    Up,
    around,
)

HALVED = 8  # rows and columns that become one at the bottom of the network
ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "prelu": nn.PReLU,
    "relu": nn.ReLU,
    "silu": nn.SiLU,
    "mish": nn.Mish,
}


class Shape(NamedTuple):
    """Size of the network: maps that enter, kind of block, channels inside, and the rest."""

    channels: int
    kind: Literal["cbam", "rrdb"] = "cbam"
    width: int = 48
    activation: str = "prelu"
    wraps: bool = True  # the columns go around the Earth


class UNet(nn.Module):
    """Network that narrows a map in three steps, and sees each scale again as it widens it."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        block, skip = (CbamBlock, _as_it_is) if shape.kind == "cbam" else (RrdbBlock, AttentionUnit)
        self.wraps = shape.wraps
        common = Common(shape.width, ACTIVATIONS[shape.activation](), shape.wraps)
        self.stem = Conv(shape.channels, shape.width, shape.wraps, stride=2)
        self.encoders = nn.ModuleList(block(common) for _ in range(3))
        self.downs = nn.ModuleList(Down(common) for _ in range(2))
        self.skips = nn.ModuleList(skip(common) for _ in range(5))
        self.ups = nn.ModuleList(Up(common) for _ in range(3))
        self.decoders = nn.ModuleList(block(common) for _ in range(2))
        self.head = nn.Conv2d(shape.width, 1, 1)

    def forward(self, maps: Tensor) -> Tensor:
        """Map predictors [sample, channel, row, column] to the target, [sample, row, column]."""
        x1 = self.stem(fitted(maps, self.wraps))
        x2 = self.encoders[0](x1)
        x3 = self.downs[0](x2)
        x4 = self.encoders[1](x3)
        x5 = self.downs[1](x4)
        x6 = self.encoders[2](x5)
        s1, s2, s3, s4, s5 = (s(x) for s, x in zip(self.skips, (x1, x2, x3, x4, x5), strict=True))
        d2 = self.decoders[0](self.ups[0](x6, s5) + s4)
        d1 = self.decoders[1](self.ups[1](d2, s3) + s2)
        out = self.head(self.ups[2](d1, s1)).squeeze(1)
        rows, columns = maps.shape[-2:]
        top, left = (-rows % HALVED) // 2, (-columns % HALVED) // 2
        return out[..., top : top + rows, left : left + columns]


def fitted(maps: Tensor, wraps: bool) -> Tensor:
    """Make rows and columns multiples of 8: zeros around the map, or what lies around the Earth.

    Zero is the mean of scaled predictors. A map whose sides are multiples of 8 stays as it is.
    Where columns around the Earth are not, the network sees each twice near the date line.
    """
    down, across = (-size % HALVED for size in maps.shape[-2:])
    west, east = across // 2, across - across // 2
    if wraps and across:
        maps, west, east = around(maps, west, east), 0, 0
    return F.pad(maps, (west, east, down // 2, down - down // 2)) if down or across else maps


def _as_it_is(_common: Common) -> nn.Module:
    return nn.Identity()
