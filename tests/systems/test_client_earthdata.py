"""NASA's archives: searched in the catalogue, fetched with the account, which goes nowhere else."""

import hashlib
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
from vadose.sources.clients import earthdata
from vadose.sources.registry import Route
from vadose.sources.wanted import Wanted

HDF4 = b"\x0e\x03\x13\x01" + bytes(range(256)) * 1000
HDF5 = b"\x89HDF\r\n\x1a\n" + bytes(range(256)) * 1000
TOKEN = "a-token-that-is-secret"
SWE = "4km_SWE_Depth_WY{water_year}_v01.nc"
JPL = "GRCTellus.JPL.*.GLO.RL06.3M.MSCNv04CRI.nc"


class Catalogue(Service):
    """The catalogue's search for granules, page by page."""

    page = 500

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.granules: list[dict[str, Any]] = []

    def routes(self) -> dict[tuple[str, str], Handler]:
        return {("GET", "/search/granules.umm_json"): self.search}

    def search(self, call: Call) -> Reply:
        start = int(call.headers.get("cmr-search-after", 0))
        end = start + min(self.page, int(call.query["page_size"]))
        more = {"CMR-Search-After": str(end)} if end < len(self.granules) else {}
        return Reply(json={"items": self.granules[start:end]}, headers=more)

    def add(self, url: str, body: bytes, algorithm: str = "", value: str = "") -> None:
        name = url.rpartition("/")[2]
        entry: dict[str, Any] = {"Name": name, "Size": len(body) / 1e6}
        if algorithm:
            entry["Checksum"] = {"Algorithm": algorithm, "Value": value}
        self.granules.append(
            {
                "meta": {"concept-id": f"G{len(self.granules)}-POCLOUD"},
                "umm": {
                    "GranuleUR": name.rpartition(".")[0],
                    "RelatedUrls": [
                        {"URL": f"s3://bucket/{name}", "Type": "GET DATA VIA DIRECT ACCESS"},
                        {"URL": f"{url}.md5", "Type": "EXTENDED METADATA"},
                        {"URL": url, "Type": "GET DATA"},
                    ],
                    "DataGranule": {"ArchiveAndDistributionInformation": [entry]},
                },
            }
        )


class Login(Service):
    """Earthdata Login: sends a user on to the archive who gives the right password or token."""

    authorised = True  # the archive's application

    def routes(self) -> dict[tuple[str, str], Handler]:
        return {("GET", "/oauth/authorize"): self.authorise}

    def authorise(self, call: Call) -> Reply:
        if call.login != ("me", "right") and call.bearer != TOKEN:
            return Reply(401, {"error": "invalid_credentials"})
        if not self.authorised:
            return Reply(200, text="<html>Approve the application</html>")
        back = f"{call.query['redirect_uri']}?code=1&state={call.query['state']}"
        return Reply(302, headers={"Location": back})


class Archive(Service):
    """A data host: takes a token, else sends to the login; hands files out from another host."""

    login = ""

    def routes(self) -> dict[tuple[str, str], Handler]:
        return {("GET", "/data/(.+)"): self.data, ("GET", "/back"): self.back}

    def data(self, call: Call, name: str) -> Reply:
        if call.bearer and call.bearer != TOKEN:
            return Reply(401, {"error": "token expired"})
        if call.bearer or "session=1" in call.headers.get("cookie", ""):
            return Reply(302, headers={"Location": f"{self.files.url}/{name}"})
        query = f"redirect_uri={self.url}/back&state=/data/{name}"
        return Reply(302, headers={"Location": f"{self.login}/oauth/authorize?{query}"})

    def back(self, call: Call) -> Reply:
        place = call.query["state"]
        return Reply(302, headers={"Set-Cookie": "session=1", "Location": self.url + place})


class World:
    """The three hosts and what the archive holds."""

    def __init__(self, catalogue: Catalogue, login: Login, archive: Archive) -> None:
        self.catalogue, self.login, self.archive = catalogue, login, archive
        archive.login = login.url

    def hold(self, name: str, body: bytes, algorithm: str = "", value: str = "") -> None:
        self.archive.files.files[f"/{name}"] = File(body)
        self.catalogue.add(f"{self.archive.url}/data/{name}", body, algorithm, value)

    @property
    def sent(self) -> list[str]:
        return [asked.path[1:] for asked in self.archive.files.asked]


@pytest.fixture(autouse=True)
def _no_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(web, "BACKOFF", tenacity.wait_none())
    for name in ("TOKEN", "USERNAME", "PASSWORD"):
        monkeypatch.delenv(f"EARTHDATA_{name}", raising=False)
    monkeypatch.delenv("NETRC", raising=False)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with (
        serve_service(Catalogue) as catalogue,
        serve_service(Login) as login,
        serve_service(Archive) as archive,
    ):
        monkeypatch.setattr(earthdata, "CMR", catalogue.url)
        monkeypatch.setattr(earthdata, "LOGIN", login.url)
        yield World(catalogue, login, archive)


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EARTHDATA_TOKEN", TOKEN)


