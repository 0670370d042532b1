"""AppEEARS: a task a year, remembered, waited for, checked; logged in and out again."""

import hashlib
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tenacity
from tests.servers import File
from tests.standins import Call, Handler, Reply, Service, Sleeps, serve_service

from vadose.errors import InputError
from vadose.extent import Extent
from vadose.sources import web
from vadose.sources.clients import appeears
from vadose.sources.registry import Route
from vadose.sources.wanted import Wanted

BODY = b"\x89HDF\r\n\x1a\n" + bytes(range(256)) * 2000
NAMES = [f"MCD15A2H.061_500m_{year}.nc" for year in (2002, 2003)]
WANTED = Wanted(Extent(-10, 35, 30, 70, "2002-07-01", "2003-12-31"))


class Appeears(Service):
    """The parts of the interface that submit, follow and hand out area tasks."""

    statuses: tuple[str, ...] = ("pending", "processing", "done")
    digest: str | None = None

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.tokens: list[str] = []  # those that are valid
        self.issued = 0
        self.tasks: dict[str, dict[str, Any]] = {}
        self.seen: dict[str, int] = {}

    def routes(self) -> dict[tuple[str, str], Handler]:
        return {
            ("POST", "/api/login"): self.login,
            ("POST", "/api/logout"): self.logout,
            ("POST", "/api/task"): self.submit,
            ("GET", "/api/task/([^/]+)"): self.task,
            ("GET", "/api/bundle/([^/]+)"): self.bundle,
            ("GET", "/api/bundle/([^/]+)/([^/]+)"): self.file,
        }

    def answer(self, call: Call) -> Reply:
        if not call.path.endswith("/login") and call.bearer not in self.tokens and not self.trouble:
            return Reply(403, {"message": "The token has expired"})
        return super().answer(call)

    def login(self, call: Call) -> Reply:
        if call.login != ("me", "right"):
            return Reply(401, {"message": "Invalid username or password"})
        self.issued += 1
        self.tokens = [f"token-{self.issued}"]
        return Reply(json={"token_type": "Bearer", "token": self.tokens[0]})

    def logout(self, call: Call) -> Reply:
        self.tokens.remove(call.bearer or "")
        return Reply(204)

    def submit(self, call: Call) -> Reply:
        if call.json["params"]["layers"][0]["product"].startswith("MOD99"):
            return Reply(400, {"message": "product MOD99 does  not exist"})
        name = f"task-{len(self.asked('POST', '/api/task')) - 1}"
        self.tasks[name] = call.json
        self.seen[name] = 0
        self.files.files[f"/signed/{name}.nc"] = File(BODY)
        return Reply(202, {"task_id": name, "status": "pending"})

    def task(self, _: Call, name: str) -> Reply:
        if name not in self.tasks:
            return Reply(404, {"message": "no such task"})
        status = self.statuses[min(self.seen[name], len(self.statuses) - 1)]
        self.seen[name] += 1
        error = "too many pixels" if status == "error" else None
        return Reply(json={"task_id": name, "status": status, "error": error})

    def bundle(self, _: Call, name: str) -> Reply:
        entries = [("1", "MCD15A2H.061_500m_aid0001.nc", "nc"), ("2", "readme.md", "txt")]
        digest = self.digest or hashlib.sha256(BODY).hexdigest()
        files = [
            {"file_id": i, "file_name": n, "file_type": t, "file_size": 1, "sha256": digest}
            for i, n, t in entries
        ]
        return Reply(json={"task_id": name, "files": files})

    def file(self, _: Call, name: str, number: str) -> Reply:
        assert number == "1"
        return Reply(302, headers={"Location": f"{self.files.url}/signed/{name}.nc?secret=1"})


@pytest.fixture(autouse=True)
def _account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(web, "BACKOFF", tenacity.wait_none())
    monkeypatch.setenv("EARTHDATA_USERNAME", "me")
    monkeypatch.setenv("EARTHDATA_PASSWORD", "right")


@pytest.fixture
def service() -> Iterator[Appeears]:
    with serve_service(Appeears) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files"


def route(service: Appeears, **options: str) -> Route:
    return Route.model_construct(
        kind="appeears",
        url=f"{service.url}/api",
        account="earthdata",
        checksum="",
        files=("MCD15A2H.061_500m_{year}.nc",),
        options=options,
    )


def fetch(service: Appeears, folder: Path, wanted: Wanted = WANTED, **options: str) -> list[Path]:
    return appeears.fetch(route(service, **options), wanted, folder, sleep=Sleeps())


def test_each_year_is_one_task_for_the_window(service: Appeears, folder: Path) -> None:
    told: list[int] = []
    paths = appeears.fetch(route(service), WANTED, folder, told.append, sleep=Sleeps())
    assert [path.name for path in paths] == NAMES
    assert [path.read_bytes() == BODY for path in paths] == [True, True]
    assert sum(told) == 2 * len(BODY)
    first, second = (task["params"] for task in service.tasks.values())
    assert first["dates"] == [{"startDate": "07-01-2002", "endDate": "12-31-2002"}]
    assert second["dates"] == [{"startDate": "01-01-2003", "endDate": "12-31-2003"}]
    assert first["layers"] == [
        {"product": "MCD15A2H.061", "layer": "Lai_500m"},
        {"product": "MCD15A2H.061", "layer": "FparLai_QC"},
    ]
    assert first["output"] == {"format": {"type": "netcdf4"}, "projection": "geographic"}
    (feature,) = first["geo"]["features"]
    (ring,) = feature["geometry"]["coordinates"]
    assert ring[0] == ring[-1] and len(ring) == 5
    assert {tuple(point) for point in ring} == {(-10, 35), (30, 35), (30, 70), (-10, 70)}


