"""Files behind NASA's Earthdata Login, found in its catalogue (CMR) or at a known address.

Searching is one documented request and logging in is an answer to a redirect, so both are made
here rather than by the library earthaccess: that one tries no search again, begins a broken file
from its start, and its login is lost in sessions that watch redirects.
"""

import json
import logging
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import requests

from vadose.errors import InputError
from vadose.extent import Extent
from vadose.sources import web
from vadose.sources.accounts import EARTHDATA, Account, need_account
from vadose.sources.asking import get_file
from vadose.sources.mirror import some
from vadose.sources.registry import Route
from vadose.sources.wanted import Wanted, enough, file_names, find

CMR = "https://cmr.earthdata.nasa.gov"
LOGIN = f"https://{EARTHDATA}"
PAGE = 500  # granules an answer
LONGEST_PAGE = 1 << 26  # bytes
CHECKSUMS = {"MD5": "md5", "SHA-256": "sha256", "SHA256": "sha256"}

log = logging.getLogger("vadose")


class _File(NamedTuple):
    name: str
    url: str
    checksum: str | None


def fetch(
    route: Route,
    wanted: Wanted,
    folder: Path,
    progress: Callable[[int], object] = int,
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> list[Path]:
    """Fetch the files of a collection that match the names of the route, in the order of time.

    With the option `short_name` (and `version`, `provider`) the catalogue is searched for the
    window and period; without it the names are files below `route.url`. `progress` is told bytes.
    Raises InputError for a missing account or an application that is not authorised,
    web.NotHere for names without a file.
    """
    names = file_names(route.files, wanted)
    folder_has = [path.name for path in folder.glob("*")]
    here, missing = find(names, folder_has)
    if here and not missing and not any("**" in name for name in names):
        return [folder / name for name in here]
    account = need_account("earthdata")
    if "short_name" in route.options:
        files = _choose(route, wanted, names, _search(route, wanted, sleep))
    else:
        files = [_File(name, f"{route.url.rstrip('/')}/{name}", None) for name in names]
    with _Session(account) as session:
        return [
            get_file(file.url, folder / file.name, session, progress, file.checksum)
            for file in files
        ]


def _choose(
    route: Route, wanted: Wanted, names: list[str], listed: dict[str, _File]
) -> list[_File]:
    found, missing = find(names, listed)
    if not enough(found, missing):
        start, end = wanted.extent.start or "its begin", wanted.extent.end or "its end"
        raise web.NotHere(
            f"{route.options['short_name']} has no {some(missing)} from {start} to {end} in this "
            f"window (it has {some(listed)}): set a period and window that it covers, or correct "
            "its short name, version or file names in the table of sources"
        )
    for name in missing:
        log.warning("%s has no %s: its time stays missing", route.options["short_name"], name)
    return [listed[name] for name in found]


def _search(route: Route, wanted: Wanted, sleep: Callable[[float], None]) -> dict[str, _File]:
    """Ask the catalogue for all files in the window and period, by name."""
    query = {k: v for k, v in route.options.items() if k in ("short_name", "version", "provider")}
    west, south, east, north, start, end = wanted.extent
    if start or end:
        first, last = start and f"{start}T00:00:00Z", end and f"{end}T23:59:59Z"
        query["temporal"] = f"{first or ''},{last or ''}"
    if wanted.extent[:4] != Extent()[:4]:
        query["bounding_box"] = f"{west},{south},{east},{north}"
    url = f"{CMR}/search/granules.umm_json?{urlencode(query | {'page_size': str(PAGE)})}"
    found: dict[str, _File] = {}
    after: str | None = None
    with requests.Session() as session:
        while True:
            ask = partial(_read_page, url, session, after)
            items, after = web.retry(ask, web.public(url), sleep=sleep)
            found |= {file.name: file for item in items for file in _files(item)}
            if not after or not items:
                return found


def _read_page(url: str, session: requests.Session, after: str | None) -> tuple[Any, str | None]:
    headers = {"CMR-Search-After": after} if after else {}
    with web.open_url(url, session, headers) as reply:
        text, after = web.read(reply, LONGEST_PAGE), reply.headers.get("CMR-Search-After")
    try:
        return json.loads(text)["items"], after
    except (ValueError, TypeError, KeyError):
        raise InputError(
            f"{web.public(url)} did not answer with a list of granules: run again later, or set a "
            "mirror that holds the files"
        ) from None


def _files(item: Any) -> Iterator[_File]:
    """The files of one granule, from its record in the catalogue's unified model."""
    record = item["umm"]
    stored = record.get("DataGranule", {}).get("ArchiveAndDistributionInformation", [])
    sums = {entry.get("Name"): entry.get("Checksum", {}) for entry in stored}
    for link in record.get("RelatedUrls", []):
        url = link.get("URL", "")
        if link.get("Type") == "GET DATA" and url.startswith("http"):
            name = PurePosixPath(urlsplit(url).path).name
            kind = CHECKSUMS.get(sums.get(name, {}).get("Algorithm", ""))
            yield _File(name, url, f"{kind}:{sums[name]['Value']}" if kind else None)


class _Session(requests.Session):
    """Shows the account to the archive (token) or to Earthdata Login alone (user and password)."""

    def __init__(self, account: Account) -> None:
        super().__init__()
        self.account = account
        self.auth = self._sign  # given as such, no entry of ~/.netrc takes its place

    def _sign(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self.account.token:
            request.headers["Authorization"] = f"Bearer {self.account.token}"
        return request

    def rebuild_auth(
        self, prepared_request: requests.PreparedRequest, response: requests.Response
    ) -> None:
        """Take the account off where a redirect leads to another host, save to the login."""
        super().rebuild_auth(prepared_request, response)
        if _host(prepared_request.url) != _host(LOGIN):
            return
        if self.account.token:
            self._sign(prepared_request)
        else:
            prepared_request.prepare_auth((self.account.user, self.account.password))

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send a request; a refusal names the account and what to authorise."""
        reply = super().send(request, **kwargs)
        asks = not reply.is_redirect and _host(reply.url) == _host(LOGIN)
        if reply.status_code in (401, 403) or asks:
            reply.close()
            raise InputError(
                f"{web.public(reply.url)} does not let the account from {self.account.where} in "
                f"({reply.status_code}): check user and password, or the token's age, by logging "
                f"in at {LOGIN}, and authorise the archive's application there under Applications, "
                "Authorized Apps (for NSIDC 'NSIDC DAAC Data Access'), with its licence"
            )
        return reply


def _host(url: str | None) -> str:
    return urlsplit(url or "").netloc
