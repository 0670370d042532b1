"""Many searches at once: SCE-UA over cells and restarts with vectorised evaluations.

A lane is one search, that of one restart in one cell. All lanes of a block are simulated together,
month by month, one candidate a lane; the inner loop runs over lanes and holds no branch, so it
compiles to vector instructions. A lane whose search is over takes the next cell and restart.
"""

import math
from collections.abc import Callable
from typing import Any

import numba
import numpy as np

from vadose.search import EVALUATIONS, Settings, make_search
from vadose.water_balance.arithmetic import double_precision, single_precision
from vadose.water_balance.model import MOST_PARAMETERS, Model

LANES = 64
# Rows of a lane's working store; a lane's value of row k stands at [k * LANES + lane].
SOIL, GROUND, PACK, SUM, SQUARE, CROSS, MEAN, SPREAD, COUNT = range(
    MOST_PARAMETERS, MOST_PARAMETERS + 9
)
ROWS = MOST_PARAMETERS + 9
# Rows of a month's forcing, laid out in the same way.
P, PET, T, TARGET, WEIGHT = range(5)
FORCINGS = 5
KGE, KGE_PRIME, NSE = range(3)
OBJECTIVES = {"kge": KGE, "kge_prime": KGE_PRIME, "nse": NSE}


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


