"""The command tells what there is, and ends a mistake with its usage."""

import subprocess
import sys

import pytest

from vadose.cli import main


def test_models_are_listed_with_bounds(capsys: pytest.CaptureFixture[str]) -> None:
    main(["models"])
    text = capsys.readouterr().out
    assert all(name in text for name in ("dwbm", "swbm", "tvgm", "abcd", "degree_day"))


def test_networks_are_listed_with_their_sizes(capsys: pytest.CaptureFixture[str]) -> None:
    main(["models"])
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    of = {" ".join(row[:2]): row for row in rows if row}
    assert "1,487,089" in of["resnet 32/128"]  # 16 channels; 13 have the published 1,486,657
    assert "377,521" in of["unet cbam"] and "3,608,396" in of["unet rrdb"]
    assert "24,962" in of["concept lstm"]
    assert {f"lstm {kind}" for kind in ("plain", "ea", "ct", "sr", "fm")} <= set(of)


def test_sources_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    main(["sources"])
    assert "caravan" in capsys.readouterr().out


def test_an_unknown_command_is_refused() -> None:
    with pytest.raises(SystemExit):
        main(["fly"])


def test_it_runs_as_a_module(root) -> None:
    command = [sys.executable, "-m", "vadose", "--help"]
    done = subprocess.run(command, cwd=root / "workflow", capture_output=True, text=True)
    assert done.returncode == 0 and "usage: vadose" in done.stdout
