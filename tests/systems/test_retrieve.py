"""Two processes that ask for the same file fetch it once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.servers import File, serve
from tests.unit.test_retrieve import BODY, names


@pytest.fixture
def manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    return tmp_path / "downloads" / "x" / "1" / "200301-200412.json"


ONE_OF_TWO = """
import sys
from pathlib import Path
from vadose.sources.registry import Route, Source
from vadose.sources.retrieve import retrieve
from vadose.sources.wanted import Wanted
url, manifest = sys.argv[1:]
row = Source(source="x", version="1", title="X", licence="L", citation="C", files=("a.nc",),
             routes=(Route.at(url, ()),))
retrieve(row, Wanted(), Path(manifest))
"""


def test_two_processes_load_a_file_once(manifest: Path, root: Path) -> None:
    with serve({"/a.nc": File(BODY, pause=0.02)}) as server:
        processes = [
            subprocess.Popen(
                [sys.executable, "-c", ONE_OF_TWO, server.url, str(manifest.with_name(name))],
                env=os.environ | {"PYTHONPATH": str(root / "workflow")},
            )
            for name in ("200301-200312.json", "200401-200412.json")
        ]
        assert [process.wait() for process in processes] == [0, 0]
    assert len(server.asked) == 1
    assert {names(path)[0] for path in manifest.parent.glob("*.json")} == {"a.nc"}
