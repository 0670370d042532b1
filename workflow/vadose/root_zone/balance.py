"""The daily water balance of basins over years, with derivatives to its parameters.

    start = spin_up(early, parameters)
    water = run(late, parameters, start)
    loss_of(water.q, water.et, water.swe, water.tws).backward()

Conventions: tensors are time first, [time, basin], or [time, member, basin] where several members,
such as folds and seeds, run in one pass; forcing without members serves all of them. All tensors
are of one type, float32 or float64, on one device; time series lie in C order. The day itself is in
vadose.root_zone.physics, its derivative in adjoint, the compiled passes over all days in lanes.

Derivatives reach the parameters and the start, not the forcing, and not through a pass's end: from
one span of days to the next they are cut. The adjoint keeps the stores, which are outputs anyway.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from vadose.root_zone.lanes import backward_pass, blocks, forward_pass
from vadose.root_zone.physics import sharpness_of
from vadose.root_zone.routing import triangular_weights

REALS: dict[torch.dtype, type] = {torch.float32: np.float32, torch.float64: np.float64}
LEAST_SNOW_RANGE = 0.01  # degC between tsnow and train
OUTPUTS = 7


class Forcing(NamedTuple):
    """What drives the water of basins day by day; no day is missing."""

    p: Tensor  # mm/day
    t: Tensor  # degC
    rn: Tensor  # W/m2
    lai_n: Tensor  # leaf area index, 0 at its least and 1 at its most in the training years


class Parameters(NamedTuple):
    """What a basin is like, [basin] or [member, basin], the same on all days."""

    tsnow: Tensor  # degC, below which all is snow
    train: Tensor  # degC, above which all is rain
    fmt: Tensor  # mm/(degC day), snow melt
    kf: Tensor  # 1/day, outflow of fast water
    percmax: Tensor  # mm/day, most percolation to slow water
    ks: Tensor  # 1/day, outflow of slow water
    maxbas: Tensor  # days that runoff takes to the gauge, 1 to 5
    k: Tensor  # shape of infiltration
    beta: Tensor  # share of evaporation lost where leaves are at their least
    efmax: Tensor  # largest evaporative fraction
    wp99: Tensor  # filling of the capacity at which evaporation is 99 % free
    cap: Tensor  # mm, capacity of the active root-zone storage
    brim: Tensor  # mm, above which that storage spills: cap, or infinite for no overflow


class State(NamedTuple):
    """Water between two days, [basin] or [member, basin], in mm."""

    snow: Tensor
    avai: Tensor
    fast: Tensor
    slow: Tensor
    runoff: Tensor  # [4, ...] mm/day of the four days before, the latest first: partly on its way


class Water(NamedTuple):
    """Fluxes in mm/day and stores at the end of the day in mm, and the state after the last day."""

    q: Tensor  # at the gauge
    et: Tensor
    swe: Tensor
    avai: Tensor  # active root-zone water
    fast: Tensor
    slow: Tensor
    tws: Tensor  # all stores; without the water on its way to the gauge
    end: State  # without derivatives


def run(
    forcing: Forcing, parameters: Parameters, start: State | None = None, threads: int | None = None
) -> Water:
    """Run the water balance over all days of the forcing; stores are empty where no start is given.

    Results do not depend on `threads`, which are torch's where not given. Raises ValueError for
    shapes or types that do not go together.
    """
    series, theta, begun = _prepare(forcing, parameters, start)
    *outputs, end = _Balance.apply(theta, begun, threads or torch.get_num_threads(), *series)
    if theta.dim() > _rank(parameters):
        outputs, end = [x[:, 0] for x in outputs], end[:, 0]
    snow, avai, fast, slow, q, et, tws = outputs
    return Water(q, et, snow, avai, fast, slow, tws, _state(end))


def spin_up(
    forcing: Forcing,
    parameters: Parameters,
    start: State | None = None,
    threads: int | None = None,
    rounds: int = 1,
) -> State:
    """Fill the stores by running over the forcing, in several rounds if asked.

    It keeps no series and gives no derivatives.
    """
    with torch.no_grad():
        series, theta, end = _prepare(forcing, parameters, start)
        for _ in range(rounds):
            _, end = _forward(series, theta, end, threads or torch.get_num_threads(), 1)
    return _state(end[:, 0] if end.dim() > _rank(parameters) else end)


def _rank(parameters: Parameters) -> int:
    return 1 + max(x.dim() for x in parameters)


def _state(joined: Tensor) -> State:
    snow, avai, fast, slow = joined[:4]
    return State(snow, avai, fast, slow, joined[4:])


def _prepare(
    forcing: Forcing, parameters: Parameters, start: State | None
) -> tuple[list[Tensor], Tensor, Tensor]:
    """Give series, theta and start as vadose.root_zone.lanes takes them, members and all."""
    rows = Parameters(*torch.broadcast_tensors(*parameters))
    theta = _theta(rows)
    begun = theta.new_zeros(8, *theta.shape[1:])
    if start is not None:
        begun = torch.cat([torch.stack(start[:4]), start.runoff])
    if rows.cap.dim() == 1:
        theta, begun = theta[:, None], begun[:, None]
    series = [x[:, None] if x.dim() == 2 else x for x in forcing]
    times, (members, basins) = len(series[0]), theta.shape[1:]
    shapes = [tuple(x.shape) for x in (*series, begun)]
    whole = [(times, members, basins)] * 4 + [(8, members, basins)]
    if any(x not in (y, (y[0], 1, y[2])) for x, y in zip(shapes, whole, strict=True)):
        raise ValueError(f"forcing and start {shapes} do not go with {members} x {basins} basins")
    kinds = {(x.dtype, x.device) for x in (theta, begun, *series)}
    if len(kinds) > 1 or theta.dtype not in REALS:
        raise ValueError(f"forcing, parameters and start must be of one kind, not of {kinds}")
    return series, theta.contiguous(), begun.expand(8, members, basins).contiguous()


def _theta(of: Parameters) -> Tensor:
    """Turn parameters into the rows of the compiled pass, [17, ...]: Theta, then the weights."""
    steepness = 1 / (of.train - of.tsnow).clamp(min=LEAST_SNOW_RANGE)
    step = (of.train, steepness, of.fmt, of.kf, of.percmax, of.ks, of.k, of.beta, of.efmax)
    rows = torch.stack([*step, sharpness_of(of.wp99), 1 / of.cap, of.brim])
    return torch.cat([rows, triangular_weights(of.maxbas)])


class _Balance(torch.autograd.Function):
    """The compiled passes as one operation of torch."""

    @staticmethod
    def forward(ctx: Any, theta: Tensor, start: Tensor, threads: int, *series: Tensor) -> Any:
        outputs, end = _forward(series, theta, start, threads, len(series[0]))
        ctx.save_for_backward(theta, start, *series, *outputs)
        ctx.threads = threads
        ctx.set_materialize_grads(False)
        ctx.mark_non_differentiable(end)
        return *outputs, end

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *asked: Tensor | None) -> Any:
        theta, start, *rest = ctx.saved_tensors
        series, outputs = rest[:4], rest[4:]
        none = theta.new_zeros(1, 1, theta.shape[-1])
        of_outputs = [none if x is None else x.contiguous() for x in asked[:OUTPUTS]]
        of_theta, of_start = torch.empty_like(theta), torch.empty_like(start)
        _backward(series, theta, start, outputs, of_outputs, of_theta, of_start, ctx.threads)
        return of_theta, of_start, None, *[None] * 4


def _forward(
    series: Sequence[Tensor], theta: Tensor, start: Tensor, threads: int, kept: int
) -> tuple[list[Tensor], Tensor]:
    """Run forward; keep the outputs of all days, or of the last one with kept = 1."""
    outputs = [theta.new_empty(kept, *theta.shape[1:]) for _ in range(OUTPUTS)]
    end = torch.empty_like(start)
    given = _arrays(series), *_arrays((theta, start))
    results = _arrays(outputs), *_arrays([end])
    compiled = forward_pass(REALS[theta.dtype])
    _on_threads(lambda first, last: compiled(*given, first, last, *results), theta, threads)
    return outputs, end


def _backward(
    series: Sequence[Tensor],
    theta: Tensor,
    start: Tensor,
    outputs: Sequence[Tensor],
    of_outputs: Sequence[Tensor],
    of_theta: Tensor,
    of_start: Tensor,
    threads: int,
) -> None:
    """Run backward; fill of_theta and of_start."""
    given = _arrays(series), *_arrays((theta, start)), _arrays(outputs), _arrays(of_outputs)
    results = _arrays((of_theta, of_start))
    compiled = backward_pass(REALS[theta.dtype])
    _on_threads(lambda first, last: compiled(*given, first, last, *results), theta, threads)


def _arrays(tensors: Sequence[Tensor]) -> tuple[np.ndarray, ...]:
    return tuple(x.detach().contiguous().numpy() for x in tensors)


def _on_threads(work: Callable[[int, int], object], theta: Tensor, threads: int) -> None:
    """Share all blocks of lanes between threads."""
    count = blocks(*theta.shape[1:])
    edges = [count * k // threads for k in range(threads + 1)]
    parts = [(a, b) for a, b in pairwise(edges) if a < b]
    if len(parts) == 1:
        work(*parts[0])
        return
    with ThreadPoolExecutor(len(parts)) as pool:
        for done in [pool.submit(work, *part) for part in parts]:
            done.result()
