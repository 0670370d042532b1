"""Measure the calibration of a whole grid: cells a second, linearity, memory and compilation.

    .venv/bin/python -m bench.calibration_gridded [--device cuda] [--write]

A sample of cells has the series of real basins (see bench.common), each with random numbers of
its own; the time of all half-degree land cells is extrapolated from it. On a graphics card all
cells are calibrated.
"""

import os
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from bench import common
from bench.calibration import RESTARTS, SETTINGS
from bench.common import apart, table

from vadose.calibrate import Device, Forcing, calibrate, split_periods
from vadose.search import Settings
from vadose.water_balance.model import MODELS, load_model

CELLS, MONTHS, SAMPLE = 61_345, 408, 128
MERGED = ("dwbm", "swbm", "tvgm")
BRIEF = Settings(evaluations=20)


class Taken(NamedTuple):
    """Seconds of wall time, and of processor time, of one calibration; and its model runs."""

    wall: float
    busy: float
    runs: int


def measure(
    model: str,
    series: Forcing,
    *,
    cells: int = SAMPLE,
    months: int = MONTHS,
    threads: int = 1,
    device: Device = "cpu",
    settings: Settings = SETTINGS,
    seed: int = 0,
) -> Taken:
    """Calibrate so many cells over so many months; series [basin, month] are taken in turn."""
    forcing = Forcing(*(x[np.arange(cells) % len(x), :months] for x in series))
    names = [f"cell {k}" for k in range(cells)]
    start = common.now()
    found = calibrate(
        load_model(model),
        forcing,
        names,
        periods=split_periods(forcing.q, 0.75),
        settings=settings,
        restarts=RESTARTS,
        threads=threads,
        device=device,
        seed=seed,
    )
    return Taken(*common.since(start), int(found.evaluations.sum()))


def measure_compilation(series: Forcing) -> dict[str, float]:
    """Give the processor time of the first calibration of each model, all in one process."""
    brief = {"cells": 1, "settings": BRIEF}
    return {name: measure(name, series, **brief).busy for name in MODELS}


def measure_memory(series: Forcing) -> tuple[float, float]:
    """Give the peak memory in MB before and after all cells were calibrated in one call."""
    before = common.peak_memory()
    measure("swbm", series, cells=CELLS, threads=2, settings=BRIEF)
    return before, common.peak_memory()


def report_speed(taken: dict[tuple[str, int], Taken], cells: int) -> str:
    """Say how long all cells take by model and threads, from a number of cells."""
    rows = [
        (
            name,
            threads,
            f"{one.runs / one.wall:,.0f}",
            f"{one.runs / one.busy:,.0f}",
            f"{cells / one.wall:,.1f}",
            f"{CELLS / cells * one.wall / 60:.1f}",
            f"{CELLS / cells * one.busy / threads / 60:.1f}",
        )
        for (name, threads), one in taken.items()
    ]
    most = max(threads for _, threads in taken)
    merged = [taken[name, most] for name in MERGED]
    wall, busy = (CELLS / cells / 60 * sum(one[k] for one in merged) for k in (0, 1))
    head = "model|threads|runs/s of wall time|runs/s and core|cells/s|min, all cells"
    return f"""### All cells
{table(head + "|min, had the cores been free", *rows)}

{RESTARTS} restarts of {SETTINGS.evaluations} model runs in {CELLS:,} cells with {MONTHS} months, of
which the first 75 % calibrate, take {wall:.0f} minutes of wall time for {", ".join(MERGED)} with
{most} threads, {busy / most:.0f} had the cores been free; measured in {cells:,} cells. Without
compilation; with all scores in double precision.
"""


def report_growth(cells: dict[int, Taken], months: dict[int, Taken]) -> str:
    """Say how processor time grows with the number of cells and of months."""

    def rows(taken: dict[int, Taken]) -> Iterable[tuple[str, str, str]]:
        first = min(taken)
        for size, one in taken.items():
            cost = one.busy / one.runs
            of_first = cost / (taken[first].busy / taken[first].runs)
            yield f"{size:,}", f"{1e6 * cost:.2f}", f"{of_first / (size / first):.2f}"

    by_cells = [(size, cost) for size, cost, _ in rows(cells)]
    return f"""### Growth
{table("cells|µs a model run", *by_cells)}

{table("months|µs a model run|of what it would be in proportion", *rows(months))}

DWBM; processor time. The search's own work, which does not grow with months, is part of it.
"""


def main(device: Device, write: bool) -> None:
    """Measure all and print it; write it too where that is wanted."""
    basins = common.read_basins()
    whole = np.isfinite(basins.forcing.q).all(-1)
    series = basins.forcing.select(whole)
    compilation = apart(measure_compilation, series)
    before, peak = apart(measure_memory, series)
    cells, threads = (CELLS, [os.cpu_count()]) if device == "cuda" else (SAMPLE, [1, 2])
    for name in MODELS:
        measure(name, series, cells=2, device=device, settings=BRIEF)
    options = {"cells": cells, "device": device}
    taken = {
        (name, k): min(measure(name, series, threads=k, seed=s, **options) for s in range(2))
        for name in MODELS
        for k in threads
    }
    machine = common.describe_machine("numba")
    parts = [
        f"{machine} Data: {whole.sum()} {basins.source}; device: {device}.\n",
        report_speed(taken, cells),
    ]
    if device == "cpu":
        by_cells = {n: measure("dwbm", series, cells=n) for n in (64, 128, 256)}
        by_months = {n: measure("dwbm", series, months=n) for n in (102, 204, 408)}
        parts.append(report_growth(by_cells, by_months))
    first, *others = compilation.values()
    parts.append(f"""### Compilation and memory
The first model of a process takes {first:.1f} s of processor time to compile, each other one
{np.mean(others):.1f} s, as all share the compiled search. {CELLS:,} cells with {MONTHS} months
calibrated in one call hold {peak:,.0f} MB at most, {before:,.0f} MB of which were held before.
""")
    common.publish("Gridded calibration", parts, write)


if __name__ == "__main__":
    parser = common.arguments(__doc__)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    given = parser.parse_args()
    main(given.device, given.write)
