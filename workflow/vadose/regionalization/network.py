"""Train a network of streamflow on basins told by static vectors, and run it over any days.

Conventions: series are [basin, time, ...] in their own units, see series.py; spans are half open.
"""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor

from vadose.concepts.fits import Fit, form_of
from vadose.concepts.record import Record, Scale, Scales, Span
from vadose.concepts.windows import (
    Resident,
    Sampling,
    Windows,
    check_judged,
    covering_windows,
    first_counted,
    put,
    training_windows,
)
from vadose.errors import InputError
from vadose.nets.lstm import Sizes
from vadose.regionalization.model import Design, FlowLstm, nse_loss
from vadose.regionalization.series import SYSTEM, Series
from vadose.regionalization.vectors import Vectors, scale_of
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
MOST_JUDGED = 4096  # windows of a validation, evenly drawn
LEARNT, JUDGED = 0, -1  # targets of the record, which may be the same one


Fitted = Fit[Design]
FORM = form_of(Design)


def learn(
    series: Series,
    vectors: Vectors,
    learning: Span,
    validation: Span,
    design: Design,
    sampling: Sampling,
    plan: Plan,
    *,
    seed: int,
    judged: np.ndarray | None = None,
    device: Device = "cpu",
    checkpoint: Checkpoint | None = None,
    progress: Callable[[int], object] = int,
) -> Fitted:
    """Train on the learning days of all basins of the series, told by their static vectors.

    The warm-up of a window may reach before the learning days, where streamflow does not count. The
    weights that predict the validation days of the same basins best are kept. Where years of both
    take turns, `judged` [basin, time] is streamflow in those of validation alone, and the series'
    in those of learning.
    """
    by = scales_of(series, vectors, learning)
    data = Resident(record_of(series, vectors, judged), by, device)
    sizes = Sizes(len(series.inputs), vectors.values.shape[1], design.hidden)
    model = FlowLstm(sizes, design).to(device)
    checks = _judged(series if judged is None else series._replace(q=judged), validation, design)
    task = _task(model, data, series, by, learning, checks, design, sampling, seed)
    history = train(model, task, plan, checkpoint=checkpoint, progress=progress)
    kept = {name: values.cpu() for name, values in model.state_dict().items()}
    known = series.basins, series.inputs, series.names
    return Fitted(design, sizes, by, kept, history, *known)


def _task(
    model: FlowLstm,
    data: Resident,
    series: Series,
    by: Scales,
    learning: Span,
    checks: tuple[Windows, np.ndarray],
    design: Design,
    sampling: Sampling,
    seed: int,
) -> Task:
    """Say what the network learns: batches of windows of all basins, their loss, the judge.

    `checks` are the windows that choose the weights, and from which of its days on each counts.
    """
    device = data.device
    mm = float(by.targets.std[0])
    spread = torch.from_numpy(spread_of(series.q[:, slice(*learning)])).to(device)
    windows = windows_of(series, learning, design, sampling.stride)
    places, judged = data.at(windows), data.at(checks[0])
    judged_from = torch.from_numpy(checks[1]).to(device)

    def read(
        at: tuple[Tensor, Tensor, Tensor], units: Tensor | slice, target: int
    ) -> tuple[Tensor, ...]:
        basin, first, following = at[0][units], at[1][units], at[2]
        batch = data.gather(basin, first, following)
        found = model(batch.forcing, batch.attributes, design.warmup)
        return mm * found, mm * batch.targets[design.warmup :, :, target], spread[basin]

    def loss(units: Tensor) -> Tensor:
        return nse_loss(*read(places, units, LEARNT))

    def judge(part: slice) -> Tensor:
        found, seen, of_basin = read(judged, part, JUDGED)
        counts = judged[2][design.warmup :] >= judged_from[part]
        return nse_loss(found, torch.where(counts, seen, torch.nan), of_basin)

    def validate() -> float:
        return mean_loss(judge, len(checks[0]), UNITS_AT_ONCE)

    order = shuffled(len(windows), sampling.batch, seed, device)
    return Task(lambda epoch: order(epoch)[: sampling.updates], loss, validate)


def run(
    series: Series, vectors: Vectors, fitted: Fitted, span: Span, *, device: Device = "cpu"
) -> np.ndarray:
    """Predict streamflow in mm/day of all basins of the series on a span of days: [basin, time].

    Each day stands in the counted part of a window, as in the training, as far as the record
    reaches back. Streamflow is not below zero.
    """
    check_window(series, span, fitted.design)
    model = network_of(fitted).to(device)
    data = Resident(record_of(series, vectors), fitted.scales, device)
    length, warmup = fitted.design.window, fitted.design.warmup
    everywhere = np.arange(len(series.basins))
    windows = covering_windows(everywhere, span, length=length, warmup=warmup)
    basin, first, following = data.at(windows)
    out = np.full((len(everywhere), span.last - span.first), np.nan, np.float32)
    with torch.inference_mode():
        for part in parts_of(len(windows), UNITS_AT_ONCE):
            batch = data.gather(basin[part], first[part], following)
            found = model(batch.forcing, batch.attributes)
            put(out, found.cpu().numpy(), windows, part, span, warmup)
    return np.maximum(fitted.scales.targets.restored(out[..., None])[..., 0], 0.0)


