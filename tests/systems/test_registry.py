"""The table of sources costs the workflow's start nothing."""

import subprocess
import sys
from pathlib import Path


def test_the_table_is_read_without_heavy_packages(root: Path) -> None:
    """The workflow reads it at every start."""
    code = (
        "import sys, vadose.sources.registry; "
        "print(*{'numpy', 'pandas', 'xarray', 'requests'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(root / "workflow")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == ""
