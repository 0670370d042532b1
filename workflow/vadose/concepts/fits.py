"""Trained networks of windows of days: what is kept of one, and how a file holds it."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar

import torch
from torch import Tensor

from vadose.concepts.record import Scale, Scales
from vadose.nets.lstm import Sizes
from vadose.queues import Form
from vadose.training import Epoch

Design = TypeVar("Design", bound=NamedTuple)


class Fit(NamedTuple, Generic[Design]):
    """A trained network with the scales of its data and how it learnt."""

    design: Design
    sizes: Sizes
    scales: Scales
    weights: Mapping[str, Tensor]
    history: list[Epoch]
    basins: list[str]  # that it learnt from
    inputs: list[str]
    attributes: list[str]  # of its data, whether it was told of them or not


def form_of(design: Callable[..., Design]) -> Form:
    """Give how fits of a design are laid out in files, and read."""
    return Form(_to_file, partial(_from_file, design))


def _to_file(fit: Fit[Any]) -> dict[str, Any]:
    """Lay out a fit as tensors, numbers and text, which torch reads without running code."""
    scales = {
        name: [torch.from_numpy(x) for x in scale] for name, scale in fit.scales._asdict().items()
    }
    return fit._asdict() | {
        "design": fit.design._asdict(),
        "sizes": tuple(fit.sizes),
        "scales": scales,
        "weights": dict(fit.weights),
        "history": [tuple(row) for row in fit.history],
    }


def _from_file(design: Callable[..., Design], content: Mapping[str, Any]) -> Fit[Design]:
    """Read a fit as `_to_file` laid it out."""
    scales: Mapping[str, Sequence[Tensor]] = content["scales"]
    return Fit(
        design(**content["design"]),
        Sizes(*content["sizes"]),
        Scales(**{name: Scale(*(x.numpy() for x in pair)) for name, pair in scales.items()}),
        content["weights"],
        [Epoch(*row) for row in content["history"]],
        *(content[name] for name in ("basins", "inputs", "attributes")),
    )
