"""Measure the compiled water balance against the same days step by step in PyTorch.

.venv/bin/python -m bench.root_zone [--write]
"""

import math
import time
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import torch
from bench import common
from torch import Tensor

from vadose.root_zone.balance import LEAST_SNOW_RANGE, Forcing, Parameters, run
from vadose.root_zone.routing import route, triangular_weights

Stores = tuple[Tensor, ...]  # snow, avai, fast, slow


class Sizes(NamedTuple):
    """How much is run."""

    basins: int = 478
    days: int = 9132
    plain_days: int = 364
    rounds: int = 4


def step(stores: Stores, day: Stores, of: Parameters, k99: Tensor) -> tuple[Stores, Stores]:
    """Run one day with torch's operations; give the stores and the fluxes."""
    snow, avai, fast, slow = stores
    snowfall, rain, melting, potential = day
    pool = snow + snowfall
    melt = torch.minimum(pool, melting)
    water = rain + melt
    room = 1 - (avai / of.cap).clamp(0.01, 0.99)
    entering = (0.05 + 0.95 * room**of.k) * water
    filled = avai + entering
    wet = torch.minimum(filled, of.brim)
    et = torch.minimum(potential * torch.sigmoid(k99 * (wet / of.cap - of.wp99 / 2)), wet)
    fast = fast + (water - entering) + (filled - wet)
    q_fast = of.kf * fast
    left = fast - q_fast
    percolation = torch.minimum(of.percmax, left)
    slow = slow + percolation
    q_slow = of.ks * slow
    after = pool - melt, wet - et, left - percolation, slow - q_slow
    return after, (q_fast + q_slow, et, after[0], after[1], sum(after[1:], after[0]))


def plain(forcing: Forcing, of: Parameters) -> Stores:
    """Run the water balance day by day with torch's operations; give q, et, swe, avai, tws.

    The peer, and the reference of the gradients: parameters and all that does not hang on the
    stores are worked out once for all days, and series are unbound, not indexed.
    """
    width = (of.train - of.tsnow).clamp(min=LEAST_SNOW_RANGE)
    snowfall = forcing.p * ((of.train - forcing.t) / width).clamp(0, 1)
    energy = forcing.rn.clamp(min=0) * (0.0864 / 2.45) * of.efmax
    potential = energy * (1 - of.beta * (1 - forcing.lai_n) ** 2)
    series = snowfall, forcing.p - snowfall, of.fmt * forcing.t.clamp(min=0), potential
    k99 = 2 * math.log(99) / of.wp99
    stores: Stores = (torch.zeros_like(of.cap),) * 4
    kept = []
    for day in zip(*(x.unbind(0) for x in series), strict=True):
        stores, fluxes = step(stores, day, of, k99)
        kept.append(fluxes)
    runoff, *others = (torch.stack(x) for x in zip(*kept, strict=True))
    return route(runoff, triangular_weights(of.maxbas)), *others


def invent(
    times: int, basins: int, dtype: torch.dtype, seed: int = 0
) -> tuple[Forcing, Parameters]:
    """Invent days with rain, frost and seasons, and parameters from all of their ranges."""
    draw = torch.Generator().manual_seed(seed)

    def between(low: float, high: float) -> Tensor:
        drawn = torch.rand(basins, generator=draw, dtype=torch.float64)
        return (low + (high - low) * drawn).to(dtype)

    day = torch.arange(times, dtype=torch.float64)[:, None]
    season = -torch.cos(2 * math.pi * day / 365.25)
    noise, wet, rain = torch.rand(3, times, basins, generator=draw, dtype=torch.float64)
    forcing = (
        torch.where(wet < 0.4, -8 * torch.log(1 - rain), 0.0),
        8 + 12 * season + 10 * (noise - 0.5),
        80 + 70 * season + 40 * (wet - 0.5),
        0.5 + 0.45 * season + 0.05 * noise,
    )
    cap = between(50, 600)
    parameters = Parameters(
        tsnow=between(-5, 0),
        train=between(0.1, 5),
        fmt=between(0.5, 8),
        kf=between(0.05, 0.95),
        percmax=between(0.1, 20),
        ks=between(1e-4, 1e-1),
        maxbas=between(1, 5),
        k=between(0.1, 10),
        beta=between(0.05, 0.95),
        efmax=between(0.1, 1),
        wp99=between(0.01, 0.99),
        cap=cap,
        brim=cap,
    )
    return Forcing(*(x.to(dtype) for x in forcing)), parameters


def seconds(task: Callable[[], Stores], wall: bool) -> float:
    """Run forward and backward once; give the seconds."""
    clock = time.perf_counter if wall else time.process_time
    start = clock()
    outputs = task()
    torch.autograd.backward(outputs, [torch.ones_like(x) for x in outputs])
    return clock() - start


def compiled(forcing: Forcing, of: Parameters, threads: int) -> Stores:
    """Run the compiled water balance; give what the plain loop gives."""
    water = run(forcing, of, threads=threads)
    return water.q, water.et, water.swe, water.avai, water.tws


def measure(dtype: torch.dtype, threads: int, sizes: Sizes) -> tuple[float, float]:
    """Give the least seconds of all days of the plain loop, scaled up, and of the compiled one.

    One thread is told by processor time, several by wall time. Both take turns.
    """
    torch.set_num_threads(threads)
    tasks = []
    for times, simulate in ((sizes.plain_days, plain), (sizes.days, compiled)):
        forcing, parameters = invent(times, sizes.basins, dtype)
        leaves = Parameters(*(x.requires_grad_() for x in parameters))
        given = (forcing, leaves) if simulate is plain else (forcing, leaves, threads)
        tasks.append(partial(simulate, *given))
    rounds = [[seconds(task, threads > 1) for task in tasks] for _ in range(sizes.rounds + 1)]
    slow, fast = (min(x) for x in zip(*rounds[1:], strict=True))
    return slow * sizes.days / sizes.plain_days, fast


def main(sizes: Sizes, write: bool) -> None:
    """Measure, print, and write it into the file of results where that is wanted."""
    rows = []
    for dtype in (torch.float32, torch.float64):
        for threads in (1, 2):
            slow, fast = measure(dtype, threads, sizes)
            name = str(dtype).removeprefix("torch.")
            rows.append((name, threads, f"{slow:.1f}", f"{fast:.3f}", f"{slow / fast:.0f}"))
    about = (
        f"Forward and backward over {sizes.basins} basins and {sizes.days} days, derivatives to "
        f"all parameters, least of {sizes.rounds} rounds; processor time with one thread, wall "
        f"time with two. The plain loop ran over {sizes.plain_days} days and is scaled up to all. "
        "It unbinds its series, works out once what does not hang on the stores, and has the same "
        "type."
    )
    text = common.table("type|threads|s plain loop|s compiled|times faster", *rows)
    parts = [common.describe_machine("torch", "numba") + "\n", f"{text}\n", f"{about}\n"]
    common.publish("Root-zone water balance", parts, write)


if __name__ == "__main__":
    main(Sizes(), common.arguments(__doc__ or "").parse_args().write)
