"""Jobs that end without a chance to tidy up."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from vadose import training


class Killed(Exception):
    """Stands for the end of a job that nothing could prepare for."""


@contextmanager
def dies_after(saves: int) -> Iterator[None]:
    """Let what trains inside die as soon as it has kept its state so many times."""
    save, count = training.save, 0

    def save_and_die(path: Path, content: dict) -> None:
        nonlocal count
        save(path, content)
        count += 1
        if count == saves:
            raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "save", save_and_die)
        with pytest.raises(Killed):
            yield
