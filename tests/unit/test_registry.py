"""The table of sources is complete, and a mistake in it is named."""

from datetime import date
from pathlib import Path

import pytest

from vadose.cli import SOURCES, main
from vadose.errors import InputError
from vadose.extent import Extent
from vadose.sources.registry import (
    CLIENTS,
    bibtex,
    client_module,
    find_row,
    pinned,
    read_sources,
)
from vadose.sources.wanted import Wanted, file_names, part_of

ROW = """
- source: {name}
  version: "1"
  title: A
  licence: B
  citation: C
  doi: {doi}
  routes: [{{kind: {kind}, url: "{url}"}}]
"""
GOOD = {
    "name": "x",
    "doi": "10.5281/zenodo.1",
    "url": "https://example.org/a.nc",
    "kind": "file",
}
ROWS = read_sources(SOURCES)
NAMES = {row.source for row in ROWS}
OF_CARAVAN = {"caravan", "caravan_dk", "caravan_grdc"}


def table(path: Path, *rows: dict[str, str]) -> Path:
    path.write_text("".join(ROW.format(**row) for row in rows), encoding="utf-8")
    return path


def test_every_provider_has_a_row_with_a_route_and_a_citation() -> None:
    assert {"caravan", "camels_us", "era5_land", "era5", "cru", "gpcc", "grun"} <= NAMES
    assert {"grace_jpl", "grace_csr", "grace_gsfc", "gap_reconstruction", "gap_training"} <= NAMES
    assert {"modis_lai", "noaa_lai", "viirs_lai", "fluxcom_xbase", "ua_swe"} <= NAMES
    assert {"hwsd", "soilgrids", "topography", "canopy_height", "root_zone_stocker"} <= NAMES
    assert all(row.citation and row.licence and row.routes for row in ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.source}-{row.version}")
def test_every_row_names_files_for_a_year_of_its_record(row) -> None:
    if row.source in OF_CARAVAN:
        return  # taken out of their archives by sub-dataset
    start = max(row.first or date.min, date(2004, 1, 1)).isoformat()
    wanted = part_of(row, Wanted(Extent(start=start, end=start) if row.changes else Extent()))
    names = file_names(row.files, wanted)
    assert names and all("{" not in name for name in names)
    for route in row.routes:
        assert file_names(route.files or row.files, wanted) and route.kind in {*CLIENTS, "mirror"}


def test_every_client_is_a_module_that_fetches(root: Path) -> None:
    for kind in CLIENTS:
        module = root / "workflow/vadose" / (client_module(kind).replace(".", "/") + ".py")
        assert "\ndef fetch(" in module.read_text(encoding="utf-8")
    assert client_module("mirror") == "sources.mirror"
    with pytest.raises(InputError, match="no route of kind 'opendap' can be fetched"):
        client_module("opendap")


def test_an_account_is_needed_only_where_no_route_does_without() -> None:
    rows = {row.source: row for row in reversed(ROWS)}
    assert rows["grace_jpl"].account == "earthdata"
    assert rows["ua_swe"].account == rows["grace_csr"].account == ""


def test_the_first_row_is_the_pinned_version_and_others_are_found_by_name() -> None:
    assert pinned(ROWS, "caravan").version == "1.6"
    assert pinned(ROWS, "grace_jpl").files == ("GRCTellus.JPL.*.GLO.RL06.3M.MSCNv04CRI.nc",)
    assert find_row(ROWS, "grace_jpl", "RL06-SH").title.startswith("JPL GRACE spherical harmonics")
    with pytest.raises(InputError, match=r"no source is called 'grase': choose of caravan, "):
        pinned(ROWS, "grase")
    with pytest.raises(InputError, match=r"cru has no version '3', it has 4\.09: choose one"):
        find_row(ROWS, "cru", "3")


def test_a_route_is_chosen_by_its_kind() -> None:
    row = pinned(ROWS, "era5")
    assert row.route().kind == "cds" and row.route("zarr").account == ""
    with pytest.raises(InputError, match="era5 monthly cannot be had by 'icos', only by cds, zarr"):
        row.route("icos")


@pytest.mark.parametrize(
    "change",
    [
        {"url": "http://example.org/a.nc"},
        {"doi": "doi:10.1/x"},
        {"url": "ftp://example.org"},
        {"kind": "pigeon"},
    ],
)
def test_a_mistaken_row_is_refused(tmp_path: Path, change: dict[str, str]) -> None:
    with pytest.raises(InputError, match=r"sources\.yaml"):
        read_sources(table(tmp_path / "sources.yaml", GOOD | change))


def test_a_row_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"stand twice: \[\('x', '1'\)\]"):
        read_sources(table(tmp_path / "sources.yaml", GOOD, GOOD))


def test_a_citation_can_be_had_as_bibtex(capsys: pytest.CaptureFixture[str]) -> None:
    assert "doi = {10.5281/zenodo.15529786}" in "".join(map(bibtex, ROWS))
    main(["cite"])
    assert capsys.readouterr().out.count("@misc{") == len(ROWS)
