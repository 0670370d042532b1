"""A download that was killed goes on where it was."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.servers import File, serve
from tests.unit.test_client_files import BODY, route

from vadose.sources.clients.files import fetch
from vadose.sources.wanted import Wanted

KILLED = """
import sys
from pathlib import Path
from vadose.sources.clients.files import fetch
from vadose.sources.registry import Route
from vadose.sources.wanted import Wanted
route = Route(kind="file", files=("a.nc",)).model_copy(update={"url": sys.argv[1]})
fetch(route, Wanted(), Path(sys.argv[2]))
"""


def test_a_killed_download_goes_on(
    tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    part = tmp_path / "a.nc.part"
    with serve({"/a.nc": File(BODY, pause=0.02)}) as server:
        command = [sys.executable, "-c", KILLED, server.url, str(tmp_path)]
        environment = os.environ | {"PYTHONPATH": str(root / "workflow")}
        with subprocess.Popen(command, env=environment) as process:
            end = time.monotonic() + 60
            while not (part.exists() and part.stat().st_size > 200_000):
                assert time.monotonic() < end and process.poll() is None
                time.sleep(0.005)
            process.send_signal(signal.SIGKILL)
        kept = part.stat().st_size
        server.files["/a.nc"].pause = 0
        fetch(route(server.url, "a.nc"), Wanted(), tmp_path)
    assert 200_000 < kept < len(BODY) and server.asked[-1].range == f"bytes={kept}-"
    assert (tmp_path / "a.nc").read_bytes() == BODY
