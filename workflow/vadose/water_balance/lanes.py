"""Many searches at once: SCE-UA over cells and restarts with vectorised evaluations.

A lane is one search, that of one restart in one cell. All lanes of a block are simulated together,
month by month, one candidate a lane; the inner loop runs over lanes and holds no branch, so it
compiles to vector instructions. A lane whose search is over takes the next cell and restart.

The search is compiled once and serves all models: it is handed the compiled simulation and the
scale of the parameters.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numba
import numpy as np

from vadose.search import Settings, make_keep, make_lanes, make_search
from vadose.water_balance.arithmetic import arithmetic_of
from vadose.water_balance.model import MOST_PARAMETERS, Model, Snow, load_model
from vadose.water_balance.objective import (
    FORCINGS,
    MOMENTS,
    PET,
    TARGET,
    WEIGHT,
    Found,
    P,
    T,
    make_loss,
    make_value,
)

LANES = 64
# Rows of a lane's working store; a lane's value of row k stands at [k * LANES + lane].
SOIL, GROUND, PACK, SUM, SQUARE, PRODUCT, MEAN, SPREAD, COUNT = range(
    MOST_PARAMETERS, MOST_PARAMETERS + 9
)
ROWS = MOST_PARAMETERS + 9

# Functions that only compiled code calls need no way in from Python, which is slow to compile.
INNER: dict[str, Any] = {
    "error_model": "numpy",
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}
# Sums may be fused into products, but not-a-number and infinity keep their meaning.
FAST = {"contract", "nsz", "arcp"}


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a small function so that it dissolves in its caller."""
    return numba.njit(**INNER, fastmath=FAST, forceinline=True)(function)


