"""Claims are asked of a run, answered in words, and skipped where there is nothing to ask."""

from pathlib import Path

import pytest
import yaml
from tests.scripts import script
from tests.unit.test_checks_run import CLAIMS, CONFTEST

from vadose.checks_run import GRID, PLACES, Run, ask
from vadose.errors import InputError

SYSTEMS: list[str] = []
FIELDS = {"p": "cru", "t": "cru", "q": "grun", "et": "none", "storage": "none"}
SMALL = {"run": "small", "systems": SYSTEMS, "fields": FIELDS, "basins": {"fields": []}}
SMALL |= {"root_zone": {"published": None}}
MADE_UP = """
import pytest


def test_water_is_wet(run, record_property):
    record_property("wet", run.config["run"])


@pytest.mark.parametrize("place", ["here", "there"])
def test_rain_falls(run, place):
    assert place == "here", "none fell there"


def test_networks_learn(run):
    run.need("concepts")


def test_a_file_is_there(run):
    run.read("products/none.nc", {})


def test_nothing_breaks(run):
    {}["key"]
"""


@pytest.fixture
def run(tmp_path: Path) -> Run:
    path = tmp_path / "small" / "config.yaml"
    path.parent.mkdir()
    path.write_text(yaml.safe_dump(SMALL), encoding="utf-8")
    return Run.of(path.parent, path)


@pytest.fixture
def claims(tmp_path: Path) -> Path:
    folder = tmp_path / "claims"
    folder.mkdir()
    (folder / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (folder / "test_made_up.py").write_text(MADE_UP, encoding="utf-8")
    return folder


def test_every_claim_is_answered_in_words(run: Run, claims: Path) -> None:
    missing = f"{run.folder / 'products/none.nc'} is not there"
    assert [tuple(answer) for answer in ask(claims, run)] == [
        ("water is wet", "holds", "wet: small"),
        ("rain falls (here)", "holds", ""),
        ("rain falls (there)", "fails", "none fell there"),
        ("networks learn", "skipped", "concepts is not in systems"),
        ("a file is there", "fails", missing),
        ("nothing breaks", "fails", "KeyError: 'key'"),
    ]


def test_claims_that_cannot_be_read_fail(run: Run, claims: Path) -> None:
    (claims / "test_made_up.py").unlink()
    (claims / "test_broken.py").write_text("import nothing_of_that_name\n", encoding="utf-8")
    (answer,) = ask(claims, run)
    assert answer.state == "fails" and "nothing_of_that_name" in answer.why
    (claims / "test_broken.py").unlink()
    with pytest.raises(InputError, match="no claim could be asked of"):
        ask(claims, run)


def test_a_failed_claim_ends_the_run_in_one_sentence(
    run: Run, claims: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    page, settings = tmp_path / "page.html", {"configuration": run.folder / "config.yaml"}
    with (
        caplog.at_level("INFO", "vadose"),
        pytest.raises(InputError, match=r"3 of 6 claims .* do not hold: rain falls \(there\)") as e,
    ):
        script("check_results").main(claims, page, folder=run.folder, **settings)
    assert "\n" not in str(e.value) and not page.exists()
    assert "holds   water is wet (wet: small)" in caplog.messages
    assert "skipped networks learn (concepts is not in systems)" in caplog.messages
    good = MADE_UP.partition("def test_a_file")[0].replace('place == "here"', "place")
    (claims / "test_made_up.py").unlink()  # pytest keeps what it has read in memory
    (claims / "test_made_good.py").write_text(good, encoding="utf-8")
    script("check_results").main(claims, page, folder=run.folder, **settings)
    assert "<th>rain falls (there)</th>" in page.read_text(encoding="utf-8")


def test_needs_say_what_is_missing(run: Run) -> None:
    assert run.lacks("capacity") == "capacity is not in systems"
    on = Run(run.folder, SMALL | {"systems": ["capacity"]})
    assert on.lacks("capacity", GRID) == on.lacks(PLACES) == ""
    dry = Run(run.folder, on.config | {"fields": FIELDS | {"q": "none"}})
    assert dry.lacks("capacity", GRID).startswith("the configuration has no grid of")
    placeless = Run(run.folder, on.config | {"root_zone": {"published": "file.pt"}})
    assert placeless.lacks(PLACES).startswith("there are no places")


def test_a_run_without_systems_is_asked_of_basins_alone(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a skipped test of the project itself would be an error."""
    monkeypatch.setenv("VADOSE_NO_SKIPS", "1")
    answers = {answer.claim: answer for answer in ask(CLAIMS, run)}
    assert answers["roots never use more than their capacity"].state == "skipped"
    failing = {answer.why for answer in answers.values() if answer.state == "fails"}
    assert failing and all("is not there" in why for why in failing)
    assert all("KeyError" not in answer.why for answer in answers.values())
