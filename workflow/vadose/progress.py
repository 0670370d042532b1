"""A progress bar on long work: live in a terminal, a line for each tenth in a log."""

import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

log = logging.getLogger("vadose")


@contextmanager
def progress(what: str, total: int, unit: str) -> Iterator[Callable[[int], None]]:
    """Give a function that is told how many units were finished since it was last called."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    begin, done, said = time.monotonic(), 0, 0
    with Progress(
        *columns, TimeRemainingColumn(), console=console, disable=not sys.stderr.isatty()
    ) as bar:
        task = bar.add_task(what, total=total)

        def advance(units: int) -> None:
            nonlocal done, said
            done += units
            bar.advance(task, units)
            if done * 10 // max(total, 1) > said:
                said = done * 10 // max(total, 1)
                rate = done / max(time.monotonic() - begin, 1e-9)
                left = (total - done) / rate
                log.info(
                    "%s: %d of %d %s, %.3g/s, %.0f s left", what, done, total, unit, rate, left
                )

        yield advance
