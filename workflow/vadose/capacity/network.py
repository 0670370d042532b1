"""Storage capacity learnt from patches of predictors, and predicted for any cell.

Conventions: maps of predictors [channel, lat, lon] in their own units, NaN where missing; cells by
row and column; capacities in mm outside and as shares of the models' upper bound inside.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from vadose.capacity.patches import Patches, Scaling, scaled, scaling
from vadose.capacity.predictor_table import CAPACITY
from vadose.capacity.samples import Labels, Predictors
from vadose.errors import InputError
from vadose.nets.resnet import ResNet, Shape
from vadose.training import Checkpoint, Device, Epoch, Plan, Task, mean_loss, shuffled, train

CELLS_AT_ONCE = 512
LEAST_VARIANCE = 1e-6  # of a share, so that no label weighs without limit


class Design(NamedTuple):
    """The network and what it sees."""

    patch: int
    depth: int
    widths: tuple[int, int, int]
    loss: Literal["mse", "gaussian_nll"]
    batch: int
    mirror: bool  # whether patches are mirrored at random while the network learns


class Fitted(NamedTuple):
    """A trained network with the scaling of its inputs and how it learnt."""

    design: Design
    scaling: Scaling
    weights: Mapping[str, Tensor]
    history: list[Epoch]


class _Learner(nn.Module):
    """The network and, where labels are uncertain, the variance that is its own."""

    def __init__(self, design: Design, channels: int) -> None:
        super().__init__()
        self.net = ResNet(Shape(channels, design.depth, design.widths))
        if design.loss == "gaussian_nll":
            self.log_variance = nn.Parameter(torch.tensor(-4.0))
        self.loss = design.loss

    def forward(self, patches: Tensor, y: Tensor, variance: Tensor) -> Tensor:
        """Give the mean loss of a batch; y and variance are shares of the upper bound."""
        misfit = (self.net(patches) - y) ** 2
        if self.loss == "mse":
            return misfit.mean()
        # Not torch's own: it looks at the variances in every step, which waits for the card.
        whole = variance + self.log_variance.exp() + LEAST_VARIANCE
        return 0.5 * (misfit / whole + whole.log()).mean()


def learn(
    predictors: Predictors,
    labels: Labels,
    training: np.ndarray,
    validation: np.ndarray,
    design: Design,
    plan: Plan,
    *,
    seed: int,
    device: Device = "cpu",
    checkpoint: Checkpoint | None = None,
    progress: Callable[[int], object] = int,
) -> Fitted:
    """Train a network on the labels of a mask; the best weights on the validation mask are kept.

    Raises InputError for labels outside the models' bounds and for predictors that teach nothing.
    """
    _check(labels)
    here = labels.rows[training], labels.columns[training]
    by = scaling(predictors.maps, predictors.names, here)
    patches = Patches(scaled(predictors.maps, by), design.patch, predictors.wraps, device)
    learner = _learner(design, len(predictors.maps) + 1, device)

    train_data = _on_device(labels.select(training), device)
    validation_data = _on_device(labels.select(validation), device)

    def loss_of(data: tuple[Tensor, ...], batch: Tensor | slice, mirror: bool = False) -> Tensor:
        rows, columns, y, variance = (x[batch] for x in data)
        seen = patches.at(rows, columns)
        return learner(mirrored(seen) if mirror else seen, y, variance)

    def validate() -> float:
        n = len(validation_data[0])
        return mean_loss(lambda part: loss_of(validation_data, part), n, CELLS_AT_ONCE)

    n = len(train_data[0])
    task = Task(
        shuffled(n, design.batch, seed, device),
        lambda batch: loss_of(train_data, batch, design.mirror),
        validate,
    )
    history = train(learner, task, plan, checkpoint=checkpoint, progress=progress)
    weights = {name: values.cpu() for name, values in learner.net.state_dict().items()}
    return Fitted(design, by, weights, history)


def _on_device(labels: Labels, device: Device) -> tuple[Tensor, ...]:
    """Give rows, columns, capacity as a share of the largest, and its variance, [cell]."""
    y = torch.tensor(labels.capacity / CAPACITY[1], dtype=torch.float32)
    variance = torch.tensor(_variance(labels.spread), dtype=torch.float32)
    places = torch.from_numpy(labels.rows), torch.from_numpy(labels.columns)
    return tuple(x.to(device) for x in (*places, y, variance))


def mirrored(patches: Tensor) -> Tensor:
    """Turn a batch of patches over, north to south and east to west, each with even chances.

    # ASSUME what surrounds a cell tells the same from either side.
    """
    over = [axis for axis in (2, 3) if torch.rand(()) < 0.5]
    return patches.flip(over) if over else patches


def predict(
    predictors: Predictors,
    fitted: Fitted,
    rows: np.ndarray,
    columns: np.ndarray,
    *,
    device: Device = "cpu",
    progress: Callable[[int], object] = int,
) -> np.ndarray:
    """Predict the storage capacity in mm, [cell]."""
    design = fitted.design
    patches = Patches(
        scaled(predictors.maps, fitted.scaling), design.patch, predictors.wraps, device
    )
    net = _learner(design, len(predictors.maps) + 1, device).net
    net.load_state_dict(dict(fitted.weights))
    net.eval()
    places = [torch.from_numpy(x).to(device).split(CELLS_AT_ONCE) for x in (rows, columns)]
    out = []
    with torch.inference_mode():
        for down, across in zip(*places, strict=True):
            out.append(net(patches.at(down, across)))
            progress(len(down))
    return CAPACITY[1] * torch.cat(out).cpu().double().numpy()


def _learner(design: Design, channels: int, device: Device) -> _Learner:
    learner = _Learner(design, channels).to(device)
    return learner.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def _check(labels: Labels) -> None:
    low, high = CAPACITY
    wrong = ~((labels.capacity >= low) & (labels.capacity <= high))
    if wrong.any():
        k = int(np.flatnonzero(wrong)[0])
        raise InputError(
            f"{wrong.sum()} of {len(wrong)} labels are missing or outside {low:g} to {high:g} mm, "
            f"such as {labels.capacity[k]:g} mm in row {labels.rows[k]}, column "
            f"{labels.columns[k]}: make the labels anew"
        )


def _variance(spread: np.ndarray) -> np.ndarray:
    """Variance of labels as shares of the upper bound.

    # ASSUME a label that one model alone gave is as uncertain as the median label.
    """
    usual = np.nanmedian(spread) if np.isfinite(spread).any() else 0.0
    return (np.where(np.isfinite(spread), spread, usual) / CAPACITY[1]) ** 2


def to_file(fitted: Fitted) -> dict[str, Any]:
    """Lay out a fit as tensors, numbers and text, which torch reads without running code."""
    return {
        "design": fitted.design._asdict(),
        "mean": torch.from_numpy(fitted.scaling.mean),
        "std": torch.from_numpy(fitted.scaling.std),
        "weights": dict(fitted.weights),
        "history": [tuple(row) for row in fitted.history],
    }


def from_file(content: Mapping[str, Any]) -> Fitted:
    """Read a fit as `to_file` laid it out."""
    design = Design(**content["design"])
    by = Scaling(content["mean"].numpy(), content["std"].numpy())
    history = [Epoch(*row) for row in content["history"]]
    return Fitted(design, by, content["weights"], history)