def test_all_tasks_are_submitted_before_the_first_is_waited_for(
    service: Appeears, folder: Path
) -> None:
    fetch(service, folder)
    assert [call.method for call in service.calls[:4]] == ["POST", "POST", "POST", "GET"]


def test_another_product_and_layers_may_be_named(service: Appeears, folder: Path) -> None:
    fetch(service, folder, WANTED._replace(variables=("Fpar_500m",)), product="MOD15A2H.061")
    (layer,) = service.tasks["task-0"]["params"]["layers"]
    assert layer == {"product": "MOD15A2H.061", "layer": "Fpar_500m"}


def test_whole_files_are_left_alone(service: Appeears, folder: Path) -> None:
    first = fetch(service, folder)
    seen = len(service.calls)
    assert fetch(service, folder) == first and len(service.calls) == seen


def test_another_window_is_asked_for_anew(service: Appeears, folder: Path) -> None:
    fetch(service, folder)
    fetch(service, folder, WANTED._replace(extent=WANTED.extent._replace(west=-9)))
    assert len(service.tasks) == 4


class Killed(Exception):
    pass


def test_a_killed_run_goes_on_waiting_for_the_same_tasks(service: Appeears, folder: Path) -> None:
    def kill(_: float) -> None:
        raise Killed

    with pytest.raises(Killed):
        appeears.fetch(route(service), WANTED, folder, sleep=kill)
    assert len(service.tasks) == 2 and service.tokens == []
    assert len(fetch(service, folder)) == 2
    assert len(service.tasks) == 2


def test_a_task_that_has_expired_is_submitted_anew(service: Appeears, folder: Path) -> None:
    service.statuses = ("pending", "expired")
    with pytest.raises(InputError, match=f"gave up the task for {NAMES[0]}"):
        fetch(service, folder)
    service.statuses = ("done",)
    del service.tasks["task-1"]
    fetch(service, folder)
    assert service.asked("GET", "/api/task/task-1") and len(service.asked("POST", "/api/task")) == 4


def test_the_user_logs_out_whatever_happens(service: Appeears, folder: Path) -> None:
    fetch(service, folder)
    assert service.tokens == [] and service.issued == 1
    service.statuses = ("error",)
    with pytest.raises(InputError, match="error: too many pixels"):
        fetch(service, folder, WANTED._replace(variables=("Fpar_500m",)))
    assert service.tokens == [] and service.issued == 2


def test_a_token_that_runs_out_is_replaced(service: Appeears, folder: Path) -> None:
    class Days(Sleeps):
        def __call__(self, seconds: float) -> None:
            super().__call__(seconds)
            service.tokens = []

    assert len(appeears.fetch(route(service), WANTED, folder, sleep=Days())) == 2
    assert service.issued > 1


def test_the_token_is_not_shown_to_the_store_of_files(service: Appeears, folder: Path) -> None:
    fetch(service, folder)
    assert len(service.files.asked) == 2
    assert all("Authorization" not in asked.headers for asked in service.files.asked)


def test_an_entry_for_all_machines_does_not_take_the_tokens_place(
    service: Appeears, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("default login anonymous password x\n", encoding="utf-8")
    assert len(fetch(service, folder)) == 2


def test_a_spoilt_file_is_told_by_the_bundles_checksum(service: Appeears, folder: Path) -> None:
    service.digest = "0" * 64
    with pytest.raises(InputError, match="has sha256"):
        fetch(service, folder)
    assert not list(folder.glob("*.nc"))


def test_a_broken_download_goes_on(
    service: Appeears, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(call: Call, name: str, number: str) -> Reply:
        file = service.files.files[f"/signed/{name}.nc"]
        if not any(asked.path.startswith(f"/signed/{name}") for asked in service.files.asked):
            file.breaks = [300_000]
        return Appeears.file(service, call, name, number)

    monkeypatch.setattr(service, "file", breaks)
    fetch(service, folder)
    ranges = [asked.range for asked in service.files.asked]
    assert ranges[0] is None and ranges[1] is not None


def test_a_refused_task_tells_why(service: Appeears, folder: Path) -> None:
    with pytest.raises(InputError, match=r"\(400, product MOD99 does not exist\)"):
        fetch(service, folder, product="MOD99.061")


def test_a_wrong_password_is_explained(
    service: Appeears, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EARTHDATA_PASSWORD", "wr0ng")
    with pytest.raises(InputError, match=r"does not know the Earthdata account .*401") as raised:
        fetch(service, folder)
    assert "wr0ng" not in str(raised.value)


def test_a_window_over_the_dateline_is_refused(service: Appeears, folder: Path) -> None:
    extent = Extent(170, -20, -170, 20, "2003-01-01", "2003-12-31")
    with pytest.raises(InputError, match="crosses the dateline"):
        fetch(service, folder, Wanted(extent))
    assert service.calls == []


def test_a_busy_service_is_asked_again(
    service: Appeears, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    service.trouble = [500, 429]
    with caplog.at_level(logging.INFO, "vadose"):
        assert len(fetch(service, folder)) == 2
    assert "the service answered 429" in caplog.text
    assert f"AppEEARS: {NAMES[0]} is processing" in caplog.text


def test_an_answer_that_is_no_json_is_explained(
    service: Appeears, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "login", lambda _: Reply(200, text="<html>moved</html>"))
    with pytest.raises(InputError, match="did not answer as AppEEARS does"):
        fetch(service, folder)
