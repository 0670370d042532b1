"""Asking a provider's server over HTTPS, with patience, and saying in one sentence what is wrong.

Whatever may pass (no connection, a busy server) is Interrupted and tried again; whatever will not
pass is an InputError at once. Of an address only host and path are ever shown, because user names
and queries may hold secrets. Also here: the two ways in which a disk can be too small.
"""

import logging
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
import tenacity
import urllib3

from vadose.errors import InputError

CHUNK = 1 << 17  # bytes; what a broken connection loses at most
TIMEOUT = (30, 120)  # s, to connect and between two pieces
TRIES = 6  # in a row without a step ahead
BACKOFF = tenacity.wait_random_exponential(max=60)  # s
LONGEST_WAIT = 600  # s; a server that asks for more is left alone until the next run
LOOPBACK = ("localhost", "127.0.0.1", "::1")
PAGE = (b"<!doctype html", b"<html")

T = TypeVar("T")
log = logging.getLogger("vadose")
# Its debug lines hold whole addresses, with whatever secret is in them.
logging.getLogger("urllib3").setLevel(logging.INFO)


class Interrupted(Exception):
    """A failure that may pass; `wait` is how many seconds the server asked to wait."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


class NotHere(InputError):
    """What was asked for is not at this place; it may be elsewhere, or later."""


class Meter:
    """Tells a progress bar how far a position moved, backwards too where a try starts anew."""

    def __init__(self, progress: Callable[[int], object]) -> None:
        self.progress = progress
        self.told = 0

    def at(self, position: int) -> None:
        """Move the bar to a position."""
        if position != self.told:
            self.progress(position - self.told)
        self.told = position


def public(url: str) -> str:
    """Give an address without what may be secret: user, password, query and fragment."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"


def is_address(place: str) -> bool:
    """Tell an address on the network from a folder."""
    return "://" in place


def check_address(url: str) -> None:
    """Refuse an address that is not https, save on this machine itself."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise InputError(
            f"{public(url)} is not an https address: data and accounts would travel in the open; "
            "give the https address of the provider or of the mirror"
        )


def retry(
    task: Callable[[], T],
    shown: str,
    *,
    kept: str = "nothing half-loaded is left",
    gained: Callable[[], int] = lambda: 0,
    sleep: Callable[[float], None] = time.sleep,
) -> T:
    """Repeat a task that was Interrupted, with growing waits, until it stops getting ahead.

    `gained` measures how far it is; `shown` and `kept` go into the sentence of the InputError.
    """
    best, idle = gained(), 0

    def stop(_: tenacity.RetryCallState) -> bool:
        nonlocal best, idle
        now = gained()
        best, idle = max(best, now), 1 if now > best else idle + 1
        return idle >= TRIES

    def tell(state: tenacity.RetryCallState) -> None:
        log.warning("%s: %s; next try in %.0f s", shown, _failure(state), state.upcoming_sleep)

    again = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(Interrupted),
        stop=stop,
        wait=_wait,
        before_sleep=tell,
        sleep=sleep,
        reraise=True,
    )
    try:
        return again(task)
    except Interrupted as error:
        raise InputError(
            f"{shown} could not be loaded, {TRIES} tries in a row failed ({error}): check the "
            f"network or wait for the provider and run again; {kept}"
        ) from None


def _wait(state: tenacity.RetryCallState) -> float:
    asked = getattr(_failure(state), "wait", None)
    return BACKOFF(state) if asked is None else float(asked)


def _failure(state: tenacity.RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


@contextmanager
def session_or_own(session: requests.Session | None) -> Iterator[requests.Session]:
    """Use the given session, with its accounts, or one that is closed again."""
    if session is not None:
        yield session
        return
    with requests.Session() as own:
        yield own


@contextmanager
def open_url(
    url: str, session: requests.Session, headers: Mapping[str, str], *, pages: bool = False
) -> Iterator[requests.Response]:
    """Ask for a file; a reply that is not its bytes is an InputError or Interrupted.

    Raises NotHere where there is no such file. A web page passes only where `pages` are wanted:
    in place of data it is likely a login.
    """
    check_address(url)
    shown = public(url)
    try:
        reply = session.get(
            url,
            headers={"Accept-Encoding": "identity", **headers},
            stream=True,
            timeout=TIMEOUT,
            hooks={"response": _guard_redirect},
        )
    except requests.Timeout:
        raise Interrupted("the server does not answer") from None
    except requests.ConnectionError:
        raise Interrupted(f"{urlsplit(url).hostname} cannot be reached") from None
    except requests.RequestException as error:
        raise InputError(
            f"{shown} cannot be asked for ({type(error).__name__}): check the address"
        ) from None
    with reply:
        _check_status(reply, shown)
        is_page = reply.headers.get("Content-Type", "").lower().startswith("text/html")
        if is_page and not pages:
            raise page_in_place_of_data(shown)
        yield reply


def read(reply: requests.Response, length: int = CHUNK) -> bytes:
    """Read on in a reply, as it was sent; empty at its end."""
    try:
        return bytes(reply.raw.read(length, decode_content=False))
    except (urllib3.exceptions.HTTPError, OSError):
        raise Interrupted("the connection broke off") from None


def page_in_place_of_data(shown: str) -> InputError:
    """Give the error for a web page, such as a login, where a file was expected."""
    return InputError(
        f"{shown} gave a web page in place of the file: an account is likely missing or its "
        "licence not yet accepted; `vadose doctor` names what this source needs"
    )


def _guard_redirect(reply: requests.Response, **_: Any) -> None:
    if reply.is_redirect:
        try:
            check_address(urljoin(reply.url, reply.headers["Location"]))
        except InputError:
            reply.close()
            raise


def _check_status(reply: requests.Response, shown: str) -> None:
    code = reply.status_code
    if code in (200, 206, 416):
        return
    if code in (401, 403):
        raise InputError(
            f"{shown} refuses access ({code}): an account, its token or the acceptance of its "
            "licence is missing; `vadose doctor` names what this source needs"
        )
    if code in (404, 410):
        raise NotHere(
            f"{shown} does not exist ({code}): the provider moved or withdrew this version; look "
            "for its new address in the table of sources or set a mirror that holds the file"
        )
    if code in (408, 425, 429) or code >= 500:
        raise Interrupted(f"the server answered {code}", _retry_after(reply, shown))
    raise InputError(
        f"{shown} answered {code}, expected the file: check the address and the provider's page"
    )


def _retry_after(reply: requests.Response, shown: str) -> float | None:
    text = reply.headers.get("Retry-After", "")
    try:
        wait = (
            float(text)
            if text.isdigit()
            else (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
        )
    except (TypeError, ValueError):
        return None
    if wait > LONGEST_WAIT:
        raise InputError(
            f"{shown} asks to wait {wait / 60:.0f} minutes (answer {reply.status_code}): run again "
            "after that; what was loaded is kept"
        )
    return max(wait, 0)


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn the system's refusal to write a file into a sentence."""
    try:
        yield
    except OSError as error:
        if error.errno is None:  # a damaged gzip stream is an OSError too
            raise
        raise InputError(
            f"{path} cannot be written: {error.strerror}; make room on its disk or choose another "
            "folder and run again, what was loaded is kept"
        ) from error


def check_space(folder: Path, needed: int, what: str) -> None:
    """Refuse to begin what the disk cannot hold."""
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise InputError(
            f"{what} needs {needed / 1e9:.3g} GB more, {folder} has {free / 1e9:.3g} GB free: make "
            "room or choose another folder and run again, what was loaded is kept"
        )
