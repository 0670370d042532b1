"""Calibration of monthly water balance models: every unit on its own, all restarts kept.

A unit is a basin or a grid cell. Calibration uses the first part of a record, verification the
rest. The search runs in the precision asked for; every number that is reported is computed again
in double precision by the simulator.
"""

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any, Literal, NamedTuple

import numpy as np
import xarray as xr

from vadose.errors import InputError
from vadose.gpu_slots import take_slot
from vadose.metrics import KgeParts, kge
from vadose.metrics import kge_prime as kge_prime_score
from vadose.metrics import nse as nse_score
from vadose.search import Settings
from vadose.water_balance.lanes import make_processor_search
from vadose.water_balance.model import Model
from vadose.water_balance.objective import FORCINGS, Found, scale_of
from vadose.water_balance.simulate import simulate

# Units that one thread takes at a time, and units that the graphics card takes at a time.
BLOCK, LAUNCH = 64, 32768
Device = Literal["cpu", "cuda"]
PRECISIONS = {"float32": np.float32, "float64": np.float64}


class Forcing(NamedTuple):
    """Monthly series of units, [unit, month]: p, pet, q in mm/month, t in degC; q may be NaN."""

    p: np.ndarray
    pet: np.ndarray
    t: np.ndarray
    q: np.ndarray

    def select(self, units: np.ndarray | slice) -> "Forcing":
        """Keep the units of a mask, index or slice."""
        return Forcing(*(series[units] for series in self))


class Periods(NamedTuple):
    """Which months count for what, as masks [unit, month]."""

    calibration: np.ndarray
    verification: np.ndarray

    def select(self, units: np.ndarray | slice) -> "Periods":
        """Keep the units of a mask, index or slice."""
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
    return np.array(np.frombuffer(b"".join(digests), np.uint64)).reshape(len(units), restarts)


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
    capacity: np.ndarray | None = None,
    threads: int = 1,
    device: Device = "cpu",
    progress: Callable[[int], object] = int,
) -> Calibration:
    """Find each unit's best parameters by SCE-UA with several restarts (Duan et al. 1992).

    Forcing must be finite and runoff must vary within the calibration months, else InputError; the
    caller leaves such units out, see vadose.reasons. The result of a unit depends on its series,
    its name and `seed`, not on the other units or the number of threads. `capacity` [unit], in mm,
    fixes the storage capacity, so that the search finds the other parameters only. `device` is cpu
    or cuda: on the graphics card the last digits differ, and so may the way to the optimum.
    `progress` is told how many units were finished since the last time.
    """
    _check(forcing, periods, units)
    real = PRECISIONS[precision]
    search = _search_on(device)(model, settings, objective, real)
    seeds = seeds_of(seed, units, restarts)
    scale = scale_of(model, len(units), real, capacity)

    def search_part(part: slice) -> Found:
        series = _search_input(forcing.select(part), periods.calibration[part], real)
        return search(scale[part], *series, seeds[part])

    def judge_part(part: slice, found: Found) -> Calibration:
        return _judge(model, forcing.select(part), periods.select(part), found, objective)

    def both(part: slice) -> Calibration:
        return judge_part(part, search_part(part))

    pool, parts = ThreadPoolExecutor(threads), []
    try:
        if device == "cuda":
            tasks = _search_then_judge(pool, len(units), search_part, judge_part)
        else:
            tasks = iter([pool.submit(both, part) for part in _parts(len(units), BLOCK)])
        for task in tasks:
            parts.append(task.result())
            progress(len(parts[-1].parameters))
    finally:
        pool.shutdown(cancel_futures=True)
    return _join(parts)


def _search_on(device: Device) -> Callable[..., Any]:
    if device == "cuda":
        # Not above: it takes a second to import, and few runs have a graphics card.
        from vadose.water_balance.kernel import make_card_search

        take_slot()
        return make_card_search
    return make_processor_search


def _parts(units: int, size: int) -> Iterator[slice]:
    for first in range(0, units, size):
        yield slice(first, min(first + size, units))


def _search_then_judge(
    pool: Executor,
    units: int,
    search: Callable[[slice], Found],
    judge: Callable[[slice, Found], Calibration],
) -> Iterator[Future[Calibration]]:
    """Search launch by launch on the card; the processor judges a launch during the next one."""
    waiting: list[Future[Calibration]] = []
    for launch in _parts(units, LAUNCH):
        found = search(launch)
        yield from waiting
        waiting = [
            pool.submit(
                judge,
                slice(launch.start + part.start, launch.start + part.stop),
                Found(*(values[part] for values in found)),
            )
            for part in _parts(launch.stop - launch.start, BLOCK)
        ]
    yield from waiting


