"""Make finds the results of a run by the name that its configuration gives it."""

import subprocess
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("overlay", "run"),
    [
        ("run: alps\n", "alps"),
        ("world: earth\nrun: 'alps'  # mine\n", "alps"),
        ('run: "alps-2.1"\n', "alps-2.1"),
        ("period: {start: 2001-01-01}\n", "planet"),
    ],
)
def test_the_report_lies_in_the_folder_of_the_run(
    root: Path, tmp_path: Path, overlay: str, run: str
) -> None:
    """A file that names no run changes the default's."""
    mine = tmp_path / "mine.yaml"
    mine.write_text(overlay, encoding="utf-8")
    command = ["make", "-n", "--no-print-directory", "report", f"CONFIG={mine}"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    assert f'echo "Report: results/{run}/report.html"' in done.stdout
