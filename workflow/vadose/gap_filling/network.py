"""Train the networks of the GRACE gap and let them reconstruct storage.

Conventions: maps of months are [time, channel, row, column] inside, scaled by the training months;
storage is without its base and measured in its scale (mm, [row, column]), one number for all cells
or one for each. An ensemble holds S networks; what they predict is [S, time, row, column].
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vadose.errors import InputError
from vadose.gap_filling.maps import Maps, Part
from vadose.gap_filling.reconstruction import Members
from vadose.grid import Grid
from vadose.nets.unet import Shape, UNet
from vadose.predictive import log_density
from vadose.svgd import MO_ET_AL, Ensemble
from vadose.training import Checkpoint, Device, Epoch, Plan, Task, parts_of, shuffled, train

MONTHS_AT_ONCE = 24  # of one pass without gradients
LEAST_SCALE, MOST_SCALE = 0.25, 4.0  # of a cell's spread, over that of all cells together


class Design(NamedTuple):
    """The networks of one ensemble and how they are led."""

    kind: Literal["cbam", "rrdb"] = "cbam"
    width: int = 48
    activation: str = "prelu"
    particles: int = 30
    alone: bool = False  # a deep ensemble in place of Stein's
    dropout: float = 0.0  # share of the maps that are left out at each pass, predictions included
    batch: int = 12
    noise: float = 1.0  # standard deviation it begins at, in the scale of storage
    weight_rate: float = 0.05  # squared scale of the weights' prior
    scale: Literal["one", "cell"] = "one"
    together: int = 1


class Scaling(NamedTuple):
    """Means and spreads of the training months."""

    mean: np.ndarray  # [channel]
    std: np.ndarray  # [channel, row, column]
    storage: np.ndarray  # [row, column] mm


class Fitted(NamedTuple):
    """A trained ensemble with the scaling of its data and how it learnt."""

    design: Design
    channels: list[str]
    scaling: Scaling
    wraps: bool
    state: Mapping[str, Tensor]
    history: list[Epoch]


class LeftOut(nn.Module):
    """A block whose maps are left out at random, in predictions too (Gal & Ghahramani 2016)."""

    def __init__(self, block: nn.Module, share: float) -> None:
        super().__init__()
        self.block, self.share = block, share

    def forward(self, maps: Tensor) -> Tensor:
        """Leave out whole maps of what the block makes and enlarge the others."""
        return F.dropout2d(self.block(maps), self.share, training=True)


def scaling_of(maps: Maps, design: Design) -> Scaling:
    """Measure predictors and storage on the land of the training months, and nowhere else.

    InputError for a predictor that is missing or the same there.
    """
    land, training = maps.area > 0, maps.part == Part.TRAINING
    means, stds = [], []
    for name, field in zip(maps.channels, maps.predictors, strict=True):
        months = field[training]
        values = months[:, land].astype(np.float64)
        known = values[np.isfinite(values)]
        if not known.size or np.ptp(known) == 0:
            raise InputError(
                f"{name} is {'the same' if known.size else 'missing'} on all land and in all "
                "training months: leave it out of gap_filling.predictors, or check its source"
            )
        means.append(known.mean())
        stds.append(_spread_of_cells(months, known.std(), design))
    return Scaling(np.array(means), np.array(stds), _scale_of_storage(maps, design))


def _scale_of_storage(maps: Maps, design: Design) -> np.ndarray:
    """Give the unit (mm) that storage is learnt in, [row, column]."""
    training = (maps.twsa - maps.base)[maps.part == Part.TRAINING].astype(np.float64)
    weight = np.where(np.isfinite(training), maps.area, 0)
    square = np.where(weight > 0, training**2, 0)
    whole = math.sqrt((weight * square).sum() / weight.sum())
    return _spread_of_cells(np.where(weight > 0, training, np.nan), whole, design)


def _spread_of_cells(values: np.ndarray, whole: float, design: Design) -> np.ndarray:
    """Give the spread [row, column] that a field [time, row, column] is measured by.

    It is that of all land, `whole`, or each cell's own; `whole` where a cell has none of its own.
    """
    if design.scale == "one":
        return np.full(values.shape[1:], whole)
    # ASSUME a cell's errors, and what a predictor tells of it, grow with its own variability,
    # within a quarter and four times the spread of all land.
    known = np.isfinite(values)
    each = values.std(0, dtype=np.float64, where=known | ~known.any(0))  # NaN of none
    changes = each > 1e-6 * whole
    return np.where(changes, np.clip(each, LEAST_SCALE * whole, MOST_SCALE * whole), whole)


def _inputs(maps: Maps, by: Scaling, months: np.ndarray, device: Device) -> Tensor:
    """Scale the predictors of some months; what is not known is the mean, 0."""
    chosen = maps.predictors[:, months].swapaxes(0, 1)
    scaled = (chosen - by.mean[:, None, None]) / by.std
    return torch.from_numpy(np.nan_to_num(scaled).astype(np.float32)).to(device)


def _observed(maps: Maps, by: Scaling, months: np.ndarray, device: Device) -> Tensor:
    scaled = ((maps.twsa - maps.base)[months] / by.storage).astype(np.float32)
    return torch.from_numpy(scaled).to(device)


def learn(
    maps: Maps,
    design: Design,
    plan: Plan,
    *,
    seed: int,
    device: Device = "cpu",
    checkpoint: Checkpoint | None = None,
    progress: Callable[[int], object] = int,
) -> Fitted:
    """Train an ensemble on the training months; the state that validates best is kept.

    Months that were not observed, and cells that were not, count for nothing, as do the sea, the
    gap and the test. The score is minus the mean log density of the validation months.
    """
    by = scaling_of(maps, design)
    training, validation = (maps.part == part for part in (Part.TRAINING, Part.VALIDATION))
    x, y = _inputs(maps, by, training, device), _observed(maps, by, training, device)
    checks, known = _inputs(maps, by, validation, device), _observed(maps, by, validation, device)
    area = torch.from_numpy(maps.area).to(device)
    grid = Grid.of(maps.lat, maps.lon)
    wraps = grid.n_lon == grid.around
    ensemble = _ensemble(design, len(maps.channels), wraps).to(device)

    def loss(months: Tensor) -> Tensor:
        return ensemble.loss(x[months], y[months], area, len(x))

    def validate() -> float:
        found = [
            _score(ensemble(checks[part]), ensemble.log_beta, known[part], area)
            for part in parts_of(len(checks), MONTHS_AT_ONCE)
        ]
        total, weight = (float(sum(values)) for values in zip(*found, strict=True))
        return -total / weight

    task = Task(shuffled(len(x), design.batch, seed, device), loss, validate)
    history = train(ensemble, task, plan, checkpoint=checkpoint, progress=progress)
    state = {name: values.cpu() for name, values in ensemble.state_dict().items()}
    return Fitted(design, list(maps.channels), by, wraps, state, history)


def _score(
    members: Tensor, log_beta: Tensor, observed: Tensor, area: Tensor
) -> tuple[Tensor, Tensor]:
    """Give the sum of log densities of what was observed, weighed by area, and of the weights."""
    weight = area * torch.isfinite(observed)
    density = log_density(members.float(), log_beta, observed)
    return torch.where(weight > 0, weight * density, 0.0).sum(), weight.sum()


def reconstruct(
    maps: Maps,
    fitted: Fitted,
    *,
    device: Device = "cpu",
    progress: Callable[[int], object] = int,
) -> Members:
    """Let each network say what all months were, without their trend.

    Networks that leave maps out are asked as often as the design has particles. InputError where
    the predictors are not those that the networks learnt from.
    """
    if maps.channels != fitted.channels or maps.predictors[:, 0].shape != fitted.scaling.std.shape:
        raise InputError(
            f"the maps have {len(maps.channels)} channels on {maps.area.shape} cells, the networks "
            f"learnt from {len(fitted.channels)} on {fitted.scaling.storage.shape}, or from "
            "others: train them anew (training.retrain: always)"
        )
    design = fitted.design
    ensemble = _ensemble(design, len(maps.channels), fitted.wraps)
    ensemble.load_state_dict(dict(fitted.state))
    ensemble.to(device).eval()
    passes = design.particles if design.dropout else 1
    found = []
    with torch.no_grad():
        for part in parts_of(len(maps.months), MONTHS_AT_ONCE):
            x = _inputs(maps, fitted.scaling, np.arange(part.start, part.stop), device)
            found.append(torch.cat([ensemble(x) for _ in range(passes)]).float().cpu())
            progress(part.stop - part.start)
        log_beta = ensemble.log_beta.repeat(passes).cpu()
    return Members(torch.cat(found, 1), log_beta, fitted.scaling.storage)


def _ensemble(design: Design, channels: int, wraps: bool) -> Ensemble:
    """Build an ensemble; one network stands for all that dropout makes of it."""

    def build() -> nn.Module:
        net = UNet(Shape(channels, design.kind, design.width, design.activation, wraps))
        if design.dropout:
            for blocks in (net.encoders, net.decoders):
                for k, block in enumerate(blocks):
                    blocks[k] = LeftOut(block, design.dropout)
        return net

    return Ensemble(
        build,
        1 if design.dropout else design.particles,
        prior=MO_ET_AL._replace(weight_rate=design.weight_rate),
        log_beta=-2 * math.log(design.noise),
        together=1 if design.dropout else design.together,
        alone=design.alone or bool(design.dropout),
    )


def to_file(fitted: Fitted) -> dict[str, Any]:
    """Lay out a fit as tensors, numbers and text, which torch reads without running code."""
    return {
        "design": fitted.design._asdict(),
        "channels": list(fitted.channels),
        "scaling": [torch.from_numpy(part) for part in fitted.scaling],
        "wraps": fitted.wraps,
        "state": dict(fitted.state),
        "history": [tuple(row) for row in fitted.history],
    }


def from_file(content: Mapping[str, Any]) -> Fitted:
    """Read a fit as `to_file` laid it out."""
    return Fitted(
        Design(**content["design"]),
        content["channels"],
        Scaling(*(part.numpy() for part in content["scaling"])),
        content["wraps"],
        content["state"],
        [Epoch(*row) for row in content["history"]],
    )
