"""The climate data store: one job a year, waited for, gone on with, and refused in plain words."""

import io
import json
import logging
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.servers import File
from tests.standins import Call, Handler, Reply, Service, Sleeps, serve_service

from vadose.errors import InputError
from vadose.extent import Extent
from vadose.sources.clients import cds
from vadose.sources.registry import Route
from vadose.sources.wanted import Wanted

DATASET = "reanalysis-era5-land-monthly-means"
KEY = "0a1b2c3d-1111-2222-3333-444455556666"
BODY = b"\x89HDF\r\n\x1a\n" + bytes(range(256)) * 2000


class Store(Service):
    """The parts of the store's interface that its client calls."""

    accepted = True  # the licence
    polls = 2  # questions until a job is done
    failure = ""  # of every job
    body = BODY

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.jobs: dict[str, dict[str, Any]] = {}
        self.left: dict[str, int] = {}

    def routes(self) -> dict[tuple[str, str], Handler]:
        return {
            ("GET", "/api/catalogue/v1/messages"): lambda _: Reply(json={"messages": []}),
            ("GET", "/api/retrieve/v1/processes/([^/]+)"): self.process,
            ("POST", "/api/retrieve/v1/processes/([^/]+)/execution"): self.execute,
            ("GET", "/api/retrieve/v1/jobs/([^/]+)"): self.job,
            ("GET", "/api/retrieve/v1/jobs/([^/]+)/results"): self.results,
        }

    def answer(self, call: Call) -> Reply:
        if call.path.startswith("/api/retrieve") and call.headers.get("private-token") != KEY:
            return Reply(401, {"title": "operation not allowed", "detail": "authentication failed"})
        return super().answer(call)

    def process(self, _: Call, dataset: str) -> Reply:
        if dataset != DATASET:
            return Reply(404, {"title": "process not found", "detail": f"{dataset} is unknown"})
        return Reply(json={"id": dataset, "links": []})

    def execute(self, call: Call, _: str) -> Reply:
        if not self.accepted:
            detail = f"Not all the required licences have been accepted; please visit {self.url}"
            return Reply(403, {"title": "required licences not accepted", "detail": detail})
        if len(call.json["inputs"]["variable"]) > 5:
            detail = "Your request is too large, please reduce your selection."
            return Reply(403, {"title": "cost limits exceeded", "detail": detail})
        name = f"job-{len(self.jobs)}"
        self.jobs[name] = call.json["inputs"]
        self.left[name] = self.polls
        self.files.files[f"/{name}.nc"] = File(self.body)
        return Reply(201, self.description(name, "accepted"))

    def description(self, name: str, status: str) -> dict[str, Any]:
        href = f"{self.url}/api/retrieve/v1/jobs/{name}"
        links = [{"rel": rel, "href": href} for rel in ("self", "monitor")]
        links += [{"rel": "results", "href": f"{href}/results"}] * (status == "successful")
        return {"jobID": name, "status": status, "links": links}

    def job(self, call: Call, name: str) -> Reply:
        if name not in self.jobs:
            return Reply(404, {"title": "job not found", "detail": name})
        self.left[name] -= "log" in call.query
        done = "failed" if self.failure else "successful"
        return Reply(json=self.description(name, done if self.left[name] <= 0 else "running"))

    def results(self, _: Call, name: str) -> Reply:
        if self.failure:
            return Reply(400, {"title": "The job has failed", "traceback": self.failure})
        asset = {
            "type": "application/netcdf",
            "href": f"{self.files.url}/{name}.nc",
            "file:size": len(self.files.files[f"/{name}.nc"].body),
        }
        return Reply(json={"asset": {"value": asset}})


@pytest.fixture(autouse=True)
def _account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("CDSAPI_KEY", KEY)


@pytest.fixture
def store() -> Iterator[Store]:
    with serve_service(Store) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files"


NAMES = [f"era5_land_monthly_{year}.nc" for year in (2001, 2002, 2003)]
WANTED = Wanted(Extent(start="2001-11-01", end="2003-02-28"), ("total_precipitation",))