def record_of(series: Series, vectors: Vectors, judged: np.ndarray | None = None) -> Record:
    """Lay series and static vectors out as a record that windows are gathered from.

    `judged` [basin, time] is the streamflow that chooses the weights, the series' where not given.
    """
    return Record(
        forcing=series.forcing,
        targets=np.stack([series.q] if judged is None else [series.q, judged], -1),
        attributes=vectors.values,
        basins=series.basins,
        days=series.days,
        inputs=series.inputs,
        names=["q"] if judged is None else ["q", "judged"],
        attribute_names=[str(k) for k in range(vectors.values.shape[1])],
    )


def scales_of(series: Series, vectors: Vectors, span: Span) -> Scales:
    """Measure means and deviations on the days of a span that have streamflow.

    InputError for a series that is constant there.
    """
    flow = series.q[:, slice(*span)]
    seen = np.isfinite(flow)
    return Scales(
        _scale(series.forcing[:, slice(*span)][seen], series.inputs),
        _scale(flow[seen][:, None], ["q"]),
        scale_of(vectors),
    )


def spread_of(flow: np.ndarray) -> np.ndarray:
    """Give the standard deviation of each basin's known flow [basin, time], 0 without any."""
    seen = np.isfinite(flow)
    known = np.where(seen, flow, 0.0).astype(np.float64)
    count = seen.sum(1).clip(min=1)
    mean = known.sum(1) / count
    squares = np.where(seen, (known - mean[:, None]) ** 2, 0.0).sum(1)
    return np.sqrt(squares / count).astype(np.float32)


def windows_of(series: Series, learning: Span, design: Design, stride: int) -> Windows:
    """Lay windows whose counted days lie in the learning days; warm-ups may begin before them."""
    check_window(series, learning, design)
    span = Span(max(learning.first - design.warmup, 0), learning.last)
    seen, basins = np.isfinite(series.q), np.arange(len(series.basins))
    length = {"length": design.window, "warmup": design.warmup}
    return training_windows(seen, basins, span, stride=stride, **length)


def check_window(series: Series, span: Span, design: Design) -> None:
    """Refuse a span in which, with the warm-up before it, no window is full: InputError."""
    days = span.last - max(span.first - design.warmup, 0)
    if days < design.window:
        raise InputError(
            f"there are {days} days up to {series.days[span.last - 1]:%Y-%m-%d}, warm-up "
            f"included, fewer than a window of {design.window}: lengthen the period, or lower "
            "regionalization.window or counted_days"
        )


def network_of(fitted: Fitted) -> FlowLstm:
    """Build a trained network, ready to be read."""
    model = FlowLstm(fitted.sizes, fitted.design)
    model.load_state_dict(dict(fitted.weights))
    return model.eval()


def _judged(series: Series, validation: Span, design: Design) -> tuple[Windows, np.ndarray]:
    """Lay windows over the validation days, and tell from which of its days on each counts.

    Windows without streamflow tell nothing; of more than MOST_JUDGED as many are taken evenly.
    """
    check_window(series, validation, design)
    check_judged(np.isfinite(series.q), series.days, validation, f"{SYSTEM}.validation")
    basins, length = np.arange(len(series.basins)), design.window
    windows = covering_windows(basins, validation, length=length, warmup=design.warmup)
    fresh = first_counted(windows, validation, design.warmup)
    known = np.pad(np.isfinite(series.q).cumsum(1), ((0, 0), (1, 0)))
    upto, before = windows.first + length, windows.first + fresh
    seen = np.flatnonzero(known[windows.basin, upto] > known[windows.basin, before])
    kept = seen[np.unique(np.linspace(0, len(seen) - 1, MOST_JUDGED).round().astype(int))]
    return Windows(windows.basin[kept], windows.first[kept], length), fresh[kept]


def _scale(values: np.ndarray, names: Sequence[str]) -> Scale:
    """Measure columns of [day, column], which must vary."""
    values = values.astype(np.float64)
    for name, column in zip(names, values.T, strict=True):
        if np.ptp(column) == 0:
            raise InputError(
                f"{name} is {column[0]:g} on all training days: nothing can be learnt from a "
                "constant; leave it out of regionalization.inputs, or take other basins or days"
            )
    return Scale(values.mean(0), values.std(0))
