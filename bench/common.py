"""What the benches share: real or invented basins, clocks, memory, tables and the file of results.

Times that are compared are of processor time, as others may share the machine.
"""

import argparse
import contextlib
import importlib.metadata
import os
import platform
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from vadose.basins import monthly, potential_evapotranspiration
from vadose.calibrate import Forcing, split_periods
from vadose.reasons import BLOCKING, data_reason
from vadose.sources.caravan import find_basins, read_attributes, read_daily
from vadose.sources.caravan_tree import TREE

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench" / "results.md"
SAMPLE = Path(os.environ.get("VADOSE_SAMPLE_DATA", ROOT / ".." / "shared" / "data"))
DAYS = pd.date_range("1981-01-01", "2014-12-31", freq="D")
BASINS_PER_BATCH = 100
LEAST_SECONDS, ROUNDS = 3.0, 5


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


@contextlib.contextmanager
def basin_tree() -> Iterator[tuple[Path, str, str]]:
    """Give a tree of Caravan, its sub-dataset and what it is: real, or the miniature planet's."""
    if (SAMPLE / TREE).is_dir():
        yield SAMPLE / TREE, "camels", "real basins of Caravan's CAMELS"
        return
    from vadose.planet.build import build_gauges

    print("No sample data found (see VADOSE_SAMPLE_DATA): the miniature planet stands in.")
    with tempfile.TemporaryDirectory() as folder:
        build_gauges(Path(folder), 7, 100, str(DAYS[0].date()), str(DAYS[-1].date()))
        yield Path(folder) / TREE, "planet", "invented basins of the miniature planet"


def read_basins() -> Basins:
    """Read the months of all basins that can be calibrated."""
    with basin_tree() as (tree, subset, source):
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


class Seconds(NamedTuple):
    """Wall time and processor time of this process."""

    wall: float
    busy: float


def now() -> Seconds:
    """Read both clocks."""
    return Seconds(time.perf_counter(), time.process_time())


def since(start: Seconds) -> Seconds:
    """Give what has passed since both clocks were read."""
    end = now()
    return Seconds(end.wall - start.wall, end.busy - start.busy)


def best_rates(tasks: dict[tuple, Callable[[int], int]]) -> dict[tuple, float]:
    """Give model runs a second of processor time: the best of rounds in which all take turns.

    A task is given a seed and gives its number of model runs. The best round is the least disturbed
    one. One run before warms everything up.
    """
    for task in tasks.values():
        task(0)
    rates = dict.fromkeys(tasks, 0.0)
    for _ in range(ROUNDS):
        for key, task in tasks.items():
            runs, seed, start = 0, 1, now()
            while (taken := since(start).busy) < LEAST_SECONDS:
                runs, seed = runs + task(seed), seed + 1
            rates[key] = max(rates[key], runs / taken)
    return rates


@contextlib.contextmanager
def one_core() -> Iterator[None]:
    """Bind this process, and the threads it starts, to one core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def apart(function: Callable[..., Any], *given: object) -> Any:
    """Run a measurement in a process of its own, where nothing is compiled or held in memory."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *given).result()


def peak_memory() -> float:
    """Give the largest memory this process has held, in MB."""
    # Not getrusage: after a start from another process it holds that one's peak as well.
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024


def describe_machine(*packages: str) -> str:
    """Name the machine's kind, the versions of what runs on it, and how busy it was."""
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    cpu = re.search(r"model name\s*:\s*(.+)", info)[1]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = [f"{k} {importlib.metadata.version(k)}" for k in ("numpy", *packages)]
    return (
        f"{date.today()}; {cpu}, {len(os.sched_getaffinity(0))} cores, {memory:.0f} GB; "
        f"Python {platform.python_version()}, {', '.join(versions)}. Load over the last 15 minutes "
        f"{os.getloadavg()[2]:.1f}; above the number of threads, wall times are too long."
    )


def table(head: str, *rows: tuple[object, ...]) -> str:
    """Lay out rows as Markdown below a head whose columns are divided by bars."""
    columns = head.split("|")
    lines = [columns, ["---"] + ["--:"] * (len(columns) - 1), *rows]
    return "\n".join("| " + " | ".join(str(x).strip() for x in line) + " |" for line in lines)


def write_section(path: Path, title: str, text: str) -> None:
    """Put a section into the file of results, in place of the one with the same title."""
    old = path.read_text(encoding="utf-8") if path.exists() else "# Benchmarks\n"
    kept = re.sub(rf"^## {title}\n.*?(?=^## |\Z)", "", old, flags=re.M | re.S)
    path.write_text(f"{kept.rstrip()}\n\n## {title}\n{text}", encoding="utf-8")


def publish(title: str, parts: list[str], write: bool) -> None:
    """Print what was measured; put it into the file of results where that is wanted."""
    text = "\n".join(parts)
    print(text)
    if write:
        write_section(RESULTS, title, text)


def arguments(about: str) -> argparse.ArgumentParser:
    """Give a parser of the command line with what all benches take."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write bench/results.md")
    return parser