def route(store: Store, **options: str) -> Route:
    return Route.model_construct(
        kind="cds",
        url=f"{store.url}/api",
        account="cds",
        checksum="",
        files=("era5_land_monthly_{year}.nc",),
        options={"dataset": DATASET} | options,
    )


def fetch(store: Store, folder: Path, wanted: Wanted = WANTED, **options: str) -> list[Path]:
    return cds.fetch(route(store, **options), wanted, folder, sleep=Sleeps())


def refused(store: Store, folder: Path, match: str, wanted: Wanted = WANTED) -> str:
    with pytest.raises(InputError, match=match) as raised:
        fetch(store, folder, wanted)
    assert not list(folder.glob("*.nc")) and KEY not in str(raised.value)
    return str(raised.value)


def test_each_year_is_one_job_for_its_months(store: Store, folder: Path) -> None:
    told: list[int] = []
    paths = cds.fetch(route(store), WANTED, folder, told.append, sleep=Sleeps())
    assert [path.name for path in paths] == NAMES
    assert [path.read_bytes() == BODY for path in paths] == [True] * 3
    assert sum(told) == 3 * len(BODY)
    asked = list(store.jobs.values())
    assert [job["year"] for job in asked] == [["2001"], ["2002"], ["2003"]]
    assert [len(job["month"]) for job in asked] == [2, 12, 2]
    assert asked[0] == {
        "product_type": ["monthly_averaged_reanalysis"],
        "variable": ["total_precipitation"],
        "year": ["2001"],
        "month": ["11", "12"],
        "time": ["00:00"],
        "data_format": "netcdf",
        "download_format": "unarchived",
    }


def test_a_window_is_asked_for_north_first(store: Store, folder: Path) -> None:
    for i, (west, east) in enumerate([(-10, 30), (170, -160)]):
        extent = Extent(west, 35, east, 70, "2001-01-01", "2001-12-31")
        fetch(store, folder, Wanted(extent, ("runoff",)))
        assert store.jobs[f"job-{i}"]["area"] == [70, west, 35, (30, 200)[i]]


def test_all_jobs_are_in_the_queue_before_the_first_is_waited_for(
    store: Store, folder: Path
) -> None:
    fetch(store, folder)
    order = [call.method for call in store.calls if "execution" in call.path or call.query]
    assert order[:3] == ["POST"] * 3


def test_waiting_grows_and_is_bounded(store: Store, folder: Path) -> None:
    store.polls = 20
    sleeps = Sleeps()
    one = Wanted(Extent(start="2001-01-01", end="2001-12-31"), ("runoff",))
    cds.fetch(route(store), one, folder, sleep=sleeps)
    assert sleeps[0] == 5 and sleeps == sorted(sleeps) and max(sleeps) == 120
    assert len(sleeps) == 19


