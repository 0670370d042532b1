"""Train the network of hydrological concepts and run it over any days of any basins.

Conventions: records are [basin, time, ...] in their own units, see record.py; spans are half open.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from vadose.concepts.fits import Fit, form_of
from vadose.concepts.model import LOSSES, ConceptLstm, Design, elastic_net
from vadose.concepts.record import Record, Span, check_forcing, scales
from vadose.concepts.windows import (
    Resident,
    Sampling,
    check_judged,
    covering_windows,
    first_counted,
    put,
    training_windows,
)
from vadose.errors import InputError
from vadose.nets.lstm import Sizes
from vadose.training import (
    Checkpoint,
    Device,
    Plan,
    Task,
    mean_loss,
    parts_of,
    shuffled,
    train,
)

UNITS_AT_ONCE = 512  # windows of one pass without gradients


Fitted = Fit[Design]
FORM = form_of(Design)


class Run(NamedTuple):
    """What a network gives for all basins and the days of a span."""

    targets: np.ndarray  # [basin, time, target]: mm/day and mm
    cells: np.ndarray  # [basin, time, cell]


def learn(
    record: Record,
    training: np.ndarray,
    learning: Span,
    validation: Span,
    design: Design,
    sampling: Sampling,
    plan: Plan,
    *,
    seed: int,
    device: Device = "cpu",
    checkpoint: Checkpoint | None = None,
    progress: Callable[[int], object] = int,
) -> Fitted:
    """Train on the learning days of the training basins, a mask [basin].

    The record holds streamflow and the stores of the design, no others. The weights that predict
    the validation days of the same basins best are kept. InputError for gaps in the forcing,
    series that are constant, and periods without observations.
    """
    check_forcing(record)
    by = scales(record, training, learning)
    data = Resident(record, by, device)
    sizes = Sizes(len(record.inputs), record.attributes.shape[1], design.hidden)
    model = ConceptLstm(sizes, design).to(device)
    basins = np.flatnonzero(training)
    seen = np.isfinite(record.targets[basins]).any(-1)
    check_judged(seen, record.days, validation, "concepts.validation")
    task = _task(model, data, record, basins, learning, validation, design, sampling, seed)
    history = train(model, task, plan, checkpoint=checkpoint, progress=progress)
    kept = {name: values.cpu() for name, values in model.state_dict().items()}
    names = [record.basins[k] for k in basins]
    return Fitted(design, sizes, by, kept, history, names, record.inputs, record.attribute_names)


def _task(
    model: ConceptLstm,
    data: Resident,
    record: Record,
    basins: np.ndarray,
    learning: Span,
    validation: Span,
    design: Design,
    sampling: Sampling,
    seed: int,
) -> Task:
    """Say what the network learns: batches of windows of some basins, their loss, the judge."""
    device = data.device
    misfit, weights = LOSSES[design.loss], torch.tensor(design.weights, device=device)
    observed = np.isfinite(record.targets).any(-1)
    length = {"length": design.window, "warmup": design.warmup}
    windows = training_windows(observed, basins, learning, stride=sampling.stride, **length)
    judged = covering_windows(basins, validation, **length)
    places, checks = data.at(windows), data.at(judged)

    judged_from = torch.from_numpy(first_counted(judged, validation, design.warmup)).to(device)

    def read(at: tuple[Tensor, Tensor, Tensor], units: Tensor | slice) -> tuple[Tensor, Tensor]:
        basin, first, following = at
        batch = data.gather(basin[units], first[units], following)
        return model(batch.forcing, batch.attributes).targets, batch.targets

    def loss(units: Tensor) -> Tensor:
        found, seen = (x[design.warmup :] for x in read(places, units))
        return misfit(found, seen, weights) + elastic_net(model.probe, design.alpha, design.rho)

    def judge(part: slice) -> Tensor:
        found, seen = read(checks, part)
        counts = checks[2] >= judged_from[part]
        return misfit(found, torch.where(counts[..., None], seen, torch.nan), weights)

    def validate() -> float:
        return mean_loss(judge, len(judged), UNITS_AT_ONCE)

    order = shuffled(len(windows), sampling.batch, seed, device)
    return Task(lambda epoch: order(epoch)[: sampling.updates], loss, validate)


def learnt_from(fitted: Fitted, basins: Sequence[str]) -> np.ndarray:
    """Tell which basins a network learnt from, a mask [basin]; all others it never saw."""
    return np.isin(basins, fitted.basins)


def run(
    record: Record,
    fitted: Fitted,
    span: Span,
    *,
    device: Device = "cpu",
    progress: Callable[[int], object] = int,
) -> Run:
    """Run a trained network over a span of days of all basins of a record.

    Each day is read after at least as many days of warm-up as in the training, as far as the record
    reaches back. Streamflow and stores are not below zero. InputError for gaps in the forcing, and
    for inputs or attributes other than those that the network learnt from.
    """
    check_forcing(record)
    _check_same("inputs", record.inputs, fitted.inputs)
    _check_same("attributes", record.attribute_names, fitted.attributes)
    design = fitted.design
    model = network_of(fitted).to(device)
    data = Resident(record, fitted.scales, device)
    everywhere = np.arange(len(record.basins))
    windows = covering_windows(everywhere, span, length=design.window, warmup=design.warmup)
    basin, first, following = data.at(windows)
    shape = len(everywhere), span.last - span.first
    targets = np.full((*shape, 1 + len(design.stores)), np.nan, np.float32)
    cells = np.full((*shape, design.hidden), np.nan, np.float32)
    with torch.inference_mode():
        for part in parts_of(len(windows), UNITS_AT_ONCE):
            batch = data.gather(basin[part], first[part], following)
            found = model(batch.forcing, batch.attributes)
            for out, values in ((targets, found.targets), (cells, found.cells)):
                put(out, values.float().cpu().numpy(), windows, part, span, design.warmup)
            progress(part.stop - part.start)
    return Run(np.maximum(fitted.scales.targets.restored(targets), 0.0), cells)


def _check_same(what: str, given: list[str], learnt: list[str]) -> None:
    """Refuse series whose columns are not, name by name, those that a network learnt from."""
    if given == learnt:
        return
    sides = {
        "it did not see": [name for name in given if name not in learnt],
        "now missing": [name for name in learnt if name not in given],
    }
    named = "; ".join(f"{why}: {', '.join(names)}" for why, names in sides.items() if names)
    raise InputError(
        f"the series' {what} are not those that the network learnt from "
        f"({named or 'they stand in another order'}): train it anew (training.retrain: always), or "
        f"bring back its {what}"
    )


def network_of(fitted: Fitted) -> ConceptLstm:
    """Build a trained network, ready to be read."""
    model = ConceptLstm(fitted.sizes, fitted.design)
    model.load_state_dict(dict(fitted.weights))
    return model.eval()


def read_networks(path: Path) -> dict[str, Fitted]:
    """Read trained networks by name from a file of what `FORM` laid out."""
    content = torch.load(path, weights_only=True)
    return {name: FORM.from_file(one) for name, one in content.items()}
