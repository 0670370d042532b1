"""Routes to Caravan are known by version, and what is no archive leaves nothing."""

import logging
from pathlib import Path

import pytest
from tests.servers import File, serve

from vadose.errors import InputError
from vadose.progress import progress
from vadose.sources.caravan_routes import Folders, fetch, find_route
from vadose.sources.registry import Route, Source, read_sources


def folders(downloads: Path, subset: str = "planet") -> Folders:
    kinds = ("timeseries/netcdf", "attributes", "shapefiles")
    return Folders(*(downloads / kind / subset for kind in kinds))


def route(url: str) -> Route:
    return Route.model_construct(kind="archive", url=url, checksum="", account="")


def test_a_web_page_in_place_of_the_archive_leaves_nothing(tmp_path: Path) -> None:
    made = folders(tmp_path / "caravan/1.6")
    page = File(b"<!doctype html><title>Log in</title>", content_type="text/html")
    with serve({"/a.tar.gz": page}) as server, pytest.raises(InputError):
        fetch(route(f"{server.url}/a.tar.gz"), "planet", None, made)
    assert not any(folder.exists() for folder in made)


def test_a_version_without_the_route_is_refused_with_those_there_are(root: Path) -> None:
    sources: list[Source] = read_sources(root / "resources/sources.yaml")
    assert find_route(sources, "1.2", "opendap").url.startswith("https://opendap.4tu.nl")
    with pytest.raises(InputError, match=r"1\.6 cannot be had by opendap: known are .*1\.2"):
        find_route(sources, "1.6", "opendap")
    with pytest.raises(InputError, match=r"Caravan 9 cannot be had by archive"):
        find_route(sources, "9", "archive")


@pytest.mark.parametrize(("total", "lines"), [(100, 10), (None, 7)])
def test_progress_is_logged_without_a_terminal(
    total: int | None, lines: int, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "vadose"), progress("work", total, "units") as done:
        for _ in range(100):
            done(1)
    assert len(caplog.messages) == lines
    assert caplog.messages[-1].startswith("work: 100 of 100" if total else "work: 64 units")
