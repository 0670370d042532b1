"""SCE-UA, the shuffled complex evolution of Duan et al. (1992), as a machine that asks for values.

`advance` takes the value of the trial point that it proposed last and proposes the next one. The
caller decides how trial points are evaluated: one at a time, or one for each of many independent
searches ("lanes") together. All searches run in the unit cube; every lane has its own points,
counters and random numbers, so a search does not depend on its neighbours.

Duan, Q., Sorooshian, S. and Gupta, V. (1992), Water Resources Research 28, 1015-1031.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from vadose.compiling import Compiler, plain

# What the trial point of a lane is, and what stands in its counters.
ANYWHERE, REFLECTED, CONTRACTED, MUTATED, FINISHED = range(5)
PHASE, POINT, COMPLEX, STEP, EVALUATIONS, LOOPS = range(6)
COUNTERS = 6


class Settings(NamedTuple):
    """How long and how hard to search, with the names of the SCE-UA literature."""

    evaluations: int = 1000  # maxn
    complexes: int = 2  # ngs
    loops_without_gain: int = 10  # kstop
    least_gain_percent: float = 1e-4  # pcento


class Lanes(NamedTuple):
    """The state of many searches side by side; the first axis of each array is the lane."""

    points: np.ndarray  # [lane, point, parameter], best first within each complex
    values: np.ndarray  # [lane, point], smaller is better
    trial: np.ndarray  # [lane, parameter], the point to evaluate next
    counters: np.ndarray  # [lane, COUNTERS], see PHASE .. LOOPS
    simplex: np.ndarray  # [lane, parameter + 1], members of the complex that breed
    history: np.ndarray  # [lane, loops_without_gain], best value after each loop
    random: np.ndarray  # [lane], state of the random numbers


def make_lanes(lanes: int, parameters: int, settings: Settings, real: type) -> Lanes:
    """Allocate the state of `lanes` searches over `parameters` dimensions."""
    points = settings.complexes * (2 * parameters + 1)
    return Lanes(
        np.zeros((lanes, points, parameters), real),
        np.full((lanes, points), np.inf, real),
        np.zeros((lanes, parameters), real),
        np.full((lanes, COUNTERS), FINISHED, np.int32),
        np.zeros((lanes, parameters + 1), np.int32),
        np.zeros((lanes, settings.loops_without_gain), real),
        np.zeros(lanes, np.uint64),
    )


def make_uniform(real: type, compile_: Compiler = plain) -> Callable[..., Any]:
    """Give the function that draws a number in [0, 1) from a lane's own SplitMix64 stream."""
    golden, mix1, mix2 = (
        np.uint64(0x9E3779B97F4A7C15),
        np.uint64(0xBF58476D1CE4E5B9),
        np.uint64(0x94D049BB133111EB),
    )
    s30, s27, s31, s40 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(40)
    unit = real(2.0**-24)

    @compile_
    def uniform(random, lane):
        state = random[lane] + golden
        random[lane] = state
        state = (state ^ (state >> s30)) * mix1
        state = (state ^ (state >> s27)) * mix2
        state = state ^ (state >> s31)
        return real(state >> s40) * unit

    return uniform


