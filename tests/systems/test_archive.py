"""Memory while a part of an archive is taken out does not grow with the archive."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.servers import File, serve
from tests.unit.test_archive import CHANCE, KINDS

PEAK = """
import sys, tracemalloc
from pathlib import Path
from vadose.sources.archive import caravan_members, download_and_extract
url, folder = sys.argv[1:]
tracemalloc.start()
download_and_extract(url, caravan_members(["a"]), Path(folder))
print(tracemalloc.get_traced_memory()[1])
"""


def peak(body: bytes, folder: Path, root: Path) -> int:
    with serve({"/a": File(body)}) as server:
        command = [sys.executable, "-c", PEAK, server.url + "/a", str(folder)]
        environment = os.environ | {"PYTHONPATH": str(root / "workflow")}
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.parametrize("kind", ["tar.gz", "zip"])
def test_memory_grows_with_the_chunk_not_with_the_archive(
    kind: str, tmp_path: Path, root: Path
) -> None:
    """Ten times the files, and the wanted file ten times as large, under the same peak."""
    wanted = 2_500_000 if kind == "zip" else 500_000  # more than is loaded at once

    def build(times: int) -> bytes:
        tree = {f"C/timeseries/netcdf/b/{i:05d}.nc": b"x" * 1000 for i in range(100 * times)}
        body = CHANCE.bytes(wanted * times)
        return KINDS[kind](tree | {"C/timeseries/netcdf/a/a.nc": body})

    small, large = (peak(build(n), tmp_path / str(n), root) for n in (1, 10))
    written = tmp_path / "10" / "Caravan-nc/timeseries/netcdf/a/a.nc"
    assert written.stat().st_size == 10 * wanted
    contents = 900 * 1000 if kind == "zip" else 0  # of a zip's table, under 1 kB a file
    assert large < 1.1 * small + 100_000 + contents
