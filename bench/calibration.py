"""Measure the calibration against spotpy: speed and quality side by side, and the whole task.

    .venv/bin/python -m bench.calibration [--basins 40] [--write]

Real basins come from the folder that VADOSE_SAMPLE_DATA names; the miniature planet stands in.
"""

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import NamedTuple

import numpy as np
from bench import common, peers
from bench.common import Basins, table

from vadose.calibrate import BLOCK, Periods, calibrate, split_periods
from vadose.search import Settings
from vadose.water_balance.model import MODELS, load_model

SETTINGS, RESTARTS, WARMUP = Settings(), 10, 24
OURS = "ours, float32"
PLAIN = {"own month": peers.plain_model, "written out by hand": peers.written_out_dwbm}


def ours(model: str, basins: Basins, precision: str, threads: int = 1, seed: int = 0) -> int:
    """Calibrate on all months behind the warm-up; give the number of model runs."""
    counts = np.isfinite(basins.forcing.q) & (np.arange(basins.forcing.q.shape[-1]) >= WARMUP)
    found = calibrate(
        load_model(model),
        basins.forcing,
        basins.names,
        periods=Periods(counts, np.zeros_like(counts)),
        settings=SETTINGS,
        restarts=RESTARTS,
        precision=precision,
        threads=threads,
        seed=seed,
    )
    return int(found.evaluations.sum())


def measure_speed(basins: Basins) -> dict[tuple, float]:
    """Give model runs a second and core by (search, model, variant), all on the same series."""
    full = np.flatnonzero(np.isfinite(basins.forcing.q).all(-1))[0]
    block = basins.repeat(full, BLOCK)
    p, pet, t, q = (series[full] for series in basins.forcing)
    observed = np.where(np.arange(len(q)) < WARMUP, np.nan, q)
    tasks: dict[tuple, Callable[[int], int]] = {}

    def add_peer(name: str, variant: str, make: Callable[..., peers.Simulator]) -> None:
        model = load_model(name)
        simulator = make(model, p, pet, t)
        tasks["spotpy", name, variant] = lambda seed: (
            peers.search(model, simulator, observed, SETTINGS, seed).evaluations
        )

    for variant, make in PLAIN.items():
        add_peer("dwbm", variant, make)
    for name in MODELS:
        add_peer(name, "compiled", peers.compiled_model)
        for precision in ("float32", "float64"):
            tasks["ours", name, precision] = lambda seed, name=name, precision=precision: ours(
                name, block, precision, seed=seed
            )
    with common.one_core():
        return common.best_rates(tasks)


def measure_scaling(basins: Basins) -> dict[int, tuple[float, float]]:
    """Give model runs a second of wall time, and cores got, by threads; DWBM in float32."""
    block = basins.repeat(0, 4 * BLOCK)
    rates = {1: (0.0, 0.0), 2: (0.0, 0.0)}
    for seed in range(common.ROUNDS):
        for threads in rates:
            start = common.now()
            runs = ours("dwbm", block, "float32", threads, seed)
            wall, busy = common.since(start)
            rates[threads] = max(rates[threads], (runs / wall, busy / wall))
    return rates


class Quality(NamedTuple):
    """Best KGE of the calibration months [basin] of each search, and mean model runs used."""

    kge: dict[str, np.ndarray]
    runs: dict[str, float]
    own_limit: float  # model runs when spotpy's own count stood at the budget


def measure_quality(basins: Basins) -> Quality:
    """Calibrate DWBM with the same budget by all searches; score all alike in float64."""
    model, forcing = load_model("dwbm"), basins.forcing
    periods = split_periods(forcing.q, 0.75)
    observed = np.where(periods.calibration, forcing.q, np.nan)
    scores, runs = {}, {}
    variants = {OURS: ("float32", 0), "ours, other seeds": ("float32", 1)}
    for name, (precision, seed) in (variants | {"ours, float64": ("float64", 0)}).items():
        options = {"precision": precision, "seed": seed, "restarts": RESTARTS}
        found = calibrate(
            model, forcing, basins.names, periods=periods, settings=SETTINGS, **options
        )
        scores[name], runs[name] = found.calibration.kge, found.evaluations.mean()
    for name, first in (("spotpy", 0), ("spotpy, other seeds", RESTARTS)):
        seeds = range(first, first + RESTARTS)
        found = peers.best_of(model, forcing, observed, SETTINGS, seeds)
        scores[name], runs[name], own_limit = found
    return Quality(scores, runs, own_limit)


def run_whole_task(basins: Basins) -> dict[str, tuple[float, float, int]]:
    """Calibrate all basins with all models; give seconds to compile, to run, and model runs."""
    threads = len(os.sched_getaffinity(0))
    taken = {}
    for name in MODELS:
        start = common.now()
        ours(name, basins.repeat(0, 1), "float32")
        compiling, ready = common.since(start).wall, common.now()
        runs = ours(name, basins, "float32", threads)
        taken[name] = compiling, common.since(ready).wall, runs
    return taken


