"""Fetching files whose names are known only from a provider's index pages or catalogue."""

import logging
from collections.abc import Callable
from pathlib import Path

import requests

from vadose.sources import web
from vadose.sources.asking import get_file, links
from vadose.sources.mirror import some
from vadose.sources.registry import Route
from vadose.sources.wanted import Wanted, enough, file_names, fitting

log = logging.getLogger("vadose")


def fetch(
    route: Route, wanted: Wanted, folder: Path, progress: Callable[[int], object] = int
) -> list[Path]:
    """Fetch the files that the pages at `url` list (a page a year where it has {year}), in order.

    Option `days`, such as 5,15,25: of the daily files of a month, whose names have `**` for the
    day, only the days nearest to these. Raises web.NotHere where the pages list too little.
    """
    # ASSUME days 5, 15 and 25 stand for the month of a slowly changing field such as leaf area.
    days = [int(day) for day in route.options.get("days", "").split(",") if day]
    listed: dict[str, str] = {}
    for page in file_names((route.url,), wanted):
        listed |= links(page if page.endswith((".xml", ".html")) else page.rstrip("/") + "/")
    chosen: list[str] = []
    missing = []
    for name in file_names(route.files, wanted):
        fits = fitting(name, listed)
        chosen += _nearest(fits, days) if days else fits.values()
        missing += [] if fits else [name]
    if not enough(chosen, missing):
        raise web.NotHere(
            f"{web.public(route.url)} lists no {some(missing)} (it lists {some(listed)}): the "
            "provider moved or renamed it; look for its new name or set a mirror"
        )
    for name in missing:
        log.warning("%s lists no %s: that month stays missing", web.public(route.url), name)
    with requests.Session() as session:
        return [get_file(listed[name], folder / name, session, progress) for name in chosen]


def _nearest(files: dict[str, str], days: list[int]) -> list[str]:
    """Give the files nearest to the days, each once and in the order of their own days."""
    if not files:
        return []
    near = {min(files, key=lambda day: (abs(int(day) - wanted), day)) for wanted in days}
    return [files[day] for day in sorted(near)]