def make_search(
    settings: Settings, real: type, compile_: Compiler = plain
) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Give `begin(lanes, lane, seed)` and `advance(lanes, lane, value)` of the search.

    Both leave the point to evaluate in `lanes.trial[lane]`; `advance` returns True when the
    search of that lane is over, its best point being the one with the smallest value. How many
    parameters there are is told by the shape of `lanes.trial`.
    """
    # In the papers' names: a complex has npg = 2n + 1 members, nps = n + 1 of them breed, and
    # nspl = 2n + 1 steps are taken before all complexes are shuffled.
    complexes, most = settings.complexes, settings.evaluations
    patience = settings.loops_without_gain
    zero, half, one, two = real(0), real(0.5), real(1), real(2)
    hundred, least_gain, worst = real(100), real(settings.least_gain_percent), real(np.inf)
    uniform = make_uniform(real, compile_)

    @compile_
    def store(lanes, lane, row, value):
        lanes.values[lane, row] = value
        for k in range(lanes.trial.shape[1]):
            lanes.points[lane, row, k] = lanes.trial[lane, k]

    @compile_
    def sort(lanes, lane, first, stride):
        """Put the rows first, first + stride, ... in order, by insertion: most of them are."""
        values, points = lanes.values[lane], lanes.points[lane]
        for start in range(first + stride, len(values), stride):
            i = start
            while i > first and values[i] < values[i - stride]:
                values[i], values[i - stride] = values[i - stride], values[i]
                for k in range(points.shape[1]):
                    points[i, k], points[i - stride, k] = points[i - stride, k], points[i, k]
                i -= stride

    @compile_
    def stands_still(lanes, lane):
        """Tell, at the end of a loop, whether the best value gained enough over the last ones."""
        best, loop = lanes.values[lane, 0], lanes.counters[lane, LOOPS]
        slot = loop % patience
        before = lanes.history[lane, slot]
        lanes.history[lane, slot] = best
        lanes.counters[lane, LOOPS] = loop + 1
        return loop >= patience and hundred * (before - best) <= least_gain * abs(best)

    @compile_
    def choose_parents(lanes, lane):
        """Pick the parents of the next step: the best, and others by triangular probability."""
        parents = lanes.simplex.shape[1]
        members = 2 * parents - 1
        middle, square = real(members) + half, real(members * (members + 1))
        chosen, count = 1, 1
        while count < parents:
            u = uniform(lanes.random, lane)
            k = int(middle - math.sqrt(middle * middle - square * u))
            k = min(max(k, 0), members - 1)
            if (chosen >> k) & 1 == 0:
                chosen |= 1 << k
                count += 1
        j = 0
        for k in range(members):
            if (chosen >> k) & 1 == 1:
                lanes.simplex[lane, j] = k
                j += 1

    @compile_
    def step_from_worst(lanes, lane, factor):
        """Propose the worst parent moved by `factor` of its way to the centroid of the others."""
        first, simplex = lanes.counters[lane, COMPLEX], lanes.simplex[lane]
        others = lanes.trial.shape[1]  # one less than the parents, as many as the parameters
        last = first + simplex[others] * complexes
        inside = True
        for k in range(others):
            centroid = zero
            for j in range(others):
                centroid += lanes.points[lane, first + simplex[j] * complexes, k]
            centroid /= real(others)
            x = lanes.points[lane, last, k]
            x = x + factor * (centroid - x)
            inside = inside and x >= zero and x <= one
            lanes.trial[lane, k] = x
        return inside

    @compile_
    def draw(lanes, lane, anywhere):
        """Propose a random point of the cube or, else, of the smallest box round the complex."""
        first = lanes.counters[lane, COMPLEX]
        for k in range(lanes.trial.shape[1]):
            low, high = zero, one
            if not anywhere:
                low, high = one, zero
                for row in range(first, lanes.points.shape[1], complexes):
                    x = lanes.points[lane, row, k]
                    low, high = min(low, x), max(high, x)
            lanes.trial[lane, k] = low + (high - low) * uniform(lanes.random, lane)

    @compile_
    def begin(lanes, lane, seed):
        """Start a new search in a lane."""
        lanes.random[lane] = seed
        for i in range(lanes.values.shape[1]):
            lanes.values[lane, i] = worst
        for k in range(COUNTERS):
            lanes.counters[lane, k] = 0
        draw(lanes, lane, True)

    @compile_
    def advance(lanes, lane, value):
        """Take the value of the trial and propose the next; True when the search is over."""
        counters = lanes.counters[lane]
        counters[EVALUATIONS] += 1
        phase, rows, parameters = counters[PHASE], lanes.values.shape[1], lanes.trial.shape[1]
        # The trial takes the place of the worst parent, where it is better or the last resort.
        row, loop_over = counters[COMPLEX] + lanes.simplex[lane, parameters] * complexes, False
        if phase == ANYWHERE:
            row = counters[POINT]
        accepted = not ANYWHERE < phase < MUTATED or value < lanes.values[lane, row]
        first, stride = counters[COMPLEX], complexes
        if accepted:
            store(lanes, lane, row, value)
            if phase == ANYWHERE:
                counters[POINT] += 1
                loop_over = counters[POINT] == rows
            else:
                counters[STEP] += 1
                if counters[STEP] == 2 * parameters + 1:
                    counters[STEP] = 0
                    counters[COMPLEX] += 1
                    loop_over = counters[COMPLEX] == complexes
        filling = phase == ANYWHERE and not loop_over
        if loop_over:
            # Sorting all points deals the complexes anew.
            counters[COMPLEX], first, stride = 0, 0, 1
        if accepted and not filling:
            sort(lanes, lane, first, stride)
            choose_parents(lanes, lane)
            phase = REFLECTED
        elif not filling:
            phase = CONTRACTED if phase == REFLECTED else MUTATED
        inside = phase == CONTRACTED
        if ANYWHERE < phase < MUTATED:
            inside = step_from_worst(lanes, lane, two if phase == REFLECTED else half) or inside
        if not inside:
            draw(lanes, lane, filling)
        if counters[EVALUATIONS] >= most or (loop_over and stands_still(lanes, lane)):
            phase = FINISHED
        counters[PHASE] = phase
        return phase == FINISHED

    return begin, advance


def make_keep(value_of: Callable[..., Any], compile_: Compiler = plain) -> Callable[..., Any]:
    """Give `keep(lanes, lane, scale, best)`: write the parameters of the best point into `best`.

    It returns the point's value and the evaluations used. `value_of(scale, k, unit)` turns a
    coordinate into a parameter.
    """

    @compile_
    def keep(lanes, lane, scale, best):
        row = 0
        for i in range(lanes.values.shape[1]):
            if lanes.values[lane, i] < lanes.values[lane, row]:
                row = i
        for k in range(lanes.trial.shape[1]):
            best[k] = value_of(scale, k, lanes.points[lane, row, k])
        return lanes.values[lane, row], lanes.counters[lane, EVALUATIONS]

    return keep
