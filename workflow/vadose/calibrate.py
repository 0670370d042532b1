"""Calibration of monthly water balance models: every unit on its own, all restarts kept.

A unit is a basin or a grid cell. Calibration uses the first part of a record, verification the
rest. The search runs in the precision asked for; every number that is reported is computed again
in double precision by the simulator.
"""

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from vadose.metrics import KgeParts, kge
from vadose.metrics import kge_prime as kge_prime_score
from vadose.metrics import nse as nse_score
from vadose.search import Settings, make_lanes
from vadose.water_balance.lanes import FORCINGS, LANES, make_block_search
from vadose.water_balance.model import Model, load_model
from vadose.water_balance.simulate import simulate

CELLS_PER_BLOCK = 32
PRECISIONS = {"float32": np.float32, "float64": np.float64}


class Forcing(NamedTuple):
    """Monthly series of units, [unit, month]: p, pet, q in mm/month, t in degC; q may be NaN."""

    p: np.ndarray
    pet: np.ndarray
    t: np.ndarray
    q: np.ndarray


class Periods(NamedTuple):
    """Which months count for what, as masks [unit, month]."""

    calibration: np.ndarray
    verification: np.ndarray

    def select(self, units: np.ndarray) -> "Periods":
        """Keep the units of a mask or index."""
        return Periods(self.calibration[units], self.verification[units])


class Calibration(NamedTuple):
    """What a calibration gives: first axis unit, second axis restart where there is one."""

    parameters: np.ndarray  # [unit, parameter], of the best restart
    restarts: np.ndarray  # [unit, restart, parameter]
    restart_score: np.ndarray  # [unit, restart], score of the calibration months
    search_score: np.ndarray  # [unit, restart], the same as the search saw it in its precision
    evaluations: np.ndarray  # [unit, restart]
    calibration: KgeParts
    verification: KgeParts
    q: np.ndarray  # [unit, month], simulated with the best parameters