def compiled_once(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a function that is called from several places."""
    return numba.njit(**INNER)(function)


def make_simulation(model: Model, real: type) -> Callable[..., Any]:
    """Give the function that runs all lanes through all months and sums up what scores need."""
    arithmetic = single_precision if real is np.float32 else double_precision
    kit = arithmetic(compiled)
    start, month = compiled(model.make_start(kit)), model.make_month(kit, compiled)
    zero = real(0)

    @numba.njit(**INNER, fastmath=FAST)
    def simulate(work, forcing, months):
        for i in range(LANES):
            theta = (work[i], work[LANES + i])
            work[SOIL * LANES + i], work[GROUND * LANES + i] = start(theta)
            work[PACK * LANES + i] = zero
            work[SUM * LANES + i] = zero
            work[SQUARE * LANES + i] = zero
            work[CROSS * LANES + i] = zero
        for m in range(months):
            f = m * FORCINGS * LANES
            for i in range(LANES):
                values = (
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
                    forcing[f + P * LANES + i],
                    forcing[f + PET * LANES + i],
                    forcing[f + T * LANES + i],
                    values,
                    work[SOIL * LANES + i],
                    work[GROUND * LANES + i],
                    work[PACK * LANES + i],
                )
                work[SOIL * LANES + i] = soil
                work[GROUND * LANES + i] = ground
                work[PACK * LANES + i] = pack
                above = (q - work[MEAN * LANES + i]) * forcing[f + WEIGHT * LANES + i]
                work[SUM * LANES + i] += above
                work[SQUARE * LANES + i] += above * above
                work[CROSS * LANES + i] += above * forcing[f + TARGET * LANES + i]

    return simulate


def make_score(objective: str, real: type) -> Callable[..., Any]:
    """Give the function that turns a lane's sums into the value to minimise, 1 - score."""
    choice, one, zero, tiny, worst = (
        OBJECTIVES[objective],
        real(1),
        real(0),
        real(1e-12),
        real(1e30),
    )

    @compiled_once
    def score(work, lane):
        n, mean, spread = (
            work[COUNT * LANES + lane],
            work[MEAN * LANES + lane],
            work[SPREAD * LANES + lane],
        )
        above = work[SUM * LANES + lane] / n
        square = work[SQUARE * LANES + lane] / n
        covariance = work[CROSS * LANES + lane] / n
        if choice == NSE:
            loss = (square - real(2) * covariance) / (spread * spread) + one
        else:
            simulated = math.sqrt(max(square - above * above, zero))
            r = covariance / (max(simulated, tiny) * spread)
            alpha, beta = simulated / spread, (mean + above) / mean
            if choice == KGE_PRIME:
                alpha = alpha / max(beta, tiny)
            loss = math.sqrt((r - one) ** 2 + (alpha - one) ** 2 + (beta - one) ** 2)
        return loss if loss < worst else worst  # also where the loss is not a number

    return score


def make_scale(model: Model, real: type) -> Callable[..., Any]:
    """Give the function that turns a coordinate of the unit cube into a parameter's value."""
    bounds = list(model.parameters.values())
    log = np.array([b.log for b in bounds])
    low: np.ndarray = model.low.astype(real)
    high: np.ndarray = model.high.astype(real)
    width: np.ndarray = np.array(
        [math.log(b.high / b.low) if b.log else b.high - b.low for b in bounds]
    ).astype(real)

    @compiled_once
    def value_of(k, unit):
        if log[k]:
            return min(low[k] * math.exp(unit * width[k]), high[k])
        return low[k] + unit * width[k]

    return value_of


def make_block_search(
    model: Model, settings: Settings, objective: str, real: type
) -> Callable[..., Any]:
    """Give the compiled search over all restarts of a block of cells.

    The function takes `forcing` [cell, month, 5] (p, pet, t, observed runoff less its mean,
    weight), `moments` [cell, 3] (mean, standard deviation and number of the observed months),
    `seeds` [cell, restart] and the lane states; it fills `best` [cell, restart, parameter],
    `loss` and `evaluations` [cell, restart].
    """
    parameters = len(model.parameters)
    value_of = make_scale(model, real)
    simulate = make_simulation(model, real)
    score = make_score(objective, real)
    begin, advance = make_search(parameters, settings, real, compiled_once)
    zero = real(0)

    @compiled_once
    def load(work, columns, forcing, moments, lane, cell):
        for m in range(forcing.shape[1]):
            for k in range(FORCINGS):
                columns[(m * FORCINGS + k) * LANES + lane] = forcing[cell, m, k]
        for k in range(3):
            work[(MEAN + k) * LANES + lane] = moments[cell, k]

    @compiled_once
    def keep(lanes, lane, best, loss, evaluations, cell, restart):
        point = 0
        for i in range(lanes.values.shape[1]):
            if lanes.values[lane, i] < lanes.values[lane, point]:
                point = i
        for k in range(parameters):
            best[cell, restart, k] = value_of(k, lanes.points[lane, point, k])
        loss[cell, restart] = lanes.values[lane, point]
        evaluations[cell, restart] = lanes.counters[lane, EVALUATIONS]

    @numba.njit(error_model="numpy", nogil=True)
    def search_block(forcing, moments, seeds, lanes, best, loss, evaluations):
        cells, restarts = seeds.shape
        months = forcing.shape[1]
        work = np.zeros(ROWS * LANES, forcing.dtype)
        columns = np.zeros(months * FORCINGS * LANES, forcing.dtype)
        searching = np.full(LANES, -1, np.int64)  # which cell and restart a lane works on
        waiting, done, searches = 0, 0, cells * restarts
        for lane in range(LANES):
            for k in range(parameters):
                work[k * LANES + lane] = value_of(k, zero)
        while done < searches:
            for lane in range(LANES):
                if searching[lane] < 0 and waiting < searches:
                    cell, restart = waiting // restarts, waiting % restarts
                    load(work, columns, forcing, moments, lane, cell)
                    begin(lanes, lane, seeds[cell, restart])
                    searching[lane] = waiting
                    waiting += 1
                if searching[lane] >= 0:
                    for k in range(parameters):
                        work[k * LANES + lane] = value_of(k, lanes.trial[lane, k])
            simulate(work, columns, months)
            for lane in range(LANES):
                if searching[lane] >= 0 and advance(lanes, lane, score(work, lane)):
                    cell, restart = searching[lane] // restarts, searching[lane] % restarts
                    keep(lanes, lane, best, loss, evaluations, cell, restart)
                    searching[lane] = -1
                    done += 1

    return search_block
