"""Simulation of a monthly model with given parameters, in double precision, for many units."""

from functools import lru_cache
from typing import Any, NamedTuple

import numba
import numpy as np

from vadose.water_balance.arithmetic import double_precision
from vadose.water_balance.model import MOST_PARAMETERS, Model, Snow, load_model


class Simulation(NamedTuple):
    """Monthly runoff and evapotranspiration (mm/month) and stores at the month's end (mm)."""

    q: np.ndarray
    et: np.ndarray
    soil: np.ndarray
    ground: np.ndarray
    pack: np.ndarray


def simulate(
    model: Model, theta: np.ndarray, p: np.ndarray, pet: np.ndarray, t: np.ndarray
) -> Simulation:
    """Run a model month by month.

    theta [..., parameter] in the order of `model.parameters`; p, pet (mm/month) and t (degC)
    [..., month]. Leading shapes broadcast against each other. Gives arrays [..., month].
    """
    lead = np.broadcast_shapes(theta.shape[:-1], p.shape[:-1])
    units, months = int(np.prod(lead)), p.shape[-1]
    padded = np.zeros((units, MOST_PARAMETERS))
    padded[:, : theta.shape[-1]] = np.broadcast_to(theta, (*lead, theta.shape[-1])).reshape(
        units, -1
    )
    series = [np.broadcast_to(x, (*lead, months)).reshape(units, months) for x in (p, pet, t)]
    out = np.empty((5, units, months))
    _compiled_run(model.name, model.snow)(padded, *[np.asarray(x, np.float64) for x in series], out)
    return Simulation(*out.reshape(5, *lead, months))


@lru_cache
def _compiled_run(name: str, snow: Snow) -> Any:
    def njit(function):
        return numba.njit(error_model="numpy")(function)

    model, kit = load_model(name, snow), double_precision(njit)
    start, month = njit(model.make_start(kit)), model.make_month(kit, njit)

    @numba.njit(error_model="numpy", nogil=True)
    def run(theta, p, pet, t, out):
        for i in range(len(theta)):
            h = theta[i]
            values = (h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7])
            soil, ground = start(values)
            pack = 0.0
            for m in range(p.shape[1]):
                soil, ground, pack, q, et = month(
                    p[i, m], pet[i, m], t[i, m], values, soil, ground, pack
                )
                out[0, i, m], out[1, i, m] = q, et
                out[2, i, m], out[3, i, m], out[4, i, m] = soil, ground, pack

    return run