def _check(forcing: Forcing, periods: Periods, units: list[str]) -> None:
    """Refuse units that no search can serve."""
    whole = np.all([np.isfinite(series).all(-1) for series in forcing[:3]], 0)
    fitted = np.where(periods.calibration, forcing.q, 0)
    low = np.where(periods.calibration, forcing.q, np.inf).min(-1, initial=np.inf)
    high = np.where(periods.calibration, forcing.q, -np.inf).max(-1, initial=-np.inf)
    bad = np.flatnonzero(~(whole & np.isfinite(fitted).all(-1) & (high > low)))
    if len(bad):
        names = ", ".join(units[i] for i in bad[:5])
        raise InputError(
            f"{len(bad)} of {len(units)} units have gaps in their forcing or no varying runoff in "
            f"the months that calibrate, such as {names}: leave them out as vadose.reasons does."
        )


def _search_input(
    forcing: Forcing, counts: np.ndarray, real: type
) -> tuple[np.ndarray, np.ndarray]:
    """Give series [5, unit, month] and moments [3, unit] as vadose.water_balance.objective says."""
    months = int(np.flatnonzero(counts.any(0))[-1]) + 1
    p, pet, t, q = (series[:, :months] for series in forcing)
    counts = counts[:, :months]
    n = counts.sum(-1)
    mean = np.where(counts, q, 0).sum(-1) / n
    above = np.where(counts, q - mean[:, None], 0)
    spread = np.sqrt((above**2).sum(-1) / n)
    series: np.ndarray = np.empty((FORCINGS, *q.shape), real)
    for row, values in zip(series, (p, pet, t, above, counts), strict=True):
        row[:] = values
    return series, np.stack([mean, spread, n]).astype(real)


def _judge(
    model: Model, forcing: Forcing, periods: Periods, found: Found, objective: str
) -> Calibration:
    """Score all restarts in double precision and keep the best."""
    p, pet, t, q = forcing
    score = {"kge": lambda s, o: kge(s, o).kge, "kge_prime": kge_prime_score, "nse": nse_score}
    observed = np.where(periods.calibration, q, np.nan)
    restarts = found.best.astype(np.float64)
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
        1 - found.loss.astype(np.float64),
        found.evaluations,
        kge(simulated, observed),
        kge(simulated, np.where(periods.verification, q, np.nan)),
        simulated,
    )


def _join(parts: list[Calibration]) -> Calibration:
    def join(values: tuple[Any, ...]) -> Any:
        if isinstance(values[0], KgeParts):
            return KgeParts(*map(np.concatenate, zip(*values, strict=True)))
        return np.concatenate(values)

    return Calibration._make(map(join, zip(*parts, strict=True)))


def no_calibration(model: Model, restarts: int, months: int) -> Calibration:
    """Give the calibration of no unit, for a chunk in which none can be calibrated."""
    none, restart = np.empty((0, len(model.parameters))), np.empty((0, restarts))
    scores = KgeParts(*np.empty((len(KgeParts._fields), 0)))
    return Calibration(
        none,
        np.empty((0, restarts, none.shape[1])),
        restart,
        restart,
        restart,
        scores,
        scores,
        np.empty((0, months)),
    )


def results(model: Model, found: Calibration, ready: np.ndarray, periods: Periods) -> xr.Dataset:
    """Lay out a calibration of the units in the mask `ready` [unit] for all units, else missing."""

    def spread_out(values: np.ndarray) -> np.ndarray:
        out = np.full((len(ready), *values.shape[1:]), np.nan)
        out[ready] = values
        return out

    names = list(model.parameters)
    split = periods.calibration + 2 * periods.verification
    variables = {
        "parameters": (("unit", "parameter"), spread_out(found.parameters)),
        "restarts": (("unit", "restart", "parameter"), spread_out(found.restarts)),
        "restart_score": (("unit", "restart"), spread_out(found.restart_score)),
        "evaluations": (("unit", "restart"), spread_out(found.evaluations)),
        "q_simulated": (("unit", "time"), spread_out(found.q)),
        "split": (("unit", "time"), split.astype(np.int8)),
        "low": ("parameter", model.low),
        "high": ("parameter", model.high),
        "parameter_unit": ("parameter", [bounds.unit for bounds in model.parameters.values()]),
    }
    for period, parts in (("calibration", found.calibration), ("verification", found.verification)):
        for score, values in parts._asdict().items():
            variables[f"{score}_{period}"] = ("unit", spread_out(values))
    return xr.Dataset(variables, coords={"parameter": names})
