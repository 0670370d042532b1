"""From what a basin is like to the parameters of its water balance: one small network each.

Conventions: a member is one network of each parameter, such as that of a fold and a seed; all
members are held in tensors [member, network, ...] and run at once. What describes the basins is
[basin, input], or [member, basin, input] where it differs between members, and scaled by means and
deviations of the training data.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vadose.root_zone.balance import Parameters
from vadose.water_balance.bounds import Bounds

ATTRIBUTES = ("slope", "elevation", "clay", "sand", "snow_cover", "aridity")
PLANTS = ("lai_mean", "forest", "crops", "pasture", "shrubs", "herbs")
# Learnt from the attributes, and from plants and attributes (ranges of Blougouras et al.).
OF_LAND = {
    "tsnow": Bounds(-5, 0, "degC"),
    "train": Bounds(0, 5, "degC"),
    "fmt": Bounds(0.5, 8, "mm/(degC day)"),
    "kf": Bounds(0.05, 0.95, "1/day"),
    "percmax": Bounds(0.1, 20, "mm/day"),
    "ks": Bounds(1e-4, 1e-1, "1/day"),
    "maxbas": Bounds(1, 5, "day"),
}
OF_PLANTS = {
    "k": Bounds(0.1, 10, "1"),
    "beta": Bounds(0.05, 0.95, "1"),
    "efmax": Bounds(0.1, 1, "1"),
    "cap_base": Bounds(0, 1000, "mm"),
    "wp99": Bounds(0.01, 0.99, "1"),
}
LAI_HALF = 3.0  # m2/m2, mean leaf area index of half the leaf factor of the capacity
STEEP = 2.5  # factor of the capacity that slope lowers by up to 1
# ASSUME every land holds at least 1 mm that plants reach; this keeps the filling a number.
LEAST_CAPACITY = 1.0


class Basins(NamedTuple):
    """What the networks know of the basins, and what the capacity needs unscaled."""

    attributes: Tensor  # [.., basin, 6], scaled, in the order of ATTRIBUTES
    plants: Tensor  # [.., basin, 6], scaled, in the order of PLANTS
    lai_mean: Tensor  # [.., basin], m2/m2, of the training years


class Design(NamedTuple):
    """Which form of the model is learnt."""

    capacity: float | None = None  # mm, the same everywhere; None lets it be learnt
    lai_effect: bool = True  # leaves limit evaporation; without, f_phen is 1
    overflow: bool = True  # water above the capacity spills; without, it stays (the original)
    hidden: int = 16
    dropout: float = 0.3


DEFAULT = Design()


class Networks(nn.Module):
    """Small networks that all see the same inputs: linear, ReLU, dropout, linear, sigmoid."""

    low: Tensor
    width: Tensor

    def __init__(
        self, bounds: dict[str, Bounds], inputs: int, design: Design, seeds: Sequence[int]
    ) -> None:
        super().__init__()
        self.names, self.dropout = list(bounds), design.dropout
        draws = [torch.Generator().manual_seed(seed) for seed in seeds]

        def weights(fan_in: int, *shape: int) -> nn.Parameter:
            drawn = [torch.rand(len(bounds), *shape, generator=draw) for draw in draws]
            return nn.Parameter((2 * torch.stack(drawn) - 1) / fan_in**0.5)

        self.weight = weights(inputs, inputs, design.hidden)
        self.bias = weights(inputs, 1, design.hidden)
        self.out_weight = weights(design.hidden, design.hidden, 1)
        self.out_bias = weights(design.hidden, 1, 1)
        ranges = torch.tensor([(b.low, b.high - b.low) for b in bounds.values()])
        self.register_buffer("low", ranges[:, 0, None])
        self.register_buffer("width", ranges[:, 1, None])

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """Give each parameter within its bounds, [member, basin], from x [.., basin, input]."""
        x = x[:, None] if x.dim() == 3 else x
        hidden = F.dropout(torch.relu(x @ self.weight + self.bias), self.dropout, self.training)
        unit = torch.sigmoid(hidden @ self.out_weight + self.out_bias).squeeze(-1)
        values = self.low + self.width * unit
        return dict(zip(self.names, values.unbind(1), strict=True))


class RootZone(nn.Module):
    """The learnt part of the hybrid model: parameters of the water balance from basins' nature.

    `seeds` has one number for each member, from which its first weights are drawn, whatever the
    other members. With six attributes and six numbers of plants a member has 2,028 weights.
    """

    def __init__(self, seeds: Sequence[int], design: Design = DEFAULT) -> None:
        super().__init__()
        self.design = design
        n = len(ATTRIBUTES)
        self.land = Networks(OF_LAND, n, design, seeds)
        self.plants = Networks(OF_PLANTS, n + len(PLANTS), design, seeds)

    def forward(self, basins: Basins) -> Parameters:
        """Give the parameters of all basins, [member, basin]: once for a pass over the days.

        In training the networks drop units out at random, anew at each call: use one call's
        parameters for the spin-up and for the days that follow.
        """
        land, plants = basins.attributes, basins.plants
        shared = torch.broadcast_shapes(land.shape[:-1], plants.shape[:-1])
        both = [x.expand(*shared, x.shape[-1]) for x in (plants, land)]
        of = self.land(land) | self.plants(torch.cat(both, -1))
        base = of.pop("cap_base")
        cap = capacity(base, basins.lai_mean, basins.attributes[..., 0])
        if self.design.capacity is not None:
            cap = torch.full_like(cap, self.design.capacity)
        if not self.design.lai_effect:
            of["beta"] = torch.zeros_like(of["beta"])
        brim = cap if self.design.overflow else torch.full_like(cap, torch.inf)
        return Parameters(**of, cap=cap, brim=brim)


def capacity(base: Tensor, lai_mean: Tensor, slope: Tensor) -> Tensor:
    """Give the capacity of the active root-zone storage in mm: more with leaves, less on slopes.

    base in mm, mean leaf area index in m2/m2, slope scaled to mean 0 and deviation 1.
    """
    leaves = lai_mean / (lai_mean + LAI_HALF)
    return (base * leaves * (STEEP - torch.sigmoid(slope))).clamp(min=LEAST_CAPACITY)
