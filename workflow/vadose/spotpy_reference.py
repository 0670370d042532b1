"""The field's reference calibration, SCE-UA of spotpy, for a few units: slow, and by other hands.

Houska, T. et al. (2015), PLoS ONE 10, e0145180.
"""

import contextlib
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
import spotpy

from vadose.calibrate import Forcing, Periods
from vadose.metrics import kge
from vadose.search import Settings
from vadose.water_balance.model import Model
from vadose.water_balance.simulate import simulate


class _Problem:
    """One unit's calibration as spotpy asks for it; remembers the best point."""

    def __init__(self, model: Model, forcing: Forcing, counts: np.ndarray) -> None:
        self.model, self.forcing = model, forcing
        self.observed = np.where(counts, forcing.q, np.nan)
        self.best, self.parameters_of_best = np.inf, np.full(len(model.parameters), np.nan)

    def parameters(self) -> Any:
        return spotpy.parameter.generate(
            [
                spotpy.parameter.Uniform(name, b.low, b.high)
                for name, b in self.model.parameters.items()
            ]
        )

    def simulation(self, point: Sequence[float]) -> np.ndarray:
        theta = np.array([list(point)])
        q = simulate(self.model, theta, self.forcing.p, self.forcing.pet, self.forcing.t).q
        loss = 1 - float(kge(q, self.observed).kge[0])
        if loss < self.best:
            self.best, self.parameters_of_best = loss, theta[0]
        return np.array([loss if np.isfinite(loss) else 1e30])

    def evaluation(self) -> list[float]:
        return [0.0]

    def objectivefunction(self, simulation: np.ndarray, **_: Any) -> float:
        return float(simulation[0])


def calibrate_by_spotpy(
    model: Model,
    forcing: Forcing,
    periods: Periods,
    settings: Settings,
    restarts: int,
    seed: int,
) -> np.ndarray:
    """Give each unit's best parameters [unit, parameter] by KGE of the calibration months."""
    found = []
    for k in range(len(forcing.p)):
        one = _Problem(model, forcing.select(slice(k, k + 1)), periods.calibration[k : k + 1])
        for restart in range(restarts):
            with contextlib.redirect_stdout(io.StringIO()):
                search = spotpy.algorithms.sceua(
                    one, dbformat="ram", save_sim=False, random_state=seed + restart
                )
                search.sample(
                    settings.evaluations,
                    ngs=settings.complexes,
                    kstop=settings.loops_without_gain,
                    pcento=settings.least_gain_percent,
                )
        found.append(one.parameters_of_best)
    return np.array(found)
