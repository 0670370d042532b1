"""Fetching files whose addresses are known beforehand."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import requests

from vadose.sources import web
from vadose.sources.asking import get_file
from vadose.sources.registry import Route
from vadose.sources.wanted import Wanted, file_names


def fetch(
    route: Route, wanted: Wanted, folder: Path, progress: Callable[[int], object] = int
) -> list[Path]:
    """Fetch the route's files, each below its `url` or at an address of its own, in order.

    Option `save_as`: the url is itself the file, which comes under this name. Raises web.NotHere
    where the provider has no such file.
    """
    names = [route.url] if "save_as" in route.options else file_names(route.files, wanted)
    newest = _newest(route, wanted)
    paths = []
    with requests.Session() as session:
        for name in names:
            url = urljoin(route.url.rstrip("/") + "/", name)
            saved = route.options.get("save_as") or unquote(urlsplit(url).path.rpartition("/")[2])
            checksum = route.checksum if len(names) == 1 and route.checksum else None
            try:
                paths.append(get_file(url, folder / saved, session, progress, checksum))
            except web.NotHere as error:
                if name not in newest:
                    raise
                raise web.NotHere(
                    f"{saved} is likely not yet published: {error}; or end the period earlier"
                ) from None
    return paths


def _newest(route: Route, wanted: Wanted) -> set[str]:
    """Names that the last wanted year needs and no earlier one does."""
    years = [month.year for month in wanted.months]
    if not years or years[0] == years[-1]:
        return set()
    before = wanted.extent._replace(end=f"{years[-1] - 1}-12-31")
    earlier = file_names(route.files, wanted._replace(extent=before))
    return set(file_names(route.files, wanted)) - set(earlier)