@pytest.fixture
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EARTHDATA_USERNAME", "me")
    monkeypatch.setenv("EARTHDATA_PASSWORD", "right")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "files"
    made.mkdir()
    return made


def route(*files: str, url: str = "", **options: str) -> Route:
    return Route.model_construct(
        kind="earthdata", url=url, account="earthdata", checksum="", files=files, options=options
    )


def fetch(route: Route, wanted: Wanted, folder: Path) -> list[Path]:
    return earthdata.fetch(route, wanted, folder, sleep=Sleeps())


GRACE = route(JPL, short_name="TELLUS", version="RL06.3_v4", provider="POCLOUD")
TILES = route("MCD15A2H.A{year}**.hdf", short_name="MCD15A2H", version="061")
TWO_YEARS = Wanted(Extent(-10, 35, 30, 70, "2002-07-01", "2003-12-31"))


def hold_tiles(world: World) -> list[str]:
    names = [
        f"MCD15A2H.A{day}.{tile}.061.2020{i}.hdf"
        for day in (2003009, 2002185, 2003001)
        for i, tile in enumerate(("h18v04", "h17v05"))
    ]
    for name in names:
        world.hold(name, HDF4, "SHA-256", hashlib.sha256(HDF4).hexdigest())
    return sorted(names)


@pytest.mark.usefixtures("token")
def test_of_the_mascons_the_newest_file_is_taken(world: World, folder: Path) -> None:
    for month in ("202312", "202501", "202401"):
        world.hold(f"GRCTellus.JPL.200204_{month}.GLO.RL06.3M.MSCNv04CRI.nc", HDF5)
    world.hold("GRCTellus.JPL.200204_202502.GLO.RL06.3M.MSCNv04.nc", HDF5)
    (path,) = fetch(GRACE, Wanted(Extent(start="2002-04-01", end="2020-12-31")), folder)
    assert path.name == "GRCTellus.JPL.200204_202501.GLO.RL06.3M.MSCNv04CRI.nc"
    assert path.read_bytes() == HDF5 and world.sent == [path.name]
    (asked,) = world.catalogue.calls
    assert asked.query == {
        "short_name": "TELLUS",
        "version": "RL06.3_v4",
        "provider": "POCLOUD",
        "temporal": "2002-04-01T00:00:00Z,2020-12-31T23:59:59Z",
        "page_size": "500",
    }


@pytest.mark.usefixtures("token")
def test_a_mascon_file_that_is_there_is_kept_without_asking(world: World, folder: Path) -> None:
    old = folder / "GRCTellus.JPL.200204_202001.GLO.RL06.3M.MSCNv04CRI.nc"
    old.write_bytes(HDF5)
    assert fetch(GRACE, Wanted(), folder) == [old] and world.catalogue.calls == []


@pytest.mark.usefixtures("token")
def test_all_tiles_of_the_window_come_in_the_order_of_time(world: World, folder: Path) -> None:
    names = hold_tiles(world)
    world.catalogue.page = 4  # so that the answer has two pages
    told: list[int] = []
    paths = earthdata.fetch(TILES, TWO_YEARS, folder, told.append, sleep=Sleeps())
    assert [path.name for path in paths] == names and len(world.catalogue.calls) == 2
    assert sum(told) == 6 * len(HDF4)
    assert world.catalogue.calls[0].query["bounding_box"] == "-10,35,30,70"
    seen = len(world.sent)
    assert fetch(TILES, TWO_YEARS, folder) == paths and len(world.sent) == seen


@pytest.mark.usefixtures("token")
def test_a_broken_tile_goes_on_where_it_broke(world: World, folder: Path) -> None:
    name = hold_tiles(world)[0]
    world.archive.files.files[f"/{name}"].breaks = [150_000]
    paths = fetch(TILES, TWO_YEARS, folder)
    assert paths[0].read_bytes() == HDF4
    ranges = [asked.range for asked in world.archive.files.asked if asked.path == f"/{name}"]
    assert ranges[0] is None and ranges[1] is not None


@pytest.mark.usefixtures("token")
def test_a_spoilt_file_is_told_by_the_catalogues_checksum(world: World, folder: Path) -> None:
    world.hold("MCD15A2H.A2002185.h18v04.061.1.hdf", HDF4, "MD5", "0" * 32)
    with pytest.raises(InputError, match="has md5"):
        fetch(TILES, TWO_YEARS, folder)
    assert not list(folder.glob("*.hdf"))


@pytest.mark.usefixtures("token")
def test_the_token_is_shown_to_the_archive_only(world: World, folder: Path) -> None:
    hold_tiles(world)
    fetch(TILES, TWO_YEARS, folder)
    assert all(call.bearer == TOKEN for call in world.archive.calls)
    assert all("authorization" not in call.headers for call in world.catalogue.calls)
    for asked in world.archive.files.asked:
        assert "Authorization" not in asked.headers
    assert world.login.calls == []


