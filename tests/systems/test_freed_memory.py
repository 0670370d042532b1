"""A process that keeps what it freed does not ask the system for the same pages again."""

import subprocess
import sys

import pytest

STEPS = """
import resource, sys
import numpy as np
from vadose.freed_memory import keep_freed_memory
if sys.argv[1] == "kept":
    keep_freed_memory()
np.ones(5 * 2**20)  # 40 MB
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    np.ones(5 * 2**20)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(how: str) -> int:
    """Pages that ten arrays of 40 MB, one after another, were handed."""
    command = [sys.executable, "-c", STEPS, how]
    return int(subprocess.run(command, capture_output=True, check=True, text=True).stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is done")
def test_pages_are_handed_out_once() -> None:
    assert faults("kept") < faults("left") / 10