def split_periods(q: np.ndarray, share: float) -> Periods:
    """Split each unit's months with runoff, q [unit, month]: the first share calibrates.

    The first min(24, n/8) months of the forcing warm the stores up and count for neither.
    """
    # ASSUME a unit's own record is split, not the calendar: gauges begin and end at their times.
    has_q = np.isfinite(q)
    rank = np.cumsum(has_q, -1)
    first = rank <= np.round(share * rank[:, -1:])
    months = q.shape[-1]
    warm = np.arange(months) >= min(24, months // 8)
    return Periods(has_q & first & warm, has_q & ~first & warm)


def seeds_of(seed: int, units: list[str], restarts: int) -> np.ndarray:
    """Give a seed [unit, restart] that depends on (seed, unit's name, restart) alone."""
    digests = [
        hashlib.blake2b(f"{seed}/{unit}/{restart}".encode(), digest_size=8).digest()
        for unit in units
        for restart in range(restarts)
    ]
    return np.frombuffer(b"".join(digests), np.uint64).reshape(len(units), restarts)


def calibrate(
    model: Model,
    forcing: Forcing,
    units: list[str],
    *,
    periods: Periods,
    settings: Settings,
    restarts: int = 10,
    objective: str = "kge",
    precision: str = "float32",
    seed: int = 0,
    threads: int = 1,
    progress: Callable[[int], object] = int,
) -> Calibration:
    """Find each unit's best parameters by SCE-UA with several restarts (Duan et al. 1992).

    Forcing must be finite; runoff must vary within the calibration months (the caller leaves out
    units where it does not). The result of a unit depends on its series, its name and `seed`, not
    on the other units or the number of threads. `progress` is told how many units were finished.
    """
    last = int(np.flatnonzero(periods.calibration.any(0))[-1]) + 1
    rows, moments = _search_input(forcing, periods, last, PRECISIONS[precision])
    seeds = seeds_of(seed, units, restarts)
    n, parameters = len(units), len(model.parameters)
    best = np.empty((n, restarts, parameters))
    loss, evaluations = np.empty((n, restarts)), np.empty((n, restarts), np.int32)
    search = _search(model.name, model.snow, settings, objective, precision)

    def run(block: slice) -> int:
        lanes = make_lanes(LANES, parameters, settings, PRECISIONS[precision])
        out = best[block], loss[block], evaluations[block]
        search(rows[block], moments[block], seeds[block], lanes, *out)
        return len(range(*block.indices(n)))

    with ThreadPoolExecutor(threads) as pool:
        for finished in as_completed([pool.submit(run, block) for block in _blocks(n)]):
            progress(finished.result())
    return _judge(model, forcing, periods, best, 1 - loss, evaluations, objective)


def _search_input(
    forcing: Forcing, periods: Periods, months: int, real: type
) -> tuple[np.ndarray, np.ndarray]:
    q, counts = forcing.q[:, :months], periods.calibration[:, :months]
    n = counts.sum(-1)
    mean = np.where(counts, q, 0).sum(-1) / n
    above = np.where(counts, q - mean[:, None], 0)
    spread = np.sqrt((above**2).sum(-1) / n)
    rows: np.ndarray = np.empty((len(q), months, FORCINGS), real)
    for k, series in enumerate((forcing.p, forcing.pet, forcing.t)):
        rows[:, :, k] = series[:, :months]
    rows[:, :, 3], rows[:, :, 4] = above, counts
    return rows, np.stack([mean, spread, n], -1).astype(real)


def _blocks(units: int) -> Iterator[slice]:
    for first in range(0, units, CELLS_PER_BLOCK):
        yield slice(first, first + CELLS_PER_BLOCK)


@lru_cache
def _search(name: str, snow: Any, settings: Settings, objective: str, precision: str) -> Any:
    model = load_model(name, snow)
    return make_block_search(model, settings, objective, PRECISIONS[precision])


def _judge(
    model: Model,
    forcing: Forcing,
    periods: Periods,
    restarts: np.ndarray,
    search_score: np.ndarray,
    evaluations: np.ndarray,
    objective: str,
) -> Calibration:
    """Score all restarts in double precision and keep the best."""
    p, pet, t, q = forcing
    score = {"kge": lambda s, o: kge(s, o).kge, "kge_prime": kge_prime_score, "nse": nse_score}
    observed = np.where(periods.calibration, q, np.nan)
    scores = np.stack(
        [
            score[objective](simulate(model, restarts[:, r], p, pet, t).q, observed)
            for r in range(restarts.shape[1])
        ],
        -1,
    )
    first = np.where(np.isfinite(scores), scores, -np.inf).argmax(-1)
    parameters = restarts[np.arange(len(restarts)), first]
    simulated = simulate(model, parameters, p, pet, t).q
    return Calibration(
        parameters,
        restarts,
        scores,
        search_score,
        evaluations,
        kge(simulated, observed),
        kge(simulated, np.where(periods.verification, q, np.nan)),
        simulated,
    )


def results(model: Model, found: Calibration, ready: np.ndarray, periods: Periods) -> xr.Dataset:
    """Lay out a calibration of the units in the mask `ready` [unit] for all units, else missing."""

    def spread_out(values: np.ndarray) -> np.ndarray:
        out = np.full((len(ready), *values.shape[1:]), np.nan)
        out[ready] = values
        return out

    unit = "basin"
    names = list(model.parameters)
    split = periods.calibration + 2 * periods.verification
    variables = {
        "parameters": ((unit, "parameter"), spread_out(found.parameters)),
        "restarts": ((unit, "restart", "parameter"), spread_out(found.restarts)),
        "restart_score": ((unit, "restart"), spread_out(found.restart_score)),
        "evaluations": ((unit, "restart"), spread_out(found.evaluations)),
        "q_simulated": ((unit, "time"), spread_out(found.q)),
        "split": ((unit, "time"), split.astype(np.int8)),
        "low": ("parameter", model.low),
        "high": ("parameter", model.high),
        "unit": ("parameter", [bounds.unit for bounds in model.parameters.values()]),
    }
    for period, parts in (("calibration", found.calibration), ("verification", found.verification)):
        for score, values in parts._asdict().items():
            variables[f"{score}_{period}"] = (unit, spread_out(values))
    return xr.Dataset(variables, coords={"parameter": names})
