"""Every network of the project with its paper, size and shapes, for people to look up."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn

from vadose.concepts.model import ConceptLstm, Design
from vadose.nets.flops import flops_per_sample, trainable
from vadose.nets.lstm import KINDS, Sizes
from vadose.nets.resnet import ResNet, Shape
from vadose.nets.unet import Shape as UNetShape
from vadose.nets.unet import UNet

DAYS = 270
SIZES = Sizes(inputs=5, descriptors=27, hidden=256)  # of the regionalization study
GRACE_CHANNELS = 21  # of the gap filling
UNET_PAPERS: dict[Literal["cbam", "rrdb"], str] = {
    "cbam": "Mo et al. 2022b",
    "rrdb": "Mo et al. 2022a",
}
CONCEPT = Design(
    kind="ct",
    hidden=64,
    dropout=0.4,
    forget_bias=3.0,
    stores=("soil_water_1",),
    weights=(0.7, 0.3),
    loss="window",
    window=DAYS,
    warmup=90,
    alpha=0.001,
    rho=0.15,
)
RESNET_PAPER = "He et al. 2016; Xie et al."
LSTM_PAPERS = {
    "plain": "Hochreiter & Schmidhuber 1997",
    "ct": "Kratzert et al. 2019",
    "ea": "Kratzert et al. 2019",
    "sr": "Li et al. 2022",
    "fm": "Li et al. 2022",
}


class Network(NamedTuple):
    """A network at its published size: how to build it, and one sample that enters."""

    name: str
    paper: str
    build: Callable[[], nn.Module]
    sample: tuple[Tensor, ...]
    takes: str
    gives: str

    def row(self) -> tuple[str, ...]:
        """Give name, paper, trainable parameters, shapes and operations a sample as text."""
        model = self.build()
        flops = flops_per_sample(model, self.sample, samples=1)
        count = f"{trainable(model):,}"
        return self.name, self.paper, count, self.takes, self.gives, f"{flops / 1e6:,.1f} M"


def networks() -> Iterator[Network]:
    """Go through all networks."""
    for depth, width in ((16, 128), (32, 128), (32, 64), (64, 128)):
        yield Network(
            f"resnet {depth}/{width}",
            RESNET_PAPER,
            partial(ResNet, Shape(16, depth, (16, 32, width))),
            (torch.zeros(1, 16, 10, 10),),
            "16 maps x 10 x 10",
            "capacity",
        )
    for kind, paper in UNET_PAPERS.items():
        yield Network(
            f"unet {kind}",
            paper,
            partial(UNet, UNetShape(GRACE_CHANNELS, kind)),
            (torch.zeros(1, GRACE_CHANNELS, 144, 360),),
            f"{GRACE_CHANNELS} maps x 144 x 360",
            "144 x 360",
        )
    concept = Sizes(inputs=5, descriptors=27, hidden=64)
    yield Network(
        "concept lstm",
        "Lees et al. 2022",
        partial(ConceptLstm, concept, CONCEPT),
        (torch.zeros(DAYS, 1, concept.inputs), torch.zeros(1, concept.descriptors)),
        f"{DAYS} x {concept.inputs}; {concept.descriptors}",
        f"{DAYS} x 2, {concept.hidden} cells",
    )
    for name, make in KINDS.items():
        yield Network(
            f"lstm {name}",
            LSTM_PAPERS[name],
            partial(make, SIZES),
            (torch.zeros(DAYS, 1, SIZES.inputs), torch.zeros(1, SIZES.descriptors)),
            f"{DAYS} x {SIZES.inputs}" + (f"; {SIZES.descriptors}" if name != "plain" else ""),
            f"{DAYS} x {SIZES.hidden}",
        )
