"""What the calibration is measured against, spotpy's SCE-UA with three DWBMs, and how.

Parameters are handed over as a sequence in the order of `model.parameters`; series are those of one
basin [month], in mm/month and degC. A simulator takes parameters and gives runoff [month].
"""

import contextlib
import io
import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import spotpy

from vadose.calibrate import Forcing
from vadose.compiling import plain
from vadose.metrics import kge
from vadose.search import Settings
from vadose.water_balance.arithmetic import double_precision
from vadose.water_balance.model import MOST_PARAMETERS, Model, Snow, load_model
from vadose.water_balance.simulate import _compiled_run, simulate

Simulator = Callable[[Sequence[float]], np.ndarray]
WORST = 1e30
# Larger than any budget of model runs, as spotpy counts every new point twice.
OWN_LIMIT_FACTOR = 3


class Found(NamedTuple):
    """What one search of spotpy gave."""

    parameters: np.ndarray
    loss: float  # 1 - KGE
    evaluations: int  # model runs
    own_limit: int  # model runs when spotpy's own count stood at the budget


class BudgetSpent(Exception):
    """Ends a search after its last model run."""


def compiled_model(model: Model, p: np.ndarray, pet: np.ndarray, t: np.ndarray) -> Simulator:
    """Give the project's compiled double-precision model behind as little Python as possible."""
    run = _compiled_run(model.name, model.snow)
    theta, out = np.zeros((1, MOST_PARAMETERS)), np.empty((5, 1, len(p)))
    rows = [np.ascontiguousarray(x[None], np.float64) for x in (p, pet, t)]
    n = len(model.parameters)

    def runoff_of(parameters: Sequence[float]) -> np.ndarray:
        theta[0, :n] = parameters
        run(theta, *rows, out)
        return out[0, 0]

    return runoff_of


def plain_model(model: Model, p: np.ndarray, pet: np.ndarray, t: np.ndarray) -> Simulator:
    """Give the project's own month as plain Python, called in a loop over months.

    Slower than a model written out by hand: six function calls a month, and its constants are
    numpy scalars.
    """
    kit = double_precision(plain)
    start, month = model.make_start(kit), model.make_month(kit, plain)
    forcing = list(zip(p.tolist(), pet.tolist(), t.tolist(), strict=True))

    def runoff_of(parameters: Sequence[float]) -> np.ndarray:
        theta = tuple(map(float, parameters))
        soil, ground = start(theta)
        pack, runoff = 0.0, []
        for rain, demand, warmth in forcing:
            soil, ground, pack, q, _et = month(rain, demand, warmth, theta, soil, ground, pack)
            runoff.append(q)
        return np.array(runoff)

    return runoff_of


def written_out_dwbm(_model: Model, p: np.ndarray, pet: np.ndarray, _t: np.ndarray) -> Simulator:
    """Give DWBM in plain Python as its paper has it, a month written out: two powers a curve.

    A fifth faster than the same with the project's way of writing the curve.
    """
    forcing = list(zip(p.tolist(), pet.tolist(), strict=True))

    def runoff_of(parameters: Sequence[float]) -> np.ndarray:
        sc, w1, w2, kg = map(float, parameters)
        root1, root2 = 1.0 / w1, 1.0 / w2
        soil, ground, runoff = 0.1 * sc, 0.001, []
        for rain, demand in forcing:
            retained = rain
            if rain >= 0.01:
                x = (demand + sc - soil) / rain
                retained = rain * (1.0 + x - (1.0 + x**w1) ** root1)
            available = retained + soil + 1e-9
            x = (demand + sc) / available
            opportunity = available * (1.0 + x - (1.0 + x**w2) ** root2)
            x = demand / available
            soil = opportunity - available * (1.0 + x - (1.0 + x**w2) ** root2)
            runoff.append(rain - retained + kg * ground)
            ground = (1.0 - kg) * ground + available - opportunity
        return np.array(runoff)

    return runoff_of


@lru_cache
def _ranges(name: str, snow: Snow) -> list[spotpy.parameter.Uniform]:
    # Made once, and with all that spotpy would else estimate from draws: that costs 20 ms a search.
    return [
        spotpy.parameter.Uniform(
            parameter,
            low=b.low,
            high=b.high,
            step=(b.high - b.low) / 10,
            optguess=(b.low + b.high) / 2,
            minbound=b.low,
            maxbound=b.high,
        )
        for parameter, b in load_model(name, snow).parameters.items()
    ]


