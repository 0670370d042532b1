"""What was asked of a service for a file, remembered beside the file.

`<file>.request.json` holds the request, and as long as the file is not whole the service's number
of the job. So a run that was broken off goes on waiting for the same job, and a file that answers
another request (other months, another window) is asked for anew.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import requests

from vadose.errors import InputError
from vadose.sources import web
from vadose.sources.asking import get_file
from vadose.sources.registry import Route
from vadose.sources.wanted import Wanted, file_names

PAUSE, LONGEST_PAUSE = 5.0, 120.0  # s between two questions whether a job is done


class Order(NamedTuple):
    """A file to make and the request that it answers, as JSON writes it."""

    target: Path
    request: dict[str, Any]

    @property
    def note(self) -> Path:
        """Where the request is remembered."""
        return self.target.with_name(self.target.name + ".request.json")

    @property
    def filled(self) -> bool:
        """Whether the file is there and answers this request, as far as is known."""
        noted = self._noted()
        same = noted.get("request", self.request) == self.request
        return self.target.is_file() and same and "job" not in noted

    @property
    def job(self) -> str | None:
        """The number of the job that was begun for this request."""
        noted = self._noted()
        return noted.get("job") if noted.get("request") == self.request else None

    def begin(self, job: str) -> None:
        """Remember the job; what was loaded for another one is dropped, save a whole file."""
        for suffix in (".part", ".part.json"):
            self.target.with_name(self.target.name + suffix).unlink(missing_ok=True)
        self._write({"request": self.request, "job": job})

    def forget(self) -> None:
        """Forget the job, which came to nothing: the next run asks anew."""
        self._write({"request": self.request, "job": None})

    def finish(self) -> None:
        """Remember that the file answers the request."""
        self._write({"request": self.request})

    def receive(
        self,
        url: str,
        session: requests.Session,
        progress: Callable[[int], object],
        checksum: str | None = None,
    ) -> None:
        """Load the answer, only now in place of an older one."""
        self.target.unlink(missing_ok=True)
        get_file(url, self.target, session, progress, checksum)
        self.finish()

    def _noted(self) -> dict[str, Any]:
        try:
            return dict(json.loads(self.note.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return {}

    def _write(self, content: dict[str, Any]) -> None:
        part = self.note.with_name(self.note.name + ".part")
        with web.disk_errors(self.note):
            self.note.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(content), encoding="utf-8")
            part.replace(self.note)


def months_by_file(route: Route, wanted: Wanted) -> dict[str, pd.PeriodIndex]:
    """Give the wanted months of each calendar year by the name of the file that is to hold them.

    Raises InputError without a period or without one file name a year.
    """
    months = pd.PeriodIndex(wanted.months, freq="M")
    if months.empty:
        raise InputError(f"{route.url} is asked without a period: set its first and last day")
    out = {}
    for year in months.year.unique():
        part = months[months.year == year]
        first, last = part[0].start_time, part[-1].end_time
        one_year = wanted.extent._replace(start=f"{first:%Y-%m-%d}", end=f"{last:%Y-%m-%d}")
        names = file_names(route.files, wanted._replace(extent=one_year))
        if len(names) != 1 or names[0] in out:
            raise InputError(
                f"{route.url} names {', '.join(names) or 'no file'} for {year}, expected one file "
                f"a year: give `files` one name with {{year}} in the table of sources"
            )
        out[names[0]] = part
    return out


def wait(ready: Callable[[], bool], sleep: Callable[[float], None]) -> None:
    """Ask with growing pauses until a job is done."""
    pause = PAUSE
    while not ready():
        sleep(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE)