def measure_whole_task(basins: Basins) -> tuple[dict[str, tuple[float, float, int]], float, float]:
    """Run the whole task in a process of its own; add its memory before and at the peak, in MB."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        before = pool.submit(common.peak_memory).result()
        taken = pool.submit(run_whole_task, basins).result()
        return taken, before, pool.submit(common.peak_memory).result()


def report_speed(rates: dict[tuple, float], scaling: dict[int, tuple[float, float]]) -> str:
    """Say how many model runs a second one core does, and how often that is a peer's number."""
    plain = max(rates["spotpy", "dwbm", variant] for variant in PLAIN)
    rows = [("spotpy", "dwbm", f"plain Python, {v}", rates["spotpy", "dwbm", v]) for v in PLAIN]
    rows += [(search, name, v, rate) for (search, name, v), rate in rates.items() if v not in PLAIN]
    lines = [
        (
            f"{name.upper() if name != 'abcd' else name}, {search}, {variant}",
            f"{rate:,.0f}",
            f"{rate / plain:,.1f}" if name == "dwbm" else "",
            f"{rate / rates['spotpy', name, 'compiled']:,.1f}",
        )
        for search, name, variant, rate in sorted(rows, key=lambda r: MODELS.index(r[1]))
    ]
    ratio = rates["ours", "dwbm", "float32"] / plain
    other = rates["ours", "dwbm", "float32"] / rates["spotpy", "dwbm", "compiled"]
    return f"""### Speed on one core
{table("search|model runs/s|x plain|x spotpy with the compiled model", *lines)}

A calibration of DWBM on one core is {ratio:.0f} times as fast as spotpy with the faster plain
Python model and {other:.0f} times as fast as spotpy with the same compiled model. Processor time,
best of {common.ROUNDS} rounds of at least {common.LEAST_SECONDS:g} s in turn, without compilation;
one series of 408 months, all but {WARMUP} of warm-up calibrating; only runs of the model count.
Two threads do {scaling[2][0]:,.0f} runs/s of wall time against {scaling[1][0]:,.0f} with one, that
is {scaling[2][0] / scaling[1][0]:.2f} times as many, with {scaling[2][1]:.2f} cores to be had.
"""


def report_quality(quality: Quality, names: list[str]) -> str:
    """Say how the best of ten restarts compares with spotpy's, basin by basin."""
    rows, lowest = [], ""
    for name, scores in quality.kge.items():
        gain = scores - quality.kge["spotpy"]
        if name == OURS:
            lowest = f"{names[gain.argmin()]} ({gain.min():+.4f})"
        numbers = f"{np.median(gain):+.6f}", f"{gain.min():+.4f}", f"{gain.max():+.4f}"
        counts = int((gain < -0.001).sum()), int((gain > 0.001).sum())
        rows.append((name, f"{np.median(scores):.4f}", *numbers, *counts, int(quality.runs[name])))
    head = (
        "search|median KGE|median gain|lowest gain|highest gain|lower by > 0.001|higher by > 0.001|"
    )
    return f"""### Quality at equal budgets
{table(head + "mean model runs", *rows)}

Best of {RESTARTS} restarts with at most {SETTINGS.evaluations} model runs each, DWBM without snow,
first 75 % of the months, {len(names)} basins, every one counted. Gain is against the row spotpy in
the same basin; all are scored by the same float64 functions. Our lowest gain is in {lowest}.
The rows with other seeds show what chance does. spotpy counts every new point twice: left to its
own limit of {SETTINGS.evaluations} it stops after {quality.own_limit:.0f} model runs; here it has
the whole budget.
"""


def report_task(taken: dict[str, tuple[float, ...]], before: float, peak: float, n: int) -> str:
    """Say what all basins with all models cost."""
    total = tuple(map(sum, zip(*taken.values(), strict=True)))
    rows = [
        (k, f"{c:.1f}", f"{s:.1f}", f"{r:,}") for k, (c, s, r) in (taken | {"all": total}).items()
    ]
    return f"""### The whole task
{table("model|s to compile|s to calibrate|model runs", *rows)}

{n} basins, {len(taken)} models, {RESTARTS} restarts and 408 months take {total[1]:.0f} s of wall
time on {len(os.sched_getaffinity(0))} cores, {total[0] + total[1]:.0f} s with compilation, and
{peak:.0f} MB of memory at the peak, {before:.0f} MB of which are Python and its libraries.
"""


def main(basins: int, write: bool) -> None:
    """Measure all and print it; write it too where that is wanted."""
    everything = common.read_basins()
    names = everything.names
    some = np.arange(0, len(names), max(len(names) // basins, 1))[:basins]
    task = measure_whole_task(everything)
    speed = measure_speed(everything), measure_scaling(everything)
    quality = measure_quality(everything.pick(some))
    machine = common.describe_machine("numba", "spotpy")
    parts = [
        f"{machine} Data: {len(names)} {everything.source}, 1981-2014.\n",
        report_speed(*speed),
        report_quality(quality, [names[i] for i in some]),
        report_task(*task, len(names)),
    ]
    common.publish("Calibration", parts, write)


if __name__ == "__main__":
    parser = common.arguments(__doc__)
    parser.add_argument("--basins", type=int, default=40, help="basins of the quality part")
    given = parser.parse_args()
    main(given.basins, given.write)