class Setup:
    """A calibration problem as spotpy asks for it, which counts its model runs."""

    def __init__(self, model: Model, simulator: Simulator, observed: np.ndarray, budget: int):
        """Take `observed` [month] with NaN in the months that do not count."""
        self.simulator, self.budget = simulator, budget
        counts = np.flatnonzero(np.isfinite(observed))
        whole = counts[-1] + 1 - counts[0] == len(counts)
        self.counts = slice(counts[0], counts[-1] + 1) if whole else counts
        self.observed = observed[counts]
        self.n, self.mean, self.spread = len(counts), self.observed.mean(), self.observed.std()
        self.above = (self.observed - self.mean) / (self.n * self.spread)
        self.ranges = _ranges(model.name, model.snow)
        self.runs, self.own_count, self.own_limit = 0, 0, 0
        self.theta: Sequence[float] = ()
        self.best: tuple[float, Sequence[float]] = (math.inf, ())

    def parameters(self) -> np.ndarray:
        """Give a random draw of all parameters with their bounds."""
        return spotpy.parameter.generate(self.ranges)

    def simulation(self, theta: Sequence[float]) -> np.ndarray:
        """Run the model, or end the search where the budget is spent."""
        if self.runs == self.budget:
            raise BudgetSpent
        self.runs += 1
        self.theta = tuple(theta)  # spotpy hands the same object over every time
        # A copy: spotpy scores a simulation again after later ones.
        return self.simulator(theta)[self.counts].copy()

    def evaluation(self) -> np.ndarray:
        """Give the observed runoff of the months that count."""
        return self.observed

    def objectivefunction(self, simulation: np.ndarray, **_given: Any) -> float:
        """Give 1 - KGE, with the moments of the observations known: faster than spotpy's own."""
        self.own_count += 1
        if self.own_count == self.budget:
            self.own_limit = self.runs
        mean = np.add.reduce(simulation) / self.n
        above = simulation - mean
        spread = math.sqrt(above.dot(above) / self.n)
        r = above.dot(self.above) / max(spread, 1e-12)
        alpha, beta = spread / self.spread, mean / self.mean
        loss = math.sqrt((r - 1) ** 2 + (alpha - 1) ** 2 + (beta - 1) ** 2)
        loss = loss if loss < WORST else WORST
        if loss < self.best[0]:
            self.best = loss, self.theta
        return loss


def search(
    model: Model, simulator: Simulator, observed: np.ndarray, settings: Settings, seed: int
) -> Found:
    """Search once with spotpy's SCE-UA, for as many model runs as `settings` allows.

    observed [month] in mm/month, NaN in the months that do not count.
    """
    setup = Setup(model, simulator, observed, settings.evaluations)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(BudgetSpent):
        sampler = spotpy.algorithms.sceua(
            setup, dbname="bench", dbformat="ram", save_sim=False, random_state=seed
        )
        sampler.sample(
            OWN_LIMIT_FACTOR * settings.evaluations,
            ngs=settings.complexes,
            kstop=settings.loops_without_gain,
            pcento=settings.least_gain_percent,
            peps=1e-30,
        )
    loss, theta = setup.best
    return Found(np.array(theta), loss, setup.runs, setup.own_limit or setup.runs)


def best_of(
    model: Model, forcing: Forcing, observed: np.ndarray, settings: Settings, seeds: range
) -> tuple[np.ndarray, float, float]:
    """Search each basin once a seed; give the best KGE [basin] and the mean model runs.

    The last number is the mean of model runs when spotpy's own count stood at the budget.
    """
    best, runs = [], []
    for p, pet, t, seen in zip(*forcing[:3], observed, strict=True):
        simulator = compiled_model(model, p, pet, t)
        found = [search(model, simulator, seen, settings, seed) for seed in seeds]
        theta = np.array([one.parameters for one in found])
        # Scored by the functions that score the project's own searches.
        best.append(kge(simulate(model, theta, p, pet, t).q, seen).kge.max())
        runs.append([(one.evaluations, one.own_limit) for one in found])
    return np.array(best), *np.mean(runs, (0, 1))
