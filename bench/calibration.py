"""Measure the calibration against spotpy: speed and quality side by side, and the whole task.

    .venv/bin/python -m bench.calibration [--basins 40] [--write]

Real basins come from the folder that VADOSE_SAMPLE_DATA names; the miniature planet stands in.
"""

import argparse
import os
import re
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from bench import peers

from vadose.basins import monthly, potential_evapotranspiration
from vadose.calibrate import BLOCK, Forcing, Periods, calibrate, split_periods
from vadose.reasons import BLOCKING, data_reason
from vadose.search import Settings
from vadose.sources.caravan import TREE, find_basins, read_attributes, read_daily
from vadose.water_balance.model import MODELS, load_model

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench" / "results.md"
DAYS = pd.date_range("1981-01-01", "2014-12-31", freq="D")
BASINS_PER_BATCH = 100
SETTINGS, RESTARTS, WARMUP = Settings(), 10, 24
OURS = "ours, float32"
PLAIN = {"own month": peers.plain_model, "written out by hand": peers.written_out_dwbm}


class Basins(NamedTuple):
    """Monthly series of basins that can be calibrated, and where they come from."""

    names: list[str]
    forcing: Forcing
    source: str

    def pick(self, index: np.ndarray) -> "Basins":
        """Keep some basins."""
        series = Forcing(*(x[index] for x in self.forcing))
        return Basins([self.names[i] for i in index], series, self.source)

    def repeat(self, i: int, times: int) -> "Basins":
        """Take one basin many times, each with random numbers of its own."""
        return self.pick(np.full(times, i))._replace(names=[f"copy {k}" for k in range(times)])


def read_basins(sample: Path) -> Basins:
    """Read all basins of the sample folder, or of the miniature planet where there is none."""
    if (sample / TREE).is_dir():
        return _read_tree(sample / TREE, "camels", "real basins of Caravan's CAMELS")
    from vadose.planet.build import build_gauges

    print("No sample data found (see VADOSE_SAMPLE_DATA): the miniature planet stands in.")
    with tempfile.TemporaryDirectory() as folder:
        build_gauges(Path(folder), 7, 100, str(DAYS[0].date()), str(DAYS[-1].date()))
        return _read_tree(Path(folder) / TREE, "planet", "invented basins of the miniature planet")


def _read_tree(tree: Path, subset: str, source: str) -> Basins:
    files = find_basins([tree / "timeseries" / "netcdf" / subset])
    names = sorted(files)
    lat = read_attributes([tree / "attributes" / subset], names)["lat"].to_numpy()
    batches = []
    for first in range(0, len(names), BASINS_PER_BATCH):
        batch = slice(first, first + BASINS_PER_BATCH)
        daily = read_daily([files[name] for name in names[batch]], DAYS)
        pet = potential_evapotranspiration(daily.t, daily.pet, DAYS, lat[batch], "best")
        series = (daily.p, True), (pet, True), (daily.t, False), (daily.q, True)
        batches.append([monthly(values, DAYS, 0.9, flux) for values, flux in series])
    forcing = Forcing(*(np.concatenate(parts) for parts in zip(*batches, strict=True)))
    calibration = split_periods(forcing.q, 0.75).calibration
    ready = ~np.isin(data_reason(*forcing, calibration, least_months=60), BLOCKING)
    left = Forcing(*(series[ready] for series in forcing))
    return Basins([names[i] for i in np.flatnonzero(ready)], left, source)


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
    with peers.one_core():
        return peers.best_rates(tasks)


def measure_scaling(basins: Basins) -> dict[int, tuple[float, float]]:
    """Give model runs a second of wall time, and cores got, by threads; DWBM in float32."""
    block = basins.repeat(0, 4 * BLOCK)
    rates = {1: (0.0, 0.0), 2: (0.0, 0.0)}
    for seed in range(peers.ROUNDS):
        for threads in rates:
            start, busy = time.perf_counter(), time.process_time()
            runs = ours("dwbm", block, "float32", threads, seed)
            wall, busy = time.perf_counter() - start, time.process_time() - busy
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
        start = time.perf_counter()
        ours(name, basins.repeat(0, 1), "float32")
        ready = time.perf_counter()
        runs = ours(name, basins, "float32", threads)
        taken[name] = ready - start, time.perf_counter() - ready, runs
    return taken


def measure_whole_task(basins: Basins) -> tuple[dict[str, tuple[float, float, int]], float, float]:
    """Run the whole task in a process of its own; add its memory before and at the peak, in MB."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        before = pool.submit(peers.peak_memory).result()
        taken = pool.submit(run_whole_task, basins).result()
        return taken, before, pool.submit(peers.peak_memory).result()


def table(head: str, *rows: tuple[object, ...]) -> str:
    """Lay out rows as Markdown below a head whose columns are divided by bars."""
    columns = head.split("|")
    lines = [columns, ["---"] + ["--:"] * (len(columns) - 1), *rows]
    return "\n".join("| " + " | ".join(str(x).strip() for x in line) + " |" for line in lines)


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
best of {peers.ROUNDS} rounds of at least {peers.LEAST_SECONDS:g} s in turn, without compilation;
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


def write_section(path: Path, title: str, text: str) -> None:
    """Put a section into the file of results, in place of the one with the same title."""
    old = path.read_text(encoding="utf-8") if path.exists() else "# Benchmarks\n"
    kept = re.sub(rf"^## {title}\n.*?(?=^## |\Z)", "", old, flags=re.M | re.S)
    path.write_text(f"{kept.rstrip()}\n\n## {title}\n{text}", encoding="utf-8")


def main(sample: Path, basins: int, output: Path | None) -> None:
    """Measure all and print it; write it too where `output` is given."""
    everything = read_basins(sample)
    names = everything.names
    some = np.arange(0, len(names), max(len(names) // basins, 1))[:basins]
    task = measure_whole_task(everything)
    speed = measure_speed(everything), measure_scaling(everything)
    quality = measure_quality(everything.pick(some))
    parts = [
        f"{peers.describe_machine()} Data: {len(names)} {everything.source}, 1981-2014.\n",
        report_speed(*speed),
        report_quality(quality, [names[i] for i in some]),
        report_task(*task, len(names)),
    ]
    print("\n".join(parts))
    if output:
        write_section(output, "Calibration", "\n".join(parts))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--basins", type=int, default=40, help="basins of the quality part")
    parser.add_argument("--write", action="store_true", help="write bench/results.md")
    given = parser.parse_args()
    folder = Path(os.environ.get("VADOSE_SAMPLE_DATA", ROOT / ".." / "shared" / "data"))
    main(folder, given.basins, RESULTS if given.write else None)
