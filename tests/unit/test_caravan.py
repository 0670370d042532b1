"""A folder that holds no basin of Caravan is named."""

from pathlib import Path

import pytest

from vadose.errors import InputError
from vadose.sources.caravan import find_basins


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no basin file"):
        find_basins([tmp_path])
