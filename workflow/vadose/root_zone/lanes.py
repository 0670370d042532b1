"""All days of all basins on a processor, forth and back, compiled.

A lane is a basin of a member. Days are the outer loop, the lanes of a block the inner one: it holds
no branch and runs over rows of one small array, so that it compiles to vector instructions and its
numbers stay in the nearest cache. Lanes do not know of each other: results are the same to the last
bit whatever the blocks and threads.

Arrays, in C order: `series` are p, t, rn, lai_n [time, member, basin]; `theta` [row, member, basin]
has the twelve parameters of the step and then the five weights of the routing; `start` [8, member,
basin] the four stores before the first day and the runoff of the four days before, the latest
first, and `end` likewise; `outputs` are snow, avai, fast, slow, q, et, tws [time, member, basin].
What has one member or one time has the same numbers at all of them; of outputs with one time the
last day stays.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numba
import numpy as np

from vadose.root_zone.adjoint import make_day_back
from vadose.root_zone.physics import Stores, Theta, make_day
from vadose.root_zone.routing import LONGEST

LANES = 256  # of a block at most: long enough a row for memory to keep up
VECTOR = 16  # a block is filled up to a multiple of it, so that no lane is left to a slow end
PARAMETERS = len(Theta._fields)
ROWS = PARAMETERS + LONGEST  # of theta
# Rows of a block's working array; the value of row k in lane i stands at [k * LANES + i].
P, T, RN, LAI, STORE = range(5)
Q, ET, TWS, SPARE, THETA = range(STORE + 4, STORE + 9)
WEIGHT = THETA + PARAMETERS
WATER = WEIGHT + LONGEST  # runoff of this and the last days; back, what this and the next days ask
OF_STORE = WATER + LONGEST
BEFORE = OF_STORE + 4
OF_THETA = BEFORE + 4
WIDTH = OF_THETA + ROWS

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


@compiled
def _theta(work, i):
    """Read the parameters of a lane."""
    return Theta(
        work[THETA * LANES + i],
        work[(THETA + 1) * LANES + i],
        work[(THETA + 2) * LANES + i],
        work[(THETA + 3) * LANES + i],
        work[(THETA + 4) * LANES + i],
        work[(THETA + 5) * LANES + i],
        work[(THETA + 6) * LANES + i],
        work[(THETA + 7) * LANES + i],
        work[(THETA + 8) * LANES + i],
        work[(THETA + 9) * LANES + i],
        work[(THETA + 10) * LANES + i],
        work[(THETA + 11) * LANES + i],
    )


@compiled
def _add_theta(work, i, part):
    """Add a day's part to the derivatives to a lane's parameters."""
    work[OF_THETA * LANES + i] += part.train
    work[(OF_THETA + 1) * LANES + i] += part.steepness
    work[(OF_THETA + 2) * LANES + i] += part.fmt
    work[(OF_THETA + 3) * LANES + i] += part.kf
    work[(OF_THETA + 4) * LANES + i] += part.percmax
    work[(OF_THETA + 5) * LANES + i] += part.ks
    work[(OF_THETA + 6) * LANES + i] += part.k
    work[(OF_THETA + 7) * LANES + i] += part.beta
    work[(OF_THETA + 8) * LANES + i] += part.efmax
    work[(OF_THETA + 9) * LANES + i] += part.sharpness
    work[(OF_THETA + 10) * LANES + i] += part.per_capacity
    work[(OF_THETA + 11) * LANES + i] += part.brim


@compiled
def _stores(work, row, i):
    """Read the four stores of a lane, or derivatives to them."""
    return Stores(
        work[row * LANES + i],
        work[(row + 1) * LANES + i],
        work[(row + 2) * LANES + i],
        work[(row + 3) * LANES + i],
    )


@compiled
def _keep_stores(work, row, i, stores):
    """Write the four stores of a lane, or derivatives to them."""
    work[row * LANES + i] = stores.snow
    work[(row + 1) * LANES + i] = stores.avai
    work[(row + 2) * LANES + i] = stores.fast
    work[(row + 3) * LANES + i] = stores.slow


@compiled
def _shift(work, i, newest):
    """Move the days that the routing sees by one."""
    work[(WATER + 4) * LANES + i] = work[(WATER + 3) * LANES + i]
    work[(WATER + 3) * LANES + i] = work[(WATER + 2) * LANES + i]
    work[(WATER + 2) * LANES + i] = work[(WATER + 1) * LANES + i]
    work[(WATER + 1) * LANES + i] = work[WATER * LANES + i]
    work[WATER * LANES + i] = newest


@compiled
def _routed(work, i):
    """Give the weighted sum over the days that the routing sees."""
    return (
        work[WEIGHT * LANES + i] * work[WATER * LANES + i]
        + work[(WEIGHT + 1) * LANES + i] * work[(WATER + 1) * LANES + i]
        + work[(WEIGHT + 2) * LANES + i] * work[(WATER + 2) * LANES + i]
        + work[(WEIGHT + 3) * LANES + i] * work[(WATER + 3) * LANES + i]
        + work[(WEIGHT + 4) * LANES + i] * work[(WATER + 4) * LANES + i]
    )


@compiled
def _add_weights(work, i, runoff):
    """Add a day's part to the derivatives to a lane's weights of the routing."""
    work[(OF_THETA + PARAMETERS) * LANES + i] += runoff * work[WATER * LANES + i]
    work[(OF_THETA + PARAMETERS + 1) * LANES + i] += runoff * work[(WATER + 1) * LANES + i]
    work[(OF_THETA + PARAMETERS + 2) * LANES + i] += runoff * work[(WATER + 2) * LANES + i]
    work[(OF_THETA + PARAMETERS + 3) * LANES + i] += runoff * work[(WATER + 3) * LANES + i]
    work[(OF_THETA + PARAMETERS + 4) * LANES + i] += runoff * work[(WATER + 4) * LANES + i]


@compiled
def _take(work, row, array, i, m, first, n):
    """Copy n basins of array[i, m] into a row of the working array."""
    i, m = min(i, array.shape[0] - 1), min(m, array.shape[1] - 1)
    to, given = work[row * LANES : row * LANES + n], array[i, m, first : first + n]
    for lane in range(len(given)):
        to[lane] = given[lane]


@compiled
def _give(work, row, array, i, m, first, n):
    """Copy a row of the working array to n basins of array[i, m]."""
    i = min(i, array.shape[0] - 1)
    kept, given = array[i, m, first : first + n], work[row * LANES : row * LANES + n]
    for lane in range(len(given)):
        kept[lane] = given[lane]


@numba.njit(**INNER)
def _cut(basins):
    """Give the number of blocks that a member's basins are cut into, and the basins of one."""
    blocks = -(-basins // LANES)
    return blocks, -(-basins // blocks)


def blocks(members: int, basins: int) -> int:
    """Count the blocks of all members; a block lies within one."""
    return members * _cut.py_func(basins)[0]


@lru_cache
def forward_pass(real: type) -> Callable[..., Any]:
    """Compile `forward(series, theta, start, first, last, outputs, end)`.

    It fills outputs and end, and works on the blocks from first to before last, see `blocks`.
    """
    day = make_day(real, compiled)
    one = real(1)

    @numba.njit(error_model="numpy", fastmath=FAST, nogil=True)
    def forward(series, theta, start, first, last, outputs, end):
        times, basins = series[0].shape[0], series[0].shape[2]
        per_member, size = _cut(basins)
        work = np.empty(WIDTH * LANES, theta.dtype)
        for block in range(first, last):
            m, b = block // per_member, block % per_member * size
            n = min(size, basins - b)
            width = -(-n // VECTOR) * VECTOR
            work[:] = one  # lanes without a basin run along
            for k in range(ROWS):
                _take(work, THETA + k, theta, k, m, b, n)
            for k in range(4):
                _take(work, STORE + k, start, k, m, b, n)
                _take(work, WATER + k, start, 4 + k, m, b, n)
            for d in range(times):
                for k in range(4):
                    _take(work, P + k, series[k], d, m, b, n)
                for i in range(width):
                    done = day(
                        work[P * LANES + i],
                        work[T * LANES + i],
                        work[RN * LANES + i],
                        work[LAI * LANES + i],
                        _theta(work, i),
                        _stores(work, STORE, i),
                    )
                    _keep_stores(work, STORE, i, done)
                    _shift(work, i, done.runoff)
                    work[Q * LANES + i] = _routed(work, i)
                    work[ET * LANES + i] = done.et
                    work[TWS * LANES + i] = (done.snow + done.avai) + (done.fast + done.slow)
                for k in range(7):
                    _give(work, STORE + k, outputs[k], d, m, b, n)
            for k in range(4):
                _give(work, STORE + k, end, k, m, b, n)
                _give(work, WATER + k, end, 4 + k, m, b, n)

    return forward


@lru_cache
def backward_pass(real: type) -> Callable[..., Any]:
    """Compile `backward(series, theta, start, outputs, of_outputs, first, last, of_*)`.

    From the derivatives of a loss to the outputs, of_outputs, it makes those to theta and start,
    of_theta and of_start.
    """
    day_back = make_day_back(real, compiled)
    zero, one = real(0), real(1)

    @numba.njit(error_model="numpy", fastmath=FAST, nogil=True)
    def backward(series, theta, start, outputs, of_outputs, first, last, of_theta, of_start):
        times, basins = series[0].shape[0], series[0].shape[2]
        per_member, size = _cut(basins)
        work = np.empty(WIDTH * LANES, theta.dtype)
        for block in range(first, last):
            m, b = block // per_member, block % per_member * size
            n = min(size, basins - b)
            width = -(-n // VECTOR) * VECTOR
            work[:] = one
            work[WATER * LANES : BEFORE * LANES] = zero
            work[OF_THETA * LANES :] = zero
            for k in range(ROWS):
                _take(work, THETA + k, theta, k, m, b, n)
            for back in range(times):
                d = times - 1 - back
                for k in range(4):
                    _take(work, P + k, series[k], d, m, b, n)
                    if d > 0:
                        _take(work, BEFORE + k, outputs[k], d - 1, m, b, n)
                    else:
                        _take(work, BEFORE + k, start, k, m, b, n)
                for k in range(7):
                    _take(work, STORE + k, of_outputs[k], d, m, b, n)
                for i in range(width):
                    _shift(work, i, work[Q * LANES + i])
                    held, asked = _stores(work, OF_STORE, i), _stores(work, STORE, i)
                    of_tws = work[TWS * LANES + i]
                    of_before, of_parameters, runoff = day_back(
                        work[P * LANES + i],
                        work[T * LANES + i],
                        work[RN * LANES + i],
                        work[LAI * LANES + i],
                        _theta(work, i),
                        _stores(work, BEFORE, i),
                        Stores(
                            held.snow + asked.snow + of_tws,
                            held.avai + asked.avai + of_tws,
                            held.fast + asked.fast + of_tws,
                            held.slow + asked.slow + of_tws,
                        ),
                        work[ET * LANES + i],
                        _routed(work, i),
                    )
                    _keep_stores(work, OF_STORE, i, of_before)
                    _add_theta(work, i, of_parameters)
                    _add_weights(work, i, runoff)
            for k in range(4):
                _give(work, OF_STORE + k, of_start, k, m, b, n)
                _take(work, SPARE, start, 4 + k, m, b, n)
                for i in range(width):
                    _shift(work, i, zero)
                    work[Q * LANES + i] = _routed(work, i)
                    _add_weights(work, i, work[SPARE * LANES + i])
                _give(work, Q, of_start, 4 + k, m, b, n)
            for k in range(ROWS):
                _give(work, OF_THETA + k, of_theta, k, m, b, n)

    return backward
