"""Files are found on index pages and in catalogues, the right days and the newest of each."""

import logging
from pathlib import Path

import pytest
import requests
from tests.servers import File, serve

from vadose.errors import InputError
from vadose.extent import Extent
from vadose.sources import web
from vadose.sources.asking import links
from vadose.sources.clients.listing import fetch
from vadose.sources.registry import Route
from vadose.sources.wanted import Wanted

LAI = "AVHRR-Land_v005_AVH15C1_NOAA-*_{year}{month}**_c*.nc"
BODY = b"CDF\x01data"
JANUARY = Wanted(Extent(start="2003-01-01", end="2003-01-31"))
SPRING = Wanted(Extent(start="2003-01-01", end="2003-03-31"))


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


def lai(month: int, day: int, stamp: int = 1) -> str:
    return f"AVHRR-Land_v005_AVH15C1_NOAA-17_2003{month:02d}{day:02d}_c{stamp}.nc"


def index(names: list[str]) -> File:
    """As Apache writes it: links to sort by, to the folder above, and relative names."""
    rows = "".join(f'<tr><td><a href="{name}">{name[:20]}..&gt;</a></td></tr>' for name in names)
    page = (
        f'<html><a href="?C=N;O=D">Name</a> <a href="/up/">Parent</a><table>{rows}</table></html>'
    )
    return File(page.encode(), content_type="text/html;charset=UTF-8")


def catalogue(names: list[str]) -> File:
    rows = "".join(f'<dataset name="{name}" urlPath="cdr/2003/{name}"/>' for name in names)
    page = f"""<?xml version="1.0" encoding="UTF-8"?>
    <catalog xmlns="http://www.unidata.ucar.edu/namespaces/thredds/InvCatalog/v1.0">
      <service name="all" serviceType="Compound" base="">
        <service name="odap" serviceType="OPENDAP" base="/thredds/dodsC/"/>
        <service name="http" serviceType="HTTPServer" base="/thredds/fileServer/"/>
      </service>
      <dataset name="2003">{rows}</dataset>
    </catalog>"""
    return File(page.encode(), content_type="application/xml")


def site(names: list[str]) -> dict[str, File]:
    return {"/lai/2003/": index(names)} | {f"/lai/2003/{name}": File(BODY) for name in names}


def route(url: str, *files: str, **options: str) -> Route:
    made = Route(kind="listing", files=files or (LAI,), options=options)
    return made.model_copy(update={"url": url})


def test_three_days_a_month_are_taken_from_an_index_page(tmp_path: Path) -> None:
    names = [lai(month, day) for month in (1, 2, 3) for day in range(1, 29)]
    with serve(site(names)) as server:
        paths = fetch(route(server.url + "/lai/{year}", days="5,15,25"), SPRING, tmp_path)
    assert [path.name for path in paths] == [lai(m, d) for m in (1, 2, 3) for d in (5, 15, 25)]
    assert len(server.asked) == 1 + 9 and paths[0].read_bytes() == BODY


def test_the_nearest_days_stand_in_for_those_that_are_missing(tmp_path: Path) -> None:
    days = [1, 3, 8, 20, 21]
    with serve(site([lai(1, day) for day in days])) as server:
        paths = fetch(route(server.url + "/lai/{year}", days="5,15,25"), JANUARY, tmp_path)
    assert [path.name for path in paths] == [lai(1, 3), lai(1, 20), lai(1, 21)]


def test_of_several_makings_of_a_day_the_newest_is_taken(tmp_path: Path) -> None:
    names = [lai(1, 5, 20140101), lai(1, 5, 20180101), lai(1, 5, 20160101)]
    with serve(site(names)) as server:
        paths = fetch(route(server.url + "/lai/{year}/", days="5,15"), JANUARY, tmp_path)
    assert [path.name for path in paths] == [lai(1, 5, 20180101)]


def test_a_month_without_files_is_logged_and_a_record_without_any_is_refused(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with serve(site([lai(1, 5), lai(3, 5)])) as server:
        paths = fetch(route(server.url + "/lai/{year}"), SPRING, tmp_path)
        assert len(paths) == 2
        assert "lists no AVHRR-Land_v005_AVH15C1_NOAA-*_200302**_c*.nc: that month" in caplog.text
        with pytest.raises(
            web.NotHere, match=r"lists no .*VIIRS_2003\.nc.* \(it lists AVHRR.*renamed"
        ):
            fetch(route(server.url + "/lai/{year}", "VIIRS_{year}.nc"), SPRING, tmp_path)


def test_a_thredds_catalogue_leads_to_the_files_themselves(tmp_path: Path) -> None:
    files = {
        "/thredds/catalog/cdr/2003/catalog.xml": catalogue([lai(1, 5), lai(1, 6)]),
        f"/thredds/fileServer/cdr/2003/{lai(1, 5)}": File(BODY),
    }
    with serve(files) as server:
        url = server.url + "/thredds/catalog/cdr/{year}/catalog.xml"
        paths = fetch(route(url, days="5"), JANUARY, tmp_path)
    assert paths == [tmp_path / lai(1, 5)] and paths[0].read_bytes() == BODY


def test_a_spoilt_catalogue_and_a_missing_page_are_named(tmp_path: Path) -> None:
    with serve({"/catalog.xml": File(b"<?xml version='1.0'?><catalog><dataset")}) as server:
        with pytest.raises(InputError, match=r"is no catalogue that can be read .*: try again lat"):
            fetch(route(server.url + "/catalog.xml"), JANUARY, tmp_path)
        with pytest.raises(web.NotHere, match=r"/lai/2003/ does not exist \(404\)"):
            fetch(route(server.url + "/lai/{year}"), JANUARY, tmp_path)


def test_links_are_names_and_addresses_of_files() -> None:
    pages = {"/d/": index(["a%20b.nc", "sub/", "https://example.org/c.nc"])}
    with serve(pages) as server:
        assert links(server.url + "/d/") == {
            "a b.nc": server.url + "/d/a%20b.nc",
            "c.nc": "https://example.org/c.nc",
        }


def test_a_page_passes_only_where_pages_are_wanted() -> None:
    with serve({"/d/": index([])}) as server, requests.Session() as session:
        with web.open_url(server.url + "/d/", session, {}, pages=True) as reply:
            assert b"<table>" in web.read(reply)
        with (
            pytest.raises(InputError, match="a web page in place of the file"),
            web.open_url(server.url + "/d/", session, {}),
        ):
            pass


def test_a_login_page_in_place_of_a_file_is_not_kept(tmp_path: Path) -> None:
    files = site([lai(1, 5)])
    files[f"/lai/2003/{lai(1, 5)}"] = File(b"<html>log in</html>", content_type="text/html")
    with serve(files) as server, pytest.raises(InputError, match="a web page in place of the file"):
        fetch(route(server.url + "/lai/{year}"), JANUARY, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(autouse=True)
def _logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "vadose")