def compiled_strictly(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function whose numbers may be infinite, so that it dissolves in its caller."""
    return numba.njit(**INNER, forceinline=True)(function)


@lru_cache
def _simulation(name: str, snow: Snow, real: type) -> Callable[..., Any]:
    """Give the function that runs all lanes through all months and sums up what scores need."""
    model, kit = load_model(name, snow), arithmetic_of(real, compiled)
    start, month = compiled(model.make_start(kit)), model.make_month(kit, compiled)
    zero = real(0)

    @numba.njit(_simulation_type(real).signature, error_model="numpy", fastmath=FAST)
    def simulate(work, columns, months):
        for i in range(LANES):
            soil, ground = start((work[i], work[LANES + i]))
            work[SOIL * LANES + i], work[GROUND * LANES + i] = soil, ground
            work[PACK * LANES + i] = zero
            work[SUM * LANES + i] = zero
            work[SQUARE * LANES + i] = zero
            work[PRODUCT * LANES + i] = zero
        for m in range(months):
            f = m * FORCINGS * LANES
            for i in range(LANES):
                theta = (
                    work[i],
                    work[LANES + i],
                    work[2 * LANES + i],
                    work[3 * LANES + i],
                    work[4 * LANES + i],
                    work[5 * LANES + i],
                    work[6 * LANES + i],
                    work[7 * LANES + i],
                )
                soil, ground, pack, q, _et = month(
                    columns[f + P * LANES + i],
                    columns[f + PET * LANES + i],
                    columns[f + T * LANES + i],
                    theta,
                    work[SOIL * LANES + i],
                    work[GROUND * LANES + i],
                    work[PACK * LANES + i],
                )
                work[SOIL * LANES + i] = soil
                work[GROUND * LANES + i] = ground
                work[PACK * LANES + i] = pack
                above = (q - work[MEAN * LANES + i]) * columns[f + WEIGHT * LANES + i]
                work[SUM * LANES + i] += above
                work[SQUARE * LANES + i] += above * above
                work[PRODUCT * LANES + i] += above * columns[f + TARGET * LANES + i]

    return simulate


def _simulation_type(real: type) -> numba.types.FunctionType:
    numbers = numba.from_dtype(np.dtype(real))[::1]
    return numba.types.FunctionType(numba.void(numbers, numbers, numba.int64))


@lru_cache
def _search_block(settings: Settings, objective: str, real: type) -> Callable[..., Any]:
    """Give the compiled search over all restarts of a block of cells, of any model."""
    value_of = make_value(real, compiled_strictly)
    loss_of = make_loss(objective, real, compiled_strictly)
    begin, advance = make_search(settings, real, compiled_strictly)
    keep = make_keep(value_of, compiled_strictly)
    zero = real(0)

    @compiled_strictly
    def load(work, columns, series, moments, lane, cell):
        for m in range(series.shape[2]):
            for k in range(FORCINGS):
                columns[(m * FORCINGS + k) * LANES + lane] = series[k, cell, m]
        for k in range(MOMENTS):
            work[(MEAN + k) * LANES + lane] = moments[k, cell]

    @compiled_strictly
    def loss_in(work, lane):
        return loss_of(
            work[MEAN * LANES + lane],
            work[SPREAD * LANES + lane],
            work[COUNT * LANES + lane],
            work[SUM * LANES + lane],
            work[SQUARE * LANES + lane],
            work[PRODUCT * LANES + lane],
        )

    number = numba.from_dtype(np.dtype(real))
    signature = numba.void(
        _simulation_type(real),
        number[:, :, ::1],
        number[:, :, ::1],
        number[:, ::1],
        numba.uint64[:, ::1],
        numba.typeof(make_lanes(1, 1, settings, real)),
        number[:, :, ::1],
        number[:, ::1],
        numba.int32[:, ::1],
    )

    @numba.njit(signature, error_model="numpy", nogil=True)
    def search_block(simulate, scale, series, moments, seeds, lanes, best, loss, evaluations):
        cells, restarts = seeds.shape
        months, parameters = series.shape[2], scale.shape[1]
        work = np.zeros(ROWS * LANES, series.dtype)
        columns = np.zeros(months * FORCINGS * LANES, series.dtype)
        searching = np.full(LANES, -1, np.int64)  # which cell and restart a lane works on
        waiting, done, searches = 0, 0, cells * restarts
        for lane in range(LANES):
            for k in range(parameters):
                work[k * LANES + lane] = value_of(scale[0], k, zero)
        while done < searches:
            for lane in range(LANES):
                if searching[lane] < 0 and waiting < searches:
                    cell, restart = waiting // restarts, waiting % restarts
                    load(work, columns, series, moments, lane, cell)
                    begin(lanes, lane, seeds[cell, restart])
                    searching[lane] = waiting
                    waiting += 1
                if searching[lane] >= 0:
                    bounds = scale[searching[lane] // restarts]
                    for k in range(parameters):
                        work[k * LANES + lane] = value_of(bounds, k, lanes.trial[lane, k])
            simulate(work, columns, months)
            for lane in range(LANES):
                if searching[lane] >= 0 and advance(lanes, lane, loss_in(work, lane)):
                    cell, restart = searching[lane] // restarts, searching[lane] % restarts
                    loss[cell, restart], evaluations[cell, restart] = keep(
                        lanes, lane, scale[cell], best[cell, restart]
                    )
                    searching[lane] = -1
                    done += 1

    return search_block


def make_processor_search(
    model: Model, settings: Settings, objective: str, real: type
) -> Callable[..., Any]:
    """Give the search of a block on the processor, `search(scale, series, moments, seeds)`.

    scale [cell, parameter, 4], series [5, cell, month] and moments [3, cell] as in
    vadose.water_balance.objective, seeds [cell, restart].
    """
    simulate = _simulation(model.name, model.snow, real)
    search_block = _search_block(settings, objective, real)

    def search(
        scale: np.ndarray, series: np.ndarray, moments: np.ndarray, seeds: np.ndarray
    ) -> Found:
        parameters = scale.shape[1]
        found = Found(
            np.empty((*seeds.shape, parameters), real),
            np.empty(seeds.shape, real),
            np.empty(seeds.shape, np.int32),
        )
        lanes = make_lanes(LANES, parameters, settings, real)
        search_block(simulate, scale, series, moments, seeds, lanes, *found)
        return found

    return search
