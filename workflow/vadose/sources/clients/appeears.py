"""Leaf area index of a window from MODIS, cut and gridded by NASA's service AppEEARS.

One task a calendar year; tasks are worked on for minutes to hours, so all are begun before the
first is waited for. Each task is remembered beside its file: a run that was broken off goes on
waiting for it. The service knows the Earthdata account by user and password, not by token.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import requests

from vadose.errors import InputError
from vadose.extent import Extent
from vadose.sources import web
from vadose.sources.accounts import Account, need_password
from vadose.sources.clients.orders import Order, months_by_file, wait
from vadose.sources.registry import Route
from vadose.sources.wanted import Wanted

PRODUCT = "MCD15A2H.061"
LAYERS = ("Lai_500m", "FparLai_QC")
ENDED = ("error", "expired", "deleted", "canceled")

log = logging.getLogger("vadose")


def fetch(
    route: Route,
    wanted: Wanted,
    folder: Path,
    progress: Callable[[int], object] = int,
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> list[Path]:
    """Fetch one netCDF file a calendar year on a geographic grid, in the order of time.

    `route.options["product"]` names another product than MCD15A2H.061, `wanted.variables` other
    layers than leaf area index and its quality. Files that answer the same request are left alone.
    `progress` is told bytes. Raises InputError for a missing account, a window over the dateline
    and tasks that the service refuses or gives up.
    """
    product = route.options.get("product", PRODUCT)
    orders = [
        Order(folder / name, _request(product, wanted, months))
        for name, months in months_by_file(route, wanted).items()
    ]
    missing = [order for order in orders if not order.filled]
    if missing:
        web.check_address(route.url)
        with _service(route.url, need_password(), sleep) as service:
            tasks = [_task(service, order) for order in missing]
            for order, task in zip(missing, tasks, strict=True):
                wait(partial(_is_done, service, order, task), sleep)
                _receive(service, order, task, progress)
    return [order.target for order in orders]


def _request(product: str, wanted: Wanted, months: pd.PeriodIndex) -> dict[str, Any]:
    first, last = months[0].start_time, months[-1].end_time
    layers = wanted.variables or LAYERS
    return {
        "task_type": "area",
        "task_name": f"vadose {product} {first:%Y}",
        "params": {
            "dates": [{"startDate": f"{first:%m-%d-%Y}", "endDate": f"{last:%m-%d-%Y}"}],
            "layers": [{"product": product, "layer": layer} for layer in layers],
            "output": {"format": {"type": "netcdf4"}, "projection": "geographic"},
            "geo": _box(wanted.extent),
        },
    }


def _box(extent: Extent) -> dict[str, Any]:
    west, south, east, north = extent[:4]
    if west > east:
        raise InputError(
            f"the window {west:g}..{east:g} crosses the dateline, for which AppEEARS would grid "
            "the whole circle of latitude: run its two halves apart, or take the route earthdata"
        )
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    box = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": {}, "geometry": box}
    return {"type": "FeatureCollection", "features": [feature]}


class _Service:
    """AppEEARS as seen by a user who is logged in."""

    def __init__(
        self,
        url: str,
        account: Account,
        session: requests.Session,
        sleep: Callable[[float], None],
    ) -> None:
        self.url = url.rstrip("/")
        self.account = account
        self.session = session
        self.sleep = sleep
        self.token = ""

        session.auth = self._sign  # given as such, no entry of ~/.netrc takes its place

    def _sign(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request

    def login(self) -> None:
        login = (self.account.user, self.account.password)
        reply = self._patiently("POST", "login", auth=login)
        if reply.status_code >= 400:
            raise InputError(
                f"{self.url} does not know the Earthdata account from {self.account.where} "
                f"({reply.status_code}, {_message(reply)}): check user and password by logging in "
                "at https://urs.earthdata.nasa.gov"
            )
        self.token = str(self._content(reply)["token"])

    def ask(self, method: str, path: str, **options: Any) -> requests.Response:
        """Ask once more with a new token where the old one, two days long, has run out."""
        reply = self._patiently(method, path, **options)
        if reply.status_code in (401, 403):
            self.login()
            reply = self._patiently(method, path, **options)
        return reply

    def content(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        return self._content(self.ask(method, path, **options))

    def _content(self, reply: requests.Response) -> dict[str, Any]:
        if reply.status_code >= 400:
            raise InputError(
                f"AppEEARS refuses the request ({reply.status_code}, {_message(reply)}): check "
                "window, period, product and layers, or run again later"
            )
        try:
            return dict(reply.json())
        except (ValueError, TypeError):
            raise InputError(
                f"{web.public(reply.url)} did not answer as AppEEARS does: check the address in "
                "the table of sources"
            ) from None

    def _patiently(self, method: str, path: str, **options: Any) -> requests.Response:
        question = partial(self._once, method, f"{self.url}/{path}", **options)
        kept = "tasks in work are remembered"
        return web.retry(question, f"{self.url}/{path}", kept=kept, sleep=self.sleep)

    def _once(self, method: str, url: str, **options: Any) -> requests.Response:
        try:
            reply = self.session.request(method, url, timeout=web.TIMEOUT, **options)
        except requests.RequestException:
            raise web.Interrupted("the service cannot be reached") from None
        if reply.status_code == 429 or reply.status_code >= 500:
            raise web.Interrupted(f"the service answered {reply.status_code}")
        return reply


@contextmanager
def _service(url: str, account: Account, sleep: Callable[[float], None]) -> Iterator[_Service]:
    """Log in, and out again whatever happens."""
    with requests.Session() as session:
        service = _Service(url, account, session, sleep)
        service.login()
        try:
            yield service
        finally:
            with suppress(requests.RequestException):
                session.post(f"{service.url}/logout", timeout=web.TIMEOUT)


def _task(service: _Service, order: Order) -> str:
    """The task begun earlier for this request, or a new one."""
    if order.job and service.ask("GET", f"task/{order.job}").status_code != 404:
        return order.job
    task = str(service.content("POST", "task", json=order.request)["task_id"])
    order.begin(task)
    return task


def _is_done(service: _Service, order: Order, task: str) -> bool:
    found = service.content("GET", f"task/{task}")
    status = found.get("status")
    log.info("AppEEARS: %s is %s", order.target.name, status)
    if status in ENDED:
        order.forget()
        raise InputError(
            f"AppEEARS gave up the task for {order.target.name} ({status}: "
            f"{found.get('error') or 'no reason given'}): ask for a smaller window, or run again "
            "to submit it anew"
        )
    return status == "done"


def _receive(service: _Service, order: Order, task: str, progress: Callable[[int], object]) -> None:
    listed = service.content("GET", f"bundle/{task}").get("files", [])
    files = [file for file in listed if str(file.get("file_name", "")).endswith(".nc")]
    if len(files) != 1:
        raise InputError(
            f"AppEEARS made {len(files)} netCDF files for {order.target.name}, expected one: look "
            f"at task {task} on its page and put the right file there yourself"
        )
    checksum = files[0].get("sha256")
    order.receive(
        f"{service.url}/bundle/{task}/{files[0]['file_id']}",
        service.session,
        progress,
        f"sha256:{checksum}" if checksum else None,
    )


def _message(reply: requests.Response) -> str:
    try:
        return " ".join(str(reply.json()["message"]).split())[:300]
    except (ValueError, TypeError, KeyError):
        return str(reply.reason)
