"""The command tells what sources there are, and ends a mistake with its usage."""

import runpy
import sys

import pytest

from vadose.cli import main


def test_sources_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    main(["sources"])
    assert "caravan" in capsys.readouterr().out


def test_an_unknown_command_is_refused() -> None:
    with pytest.raises(SystemExit):
        main(["fly"])


def test_it_runs_as_a_module(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["vadose", "--help"])
    with pytest.raises(SystemExit) as end:
        runpy.run_module("vadose", run_name="__main__")
    assert end.value.code == 0 and "usage: vadose" in capsys.readouterr().out
