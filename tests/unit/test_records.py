"""What made a result is kept beside it and compared exactly."""

from pathlib import Path

import pytest

from vadose.records import is_made_by, write_record

MADE_BY = {"code": "a 1", "settings": {"rates": [(0, 0.1)], "names": ["p"]}}


def test_a_record_knows_what_made_it_in_any_order(tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    assert not is_made_by(path, MADE_BY)
    write_record(path, MADE_BY)
    assert is_made_by(path, dict(reversed(MADE_BY.items())))


@pytest.mark.parametrize(
    "other",
    [
        MADE_BY | {"code": "a 2"},
        MADE_BY | {"settings": {"rates": [(0, 0.2)], "names": ["p"]}},
        {"code": "a 1"},
    ],
)
def test_any_other_setting_or_code_is_another_maker(tmp_path: Path, other: dict) -> None:
    write_record(tmp_path / "net.json", MADE_BY)
    assert not is_made_by(tmp_path / "net.json", other)
