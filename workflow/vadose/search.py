"""SCE-UA, the shuffled complex evolution of Duan et al. (1992), as a machine that asks for values.

`advance` takes the value of the trial point that it proposed last and proposes the next one. The
caller decides how trial points are evaluated: one at a time, or one for each of many independent
searches ("lanes") together. All searches run in the unit cube; every lane has its own points,
counters and random numbers, so a search does not depend on its neighbours.

Duan, Q., Sorooshian, S. and Gupta, V. (1992), Water Resources Research 28, 1015-1031.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from vadose.compiling import Compiler, plain

INITIAL, REFLECTED, CONTRACTED, MUTATED, FINISHED = range(5)
PHASE, POINT, COMPLEX, STEP, EVALUATIONS, LOOPS = range(6)


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
    counters: np.ndarray  # [lane, 6], see PHASE .. LOOPS
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
        np.full((lanes, 6), FINISHED, np.int32),
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
    parameters: int, settings: Settings, real: type, compile_: Compiler = plain
) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Give `begin(lanes, lane, seed)` and `advance(lanes, lane, value)` of the search.

    Both leave the point to evaluate in `lanes.trial[lane]`; `advance` returns True when the
    search of that lane is over, its best point being the one with the smallest value.
    """
    complexes = settings.complexes
    members = 2 * parameters + 1  # npg
    parents = parameters + 1  # nps
    steps = 2 * parameters + 1  # nspl
    points = complexes * members
    most, patience = settings.evaluations, settings.loops_without_gain
    zero, half, one, two = real(0), real(0.5), real(1), real(2)
    members_half, members_square = real(members + 0.5), real(members * (members + 1))
    hundred, least_gain = real(100), real(settings.least_gain_percent)
    uniform = make_uniform(real, compile_)

    @compile_
    def swap(lanes, lane, i, j):
        values = lanes.values[lane]
        values[i], values[j] = values[j], values[i]
        for k in range(parameters):
            rows = lanes.points[lane]
            rows[i, k], rows[j, k] = rows[j, k], rows[i, k]

    @compile_
    def sift(lanes, lane, i, stride):
        """Move row i up among the rows i - stride, i - 2 stride, ... until they are in order."""
        while i >= stride and lanes.values[lane, i] < lanes.values[lane, i - stride]:
            swap(lanes, lane, i, i - stride)
            i -= stride

    @compile_
    def choose_parents(lanes, lane):
        """Pick the parents of the next step: the best, and others by triangular probability."""
        chosen, count = 1, 1
        while count < parents:
            u = uniform(lanes.random, lane)
            k = int(members_half - (members_half * members_half - members_square * u) ** half)
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
    def mutate(lanes, lane):
        """Propose a random point of the smallest box that holds the complex."""
        first = lanes.counters[lane, COMPLEX]
        for k in range(parameters):
            low, high = one, zero
            for m in range(members):
                x = lanes.points[lane, first + m * complexes, k]
                low, high = min(low, x), max(high, x)
            lanes.trial[lane, k] = low + (high - low) * uniform(lanes.random, lane)

    @compile_
    def step_from_worst(lanes, lane, factor):
        """Propose the worst parent moved by `factor` of its way to the centroid of the others."""
        first, simplex = lanes.counters[lane, COMPLEX], lanes.simplex[lane]
        worst = first + simplex[parents - 1] * complexes
        inside = True
        for k in range(parameters):
            centroid = zero
            for j in range(parents - 1):
                centroid += lanes.points[lane, first + simplex[j] * complexes, k]
            centroid /= real(parents - 1)
            x = lanes.points[lane, worst, k]
            x = x + factor * (centroid - x)
            inside = inside and x >= zero and x <= one
            lanes.trial[lane, k] = x
        return inside

    @compile_
    def reflect(lanes, lane):
        choose_parents(lanes, lane)
        lanes.counters[lane, PHASE] = REFLECTED
        if not step_from_worst(lanes, lane, two):
            mutate(lanes, lane)

    @compile_
    def draw_anywhere(lanes, lane):
        for k in range(parameters):
            lanes.trial[lane, k] = uniform(lanes.random, lane)

    @compile_
    def shuffle(lanes, lane):
        """Sort all points, which deals the complexes anew; tell whether the search stands still."""
        for i in range(1, points):
            sift(lanes, lane, i, 1)
        best, loop = lanes.values[lane, 0], lanes.counters[lane, LOOPS]
        slot = loop % patience
        before = lanes.history[lane, slot]
        lanes.history[lane, slot] = best
        lanes.counters[lane, LOOPS] = loop + 1
        return loop >= patience and hundred * (before - best) <= least_gain * abs(best)

    @compile_
    def store(lanes, lane, row, value):
        lanes.values[lane, row] = value
        for k in range(parameters):
            lanes.points[lane, row, k] = lanes.trial[lane, k]

    @compile_
    def accept(lanes, lane, value):
        """Replace the worst parent by the trial; go on with the next step, complex or loop."""
        counters = lanes.counters[lane]
        row = counters[COMPLEX] + lanes.simplex[lane, parents - 1] * complexes
        store(lanes, lane, row, value)
        # The new member may belong above or below its place.
        for m in range(1, members):
            sift(lanes, lane, counters[COMPLEX] + m * complexes, complexes)
        counters[STEP] += 1
        if counters[STEP] == steps:
            counters[STEP] = 0
            counters[COMPLEX] += 1
            if counters[COMPLEX] == complexes:
                counters[COMPLEX] = 0
                if shuffle(lanes, lane):
                    counters[PHASE] = FINISHED
                    return
        reflect(lanes, lane)

    @compile_
    def begin(lanes, lane, seed):
        """Start a new search in a lane."""
        lanes.random[lane] = seed
        for i in range(points):
            lanes.values[lane, i] = real(np.inf)
        for k in range(6):
            lanes.counters[lane, k] = 0
        draw_anywhere(lanes, lane)

    @compile_
    def advance(lanes, lane, value):
        """Take the value of the trial and propose the next; True when the search is over."""
        counters = lanes.counters[lane]
        counters[EVALUATIONS] += 1
        if counters[PHASE] == INITIAL:
            store(lanes, lane, counters[POINT], value)
            counters[POINT] += 1
            if counters[POINT] < points:
                draw_anywhere(lanes, lane)
            else:
                shuffle(lanes, lane)
                reflect(lanes, lane)
        else:
            row = counters[COMPLEX] + lanes.simplex[lane, parents - 1] * complexes
            if value < lanes.values[lane, row] or counters[PHASE] == MUTATED:
                accept(lanes, lane, value)
            elif counters[PHASE] == REFLECTED:
                step_from_worst(lanes, lane, half)
                counters[PHASE] = CONTRACTED
            else:
                mutate(lanes, lane)
                counters[PHASE] = MUTATED
        if counters[EVALUATIONS] >= most:
            counters[PHASE] = FINISHED
        return counters[PHASE] == FINISHED

    return begin, advance
