"""SCE-UA on a graphics card: a thread for each restart in each cell.

The search, the month and the loss are the very functions of the processor's search, compiled for
the card. Neighbouring threads are restarts of a cell and neighbouring cells, which read the same or
adjoining numbers of a month. All threads of a block evaluate together, one trial point each.
"""

import warnings
from collections.abc import Callable
from functools import lru_cache
from importlib.util import find_spec
from typing import Any

import numba.cuda
import numpy as np
from numba.core.errors import NumbaPerformanceWarning

from vadose.errors import InputError
from vadose.search import Lanes, Settings, make_keep, make_lanes, make_search
from vadose.water_balance.arithmetic import arithmetic_of
from vadose.water_balance.model import Model, Snow, load_model
from vadose.water_balance.objective import (
    PET,
    TARGET,
    WEIGHT,
    Found,
    P,
    T,
    make_loss,
    make_value,
)

# Neither knows its own contents for the checker of types.
cuda: Any = numba.cuda
config: Any = numba.config

THREADS = 64


def on_card(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function that the kernel calls."""
    return cuda.jit(device=True)(function)


def on_card_fast(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function of a month, whose numbers are finite: it may be rearranged."""
    return cuda.jit(device=True, fastmath=True)(function)


def make_thread_simulation(model: Model, real: type) -> Callable[..., Any]:
    """Give the function that runs one thread's model and sums up what the loss needs."""
    zero, unused = real(0), len(model.parameters)
    compile_ = on_card_fast if real is np.float32 else on_card
    kit = arithmetic_of(real, compile_)
    start, month = compile_(model.make_start(kit)), model.make_month(kit, compile_)
    value_of = make_value(real, on_card)

    @on_card
    def parameter(scale, trial, k):
        return value_of(scale, k, trial[k]) if k < unused else zero

    @compile_
    def simulate(scale, trial, series, cell, mean):
        theta = (
            parameter(scale, trial, 0),
            parameter(scale, trial, 1),
            parameter(scale, trial, 2),
            parameter(scale, trial, 3),
            parameter(scale, trial, 4),
            parameter(scale, trial, 5),
            parameter(scale, trial, 6),
            parameter(scale, trial, 7),
        )
        soil, ground = start(theta)
        pack = total = square = product = zero
        for m in range(series.shape[1]):
            soil, ground, pack, q, _et = month(
                series[P, m, cell],
                series[PET, m, cell],
                series[T, m, cell],
                theta,
                soil,
                ground,
                pack,
            )
            above = (q - mean) * series[WEIGHT, m, cell]
            total += above
            square += above * above
            product += above * series[TARGET, m, cell]
        return total, square, product

    return simulate


@lru_cache
def make_kernel(
    name: str, snow: Snow, settings: Settings, objective: str, real: type
) -> Callable[..., None]:
    """Give the kernel as a plain function, for cuda.jit or for a look at its instructions.

    It takes scale [cell, parameter, 4], series [5, month, cell], moments [3, cell] and seeds [cell,
    restart], and fills best [cell, restart, parameter], loss and evaluations [cell, restart].
    """
    model = load_model(name, snow)
    number = numba.from_dtype(np.dtype(real))
    one = make_lanes(1, len(model.parameters), settings, real)
    points, values, trial, counters, simplex, history, random = (x.shape for x in one)
    value_of, loss_of = make_value(real, on_card), make_loss(objective, real, on_card)
    begin, advance = make_search(settings, real, on_card)
    keep = make_keep(value_of, on_card)
    simulate = make_thread_simulation(model, real)

    def search_cells(scale, series, moments, seeds, best, loss, evaluations):
        lanes = Lanes(
            cuda.local.array(points, number),
            cuda.local.array(values, number),
            cuda.local.array(trial, number),
            cuda.local.array(counters, numba.int32),
            cuda.local.array(simplex, numba.int32),
            cuda.local.array(history, number),
            cuda.local.array(random, numba.uint64),
        )
        cells, restarts = seeds.shape
        searching = cuda.grid(1) < cells * restarts
        # Threads without a search of their own evaluate along with the last one.
        search = min(cuda.grid(1), cells * restarts - 1)
        cell, restart = search // restarts, search % restarts
        mean, spread, n = moments[0, cell], moments[1, cell], moments[2, cell]
        begin(lanes, 0, seeds[cell, restart])
        while cuda.syncthreads_or(np.int32(searching)):
            total, square, product = simulate(scale[cell], lanes.trial[0], series, cell, mean)
            if searching and advance(lanes, 0, loss_of(mean, spread, n, total, square, product)):
                searching = False
                loss[cell, restart], evaluations[cell, restart] = keep(
                    lanes, 0, scale[cell], best[cell, restart]
                )

    return search_cells


@lru_cache
def _compiled_kernel(name: str, snow: Snow, settings: Settings, objective: str, real: type) -> Any:
    kernel = make_kernel(name, snow, settings, objective, real)
    return cuda.jit(fastmath=real is np.float32)(kernel)


def make_card_search(
    model: Model, settings: Settings, objective: str, real: type
) -> Callable[..., Any]:
    """Give the search on the graphics card, `search(scale, series, moments, seeds)`.

    Shapes as in vadose.water_balance.lanes. Raises InputError where there is no card or the package
    that compiles for it is missing.
    """
    _need_card()
    kernel = _compiled_kernel(model.name, model.snow, settings, objective, real)

    def search(
        scale: np.ndarray, series: np.ndarray, moments: np.ndarray, seeds: np.ndarray
    ) -> Found:
        by_month = np.ascontiguousarray(series.transpose(0, 2, 1))
        given = [cuda.to_device(array) for array in (scale, by_month, moments, seeds)]
        found = (
            cuda.device_array((*seeds.shape, scale.shape[1]), real),
            cuda.device_array(seeds.shape, real),
            cuda.device_array(seeds.shape, np.int32),
        )
        threads = min(THREADS, seeds.size)
        with warnings.catch_warnings():
            # A few cells leave most of the card idle, which is no reason to say so.
            warnings.simplefilter("ignore", NumbaPerformanceWarning)
            kernel[-(-seeds.size // threads), threads](*given, *found)
        return Found(*(array.copy_to_host() for array in found))

    return search


def _need_card() -> None:
    if not config.ENABLE_CUDASIM and find_spec("numba_cuda") is None:
        raise InputError(
            "device cuda was asked for, but the package numba-cuda is not installed: install it "
            "with pip install 'numba-cuda[cu12]', or set device: cpu."
        )
    if not cuda.is_available():
        raise InputError(
            "device cuda was asked for, but no NVIDIA graphics card with a driver for CUDA was "
            "found on this machine: run on one that has it, or set device: cpu."
        )
