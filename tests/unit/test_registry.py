"""The table of sources is complete, and a mistake in it is named."""

from pathlib import Path

import pytest

from vadose.cli import SOURCES, main
from vadose.errors import InputError
from vadose.sources.registry import bibtex, read_sources

ROW = """
- source: {name}
  version: "1"
  title: A
  licence: B
  citation: C
  doi: {doi}
  routes: [{{kind: file, url: "{url}"}}]
"""
GOOD = {"name": "x", "doi": "10.5281/zenodo.1", "url": "https://example.org/a.nc"}


def table(path: Path, *rows: dict[str, str]) -> Path:
    path.write_text("".join(ROW.format(**row) for row in rows), encoding="utf-8")
    return path


def test_every_provider_has_a_row_with_a_route_and_a_citation() -> None:
    rows = read_sources(SOURCES)
    names = {row.source for row in rows}
    assert {"caravan", "camels_us", "era5_land_monthly", "grace_jpl", "grace_csr"} <= names
    assert {"modis_lai", "noaa_lai", "fluxcom_xbase", "ua_swe", "grun", "cru_ts"} <= names
    assert all(row.citation and row.licence and row.routes for row in rows)


def test_an_account_is_needed_only_where_no_route_does_without() -> None:
    rows = {row.source: row for row in read_sources(SOURCES)}
    assert rows["grace_jpl"].account == "earthdata"
    assert rows["ua_swe"].account == ""


@pytest.mark.parametrize(
    "change",
    [{"url": "http://example.org/a.nc"}, {"doi": "doi:10.1/x"}, {"url": "ftp://example.org"}],
)
def test_a_mistaken_row_is_refused(tmp_path: Path, change: dict[str, str]) -> None:
    with pytest.raises(InputError, match=r"sources\.yaml"):
        read_sources(table(tmp_path / "sources.yaml", GOOD | change))


def test_a_row_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"stand twice: \[\('x', '1'\)\]"):
        read_sources(table(tmp_path / "sources.yaml", GOOD, GOOD))


def test_a_citation_can_be_had_as_bibtex(capsys: pytest.CaptureFixture[str]) -> None:
    assert "doi = {10.5281/zenodo.15529786}" in "".join(map(bibtex, read_sources(SOURCES)))
    main(["cite"])
    assert capsys.readouterr().out.count("@misc{") == len(read_sources(SOURCES))
