"""A real browser without a window, for tests of pages; it is cut off from all networks.

As root it installs Debian's chromium where there is none, save where VADOSE_NO_INSTALL is set.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL = ("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium")
SIZE = {"width": 1280, "height": 800}


class NoBrowser(Exception):
    """This machine cannot have one, for the reason given."""


class Visit(NamedTuple):
    """An open page, all errors that it said, and all addresses that it asked for."""

    page: Page
    errors: list[str]
    asked: list[str]


def chromium() -> str:
    """Give the browser's program, and install it where that may be; NoBrowser where not."""
    if there := _found():
        return there
    if os.geteuid() or not shutil.which("apt-get") or os.environ.get("VADOSE_NO_INSTALL"):
        raise NoBrowser("no chromium here: install it, or run as root on Debian")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (("apt-get", "update", "-qq"), INSTALL):
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if done.returncode:
            raise NoBrowser(f"no chromium: {command[:2]} ended with {done.stderr.strip()[-300:]}")
    if there := _found():
        return there
    raise NoBrowser("Debian's package chromium brought no program of that name")


def _found() -> str | None:
    return next((path for name in PROGRAMS if (path := shutil.which(name))), None)


@contextmanager
def browser() -> Iterator[Browser]:
    """A running browser; NoBrowser where this machine cannot have one."""
    program = chromium()
    arguments = [] if os.geteuid() else ["--no-sandbox"]  # root has no sandbox
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=arguments)
        yield running
        running.close()


@contextmanager
def visit(running: Browser, path: Path) -> Iterator[Visit]:
    """Open a file without any network."""
    context = running.new_context(viewport=SIZE, offline=True)
    opened = Visit(context.new_page(), [], [])
    opened.page.on("pageerror", lambda error: opened.errors.append(str(error)))
    opened.page.on(
        "console",
        lambda said: opened.errors.append(said.text) if said.type == "error" else None,
    )
    opened.page.on("request", lambda request: opened.asked.append(request.url))
    opened.page.goto(path.as_uri())
    yield opened
    context.close()