@pytest.mark.usefixtures("password")
def test_user_and_password_are_shown_to_the_login_only(world: World, folder: Path) -> None:
    world.hold("GRCTellus.JPL.200204_202501.GLO.RL06.3M.MSCNv04CRI.nc", HDF5)
    assert fetch(GRACE, Wanted(), folder)[0].read_bytes() == HDF5
    assert [call.login for call in world.login.calls] == [("me", "right")]
    assert all("authorization" not in call.headers for call in world.archive.calls)
    for asked in world.archive.files.asked:
        assert "Authorization" not in asked.headers


@pytest.mark.usefixtures("password")
def test_one_login_serves_many_files(world: World, folder: Path) -> None:
    hold_tiles(world)
    assert len(fetch(TILES, TWO_YEARS, folder)) == 6
    assert len(world.login.calls) == 1


@pytest.mark.usefixtures("password")
def test_files_at_a_known_address_need_no_catalogue(world: World, folder: Path) -> None:
    for year in (2003, 2004):
        world.hold(f"4km_SWE_Depth_WY{year}_v01.nc", HDF5)
    known = route(SWE, url=f"{world.archive.url}/data/")
    wanted = Wanted(Extent(start="2003-01-01", end="2003-12-31"))
    paths = fetch(known, wanted, folder)
    assert [path.name[14:20] for path in paths] == ["WY2003", "WY2004"]
    assert world.catalogue.calls == []
    with pytest.raises(web.NotHere, match=r"WY2005_v01\.nc does not exist"):
        fetch(known, Wanted(Extent(start="2005-01-01", end="2005-02-28")), folder)


def test_without_an_account_nothing_is_asked(world: World, folder: Path) -> None:
    with pytest.raises(InputError, match="no account of NASA Earthdata is found"):
        fetch(GRACE, Wanted(), folder)
    assert world.catalogue.calls == []


def test_a_wrong_password_is_explained(
    world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EARTHDATA_USERNAME", "me")
    monkeypatch.setenv("EARTHDATA_PASSWORD", "wr0ng")
    hold_tiles(world)
    with pytest.raises(InputError, match=r"does not let the account from .* in \(401\)") as raised:
        fetch(TILES, TWO_YEARS, folder)
    assert "wr0ng" not in str(raised.value) and not list(folder.glob("*.hdf"))


def test_an_old_token_is_explained(
    world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EARTHDATA_TOKEN", "an-old-one")
    hold_tiles(world)
    with pytest.raises(InputError, match=r"EARTHDATA_TOKEN .*the token's age") as raised:
        fetch(TILES, TWO_YEARS, folder)
    assert "an-old-one" not in str(raised.value)


@pytest.mark.usefixtures("password")
def test_an_application_that_is_not_authorised_is_named(world: World, folder: Path) -> None:
    world.login.authorised = False
    world.hold("4km_SWE_Depth_WY2003_v01.nc", HDF5)
    wanted = Wanted(Extent(start="2003-01-01", end="2003-02-28"))
    with pytest.raises(InputError, match="'NSIDC DAAC Data Access'"):
        fetch(route(SWE, url=f"{world.archive.url}/data"), wanted, folder)
    assert list(folder.glob("*.nc")) == []


@pytest.mark.usefixtures("token")
@pytest.mark.parametrize("body", [b"<!DOCTYPE html><html>Log in</html>", b'{"error": 1}'])
def test_what_is_no_data_is_refused(world: World, folder: Path, body: bytes) -> None:
    world.hold("GRCTellus.JPL.200204_202501.GLO.RL06.3M.MSCNv04CRI.nc", body)
    with pytest.raises(InputError, match=r"web page in place|begins with"):
        fetch(GRACE, Wanted(), folder)
    assert list(folder.glob("*.nc")) == []


@pytest.mark.usefixtures("token")
def test_a_period_without_granules_is_explained(world: World, folder: Path) -> None:
    with pytest.raises(web.NotHere, match=r"MCD15A2H has no .* from 2002-07-01 to 2003-12-31"):
        fetch(TILES, TWO_YEARS, folder)
    world.hold("MCD15A2H.A2002185.h18v04.061.1.pdf", HDF4)
    with pytest.raises(web.NotHere, match=r"it has MCD15A2H\.A2002185\.h18v04\.061\.1\.pdf"):
        fetch(TILES, TWO_YEARS, folder)


@pytest.mark.usefixtures("token")
def test_a_busy_catalogue_is_asked_again(world: World, folder: Path) -> None:
    hold_tiles(world)
    world.catalogue.trouble = [503, 429]
    assert len(fetch(TILES, TWO_YEARS, folder)) == 6


@pytest.mark.usefixtures("token")
def test_an_answer_that_is_no_list_is_explained(
    world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        world.catalogue, "search", lambda _: Reply(json={"errors": ["maintenance"]})
    )
    with pytest.raises(InputError, match="did not answer with a list of granules"):
        fetch(TILES, TWO_YEARS, folder)
