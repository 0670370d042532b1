"""Generated pages are current, and the documentation is a site that needs no network."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.doc_commands import pages
from tests.unit.test_docs import read

from vadose.assumptions import assumptions_text

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built pages; a warning ends the build."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_every_page_is_built_and_found_from_the_navigation(site: Path) -> None:
    assert {path.stem for path in site.glob("*.html")} - {"404"} == {
        p.stem for p in pages(ROOT)
    } - {
        "README",
        "CONTRIBUTING",
    }


def test_the_site_loads_nothing_from_a_network(site: Path) -> None:
    loaded = re.compile(r"<(?:script|link|img|iframe)\b[^>]*?\b(?:src|href)=\"?(https?:[^\"\s>]*)")
    found = [url for path in site.glob("*.html") for url in loaded.findall(path.read_text("utf-8"))]
    assert found == []
    styles = "".join(path.read_text("utf-8") for path in site.rglob("*.css"))
    assert not re.findall(r"(?:url\(|@import)\s*[\"']?https?:", styles)


def test_assumptions_are_current() -> None:
    assert read("assumptions") == assumptions_text(ROOT / "workflow"), "run `vadose docs`"