def test_whole_files_are_left_alone_and_need_no_account(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = fetch(store, folder)
    seen = len(store.calls)
    monkeypatch.delenv("CDSAPI_KEY")
    assert fetch(store, folder) == first and len(store.calls) == seen


def test_a_file_put_there_by_hand_is_believed(store: Store, folder: Path) -> None:
    folder.mkdir()
    (folder / "era5_land_monthly_2002.nc").write_bytes(b"mine")
    assert fetch(store, folder)[1].read_bytes() == b"mine"
    assert [job["year"] for job in store.jobs.values()] == [["2001"], ["2003"]]


def test_other_months_of_a_year_are_asked_for_anew(store: Store, folder: Path) -> None:
    fetch(store, folder)
    longer = WANTED._replace(extent=WANTED.extent._replace(end="2003-03-31"))
    store.body = BODY + b"more"
    paths = fetch(store, folder, longer)
    assert len(store.jobs) == 4 and store.jobs["job-3"]["month"] == ["01", "02", "03"]
    assert [path.read_bytes() for path in paths] == [BODY, BODY, BODY + b"more"]


def test_the_older_file_stays_until_the_new_one_is_ready(store: Store, folder: Path) -> None:
    fetch(store, folder)
    store.failure = "no room"
    with pytest.raises(InputError, match="no room"):
        fetch(store, folder, WANTED._replace(variables=("runoff",)))
    assert len(list(folder.glob("*.nc"))) == 3
    store.failure = ""
    fetch(store, folder, WANTED._replace(variables=("runoff",)))
    assert store.jobs[max(store.jobs)]["variable"] == ["runoff"]


class Killed(Exception):
    pass


def test_a_killed_run_goes_on_waiting_for_the_same_jobs(store: Store, folder: Path) -> None:
    def kill(_: float) -> None:
        raise Killed

    with pytest.raises(Killed):
        cds.fetch(route(store), WANTED, folder, sleep=kill)
    assert len(store.jobs) == 3 and not list(folder.glob("*.nc"))
    assert len(fetch(store, folder)) == 3
    assert len(store.jobs) == 3


def test_a_job_that_the_store_no_longer_has_is_begun_anew(store: Store, folder: Path) -> None:
    one = Wanted(Extent(start="2001-01-01", end="2001-12-31"), ("runoff",))
    fetch(store, folder, one)
    note = folder / "era5_land_monthly_2001.nc.request.json"
    note.write_text(json.dumps(json.loads(note.read_text()) | {"job": "long-gone"}))
    assert fetch(store, folder, one)[0].read_bytes() == BODY
    assert store.asked("GET", ".*/long-gone") and len(store.jobs) == 2


def test_a_zip_in_place_of_netcdf_is_kept_as_it_is(store: Store, folder: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("data_stream-moda_stepType-avgua.nc", BODY)
    store.body = packed.getvalue()
    assert fetch(store, folder)[0].read_bytes() == packed.getvalue()


@pytest.mark.parametrize("body", [b"<!DOCTYPE html><html>log in</html>", b'{"error": "gone"}'])
def test_a_page_or_message_in_place_of_the_file_is_refused(
    store: Store, folder: Path, body: bytes
) -> None:
    store.body = body
    refused(store, folder, "web page in place|begins with")


def test_a_licence_that_is_not_accepted_is_named_with_its_page(store: Store, folder: Path) -> None:
    store.accepted = False
    text = refused(store, folder, f"licence of {DATASET} is not accepted")
    assert f"{store.url}/datasets/{DATASET}?tab=download#manage-licences" in text


def test_a_wrong_key_is_explained(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDSAPI_KEY", "wrong")
    refused(store, folder, r"does not know the key of this account \(401\)")


def test_no_account_is_explained(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CDSAPI_KEY")
    refused(store, folder, "no account of the climate data store is found")
    assert store.calls == []


def test_too_large_a_request_is_explained(store: Store, folder: Path) -> None:
    many = WANTED._replace(variables=tuple("abcdef"))
    refused(store, folder, "cost limits exceeded.*fewer variables or a smaller window", many)


def test_a_failed_job_tells_why_and_is_not_waited_for_again(store: Store, folder: Path) -> None:
    store.failure = "MARS\nhas   no data\n"
    refused(store, folder, "The job has failed; MARS has no data; check variables and period")
    store.failure = ""
    fetch(store, folder)
    assert [job["year"] for job in store.jobs.values()][3:] == [["2001"]]


def test_an_unknown_dataset_is_explained(store: Store, folder: Path) -> None:
    with pytest.raises(InputError, match=r"has no era5 .*option `dataset`"):
        fetch(store, folder, dataset="era5")


def test_a_busy_store_is_asked_again(
    store: Store, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store.trouble = [503, 503, 429, 502]  # the first answers the question for notices
    with caplog.at_level(logging.WARNING, "vadose"):
        assert len(fetch(store, folder)) == 3
    assert "the store answered 503" in caplog.text and "429" in caplog.text


def test_a_store_that_stays_away_is_given_up(store: Store, folder: Path) -> None:
    store.trouble = [503] * 50
    refused(store, folder, "could not be loaded, 6 tries in a row failed")


def test_without_variables_period_or_dataset_nothing_is_asked(store: Store, folder: Path) -> None:
    refused(store, folder, "asked for no variable", WANTED._replace(variables=()))
    refused(store, folder, "without a period", WANTED._replace(extent=Extent()))
    bare = route(store).model_copy(update={"options": {}})
    with pytest.raises(InputError, match="names no dataset"):
        cds.fetch(bare, WANTED, folder, sleep=Sleeps())
    assert store.asked("POST") == []
