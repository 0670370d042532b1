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
def progress(what: str, total: int | None, unit: str) -> Iterator[Callable[[int], None]]:
    """Give a function that is told how many units were finished since it was last called.

    Where the total is not known (None), a log line follows each time the number has doubled.
    """
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    begin, done, next_line = time.monotonic(), 0, total / 10 if total else 1
    with Progress(
        *columns, TimeRemainingColumn(), console=console, disable=not sys.stderr.isatty()
    ) as bar:
        task = bar.add_task(what, total=total)

        def advance(units: int) -> None:
            nonlocal done, next_line
            done += units
            bar.advance(task, units)
            if done < next_line:
                return
            rate = done / max(time.monotonic() - begin, 1e-9)
            if total:
                next_line = (done * 10 // total + 1) * total / 10
                end = f" of {total} {unit}, {rate:.3g}/s, {(total - done) / rate:.0f} s left"
            else:
                next_line, end = 2 * done, f" {unit}, {rate:.3g}/s"
            log.info("%s: %d%s", what, done, end)

        yield advance
