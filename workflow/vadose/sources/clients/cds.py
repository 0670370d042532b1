"""Monthly means of ERA5 and ERA5-Land from the climate data store (CDS).

One job a calendar year. Jobs wait in the store's queue for minutes to hours, so several are begun
before the first is waited for, and a run that was broken off goes on waiting for the same jobs.
The store's own client (that behind cdsapi) speaks with the service; the files are loaded by ours,
which resumes.
"""

import logging
import time
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import pandas as pd
import requests
from ecmwf.datastores import Client, Remote
from ecmwf.datastores.processing import ProcessingFailedError

from vadose.errors import InputError
from vadose.extent import Extent
from vadose.sources import web
from vadose.sources.accounts import need_account
from vadose.sources.clients.orders import Order, months_by_file, wait
from vadose.sources.registry import Route
from vadose.sources.wanted import Wanted

AT_ONCE = 12  # jobs in the queue; the store limits how many one user may have
LONGEST_REASON = 300  # characters of what the store says

T = TypeVar("T")
log = logging.getLogger("vadose")


class _Store(NamedTuple):
    client: Client
    dataset: str
    sleep: Callable[[float], None]

    @property
    def page(self) -> str:
        """Where a user sees the dataset."""
        return f"{str(self.client.url).removesuffix('/api')}/datasets/{self.dataset}"


def fetch(
    route: Route,
    wanted: Wanted,
    folder: Path,
    progress: Callable[[int], object] = int,
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> list[Path]:
    """Fetch monthly means, one file a calendar year, in the order of time.

    `wanted.variables` are the store's long names, `route.options["dataset"]` the dataset. Files
    that answer the same request are left alone. A file may be a ZIP, as the store likes it.
    `progress` is told bytes. Raises InputError for a missing account or licence and for requests
    that the store refuses.
    """
    orders = [
        Order(folder / name, _request(wanted, months))
        for name, months in months_by_file(route, wanted).items()
    ]
    missing = [order for order in orders if not order.filled]
    if missing:
        web.check_address(route.url)
        key = need_account("cds").token
        with requests.Session() as session:
            store = _Store(_open(route.url, key, session), _dataset(route), sleep)
            for start in range(0, len(missing), AT_ONCE):
                batch = missing[start : start + AT_ONCE]
                jobs = [_ask(store, partial(_job, store, order)) for order in batch]
                for order, job in zip(batch, jobs, strict=True):
                    _receive(store, order, job, progress)
    return [order.target for order in orders]


def _dataset(route: Route) -> str:
    try:
        return route.options["dataset"]
    except KeyError:
        raise InputError(
            f"the route to {route.url} names no dataset: add the option `dataset` to its row in "
            "the table of sources, such as reanalysis-era5-land-monthly-means"
        ) from None


def _request(wanted: Wanted, months: pd.PeriodIndex) -> dict[str, Any]:
    if not wanted.variables:
        raise InputError(
            "the climate data store is asked for no variable: name some, such as 2m_temperature"
        )
    west, south, east, north = wanted.extent[:4]
    # ASSUME the store takes a window over the dateline with its east beyond 180 degrees.
    area = [north, west, south, east + 360 if west > east else east]
    everywhere = wanted.extent[:4] == Extent()[:4]
    return {
        "product_type": ["monthly_averaged_reanalysis"],
        "variable": list(wanted.variables),
        "year": [str(months[0].year)],
        "month": [f"{month.month:02d}" for month in months],
        "time": ["00:00"],
        "data_format": "netcdf",
        "download_format": "unarchived",
    } | ({} if everywhere else {"area": area})


def _open(url: str, key: str, session: requests.Session) -> Client:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its notices may be out of order
        return Client(
            url=url,
            key=key,
            timeout=web.TIMEOUT,
            progress=False,
            maximum_tries=1,  # tries are ours
            retry_after=0,
            session=session,
            log_callback=_tell,
        )


def _tell(level: int, *args: Any, **_: Any) -> None:
    if level > logging.DEBUG:
        log.log(level, "climate data store: %s", *args)


def _job(store: _Store, order: Order) -> Remote:
    """The job begun earlier for this request, or a new one."""
    if order.job:
        try:
            return store.client.get_remote(order.job)
        except requests.HTTPError as error:
            if error.response.status_code != 404:
                raise
    job = store.client.submit(store.dataset, order.request)
    order.begin(job.request_id)
    return job


def _receive(store: _Store, order: Order, job: Remote, progress: Callable[[int], object]) -> None:
    wait(lambda: _ask(store, partial(_is_ready, order, job)), store.sleep)
    results = _ask(store, job.get_results)
    order.receive(results.location, store.client.session, progress)


def _is_ready(order: Order, job: Remote) -> bool:
    status = job.status
    if status not in ("accepted", "running", "successful"):
        order.forget()
        return job.results_ready  # which raises what the store says
    return status == "successful"


def _ask(store: _Store, question: Callable[[], T]) -> T:
    return web.retry(
        partial(_once, store, question),
        web.public(str(store.client.url)),
        kept="jobs in the queue are remembered",
        sleep=store.sleep,
    )


def _once(store: _Store, question: Callable[[], T]) -> T:
    """Ask once; what goes wrong becomes Interrupted or a sentence."""
    try:
        return question()
    except ProcessingFailedError as error:
        raise _failed(store, str(error)) from None
    except requests.HTTPError as error:
        raise _refusal(store, error.response) from None
    except requests.JSONDecodeError:
        raise InputError(
            f"{web.public(str(store.client.url))} did not answer as the climate data store does: "
            "check the address in the table of sources"
        ) from None
    except requests.RequestException:
        raise web.Interrupted("the store cannot be reached") from None


def _refusal(store: _Store, reply: requests.Response) -> Exception:
    code, reason = reply.status_code, _reason(reply)
    if code == 429 or code >= 500:
        return web.Interrupted(f"the store answered {code}")
    if code == 401:
        return InputError(
            "the climate data store does not know the key of this account (401): copy the personal "
            "access token anew from your profile there into ~/.cdsapirc or CDSAPI_KEY"
        )
    if code == 403 and "licence" in reason.lower():
        return InputError(
            f"the licence of {store.dataset} is not accepted yet: log in and accept it once at "
            f"{store.page}?tab=download#manage-licences, then run again"
        )
    if code == 403:
        return InputError(
            f"the climate data store refuses a year of {store.dataset} (403, {reason}): ask for "
            "fewer variables or a smaller window, or wait until fewer of your jobs are in its queue"
        )
    if code == 404:
        return InputError(
            f"the climate data store has no {store.dataset} ({reason}): check the option `dataset` "
            "in the table of sources"
        )
    return _failed(store, reason)


def _failed(store: _Store, reason: str) -> InputError:
    return InputError(
        f"the climate data store could not make a year of {store.dataset}: "
        f"{_line(reason) or 'it gives no reason'}; check variables and period against "
        f"{store.page}, or run again later, finished years are kept"
    )


def _reason(reply: requests.Response) -> str:
    try:
        said = dict(reply.json())
    except (ValueError, TypeError):
        return _line(reply.reason or "")
    parts = (said.get(name) for name in ("title", "detail", "traceback"))
    return _line("; ".join(str(part) for part in parts if part))


def _line(text: str) -> str:
    return " ".join(text.split())[:LONGEST_REASON]
