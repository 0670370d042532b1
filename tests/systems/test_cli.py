"""Every model and network is listed, with what it takes and costs."""

import contextlib
import io

import pytest

from vadose.cli import main


@pytest.fixture(scope="module")
def models() -> str:
    """What is said of models and networks."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        main(["models"])
    return said.getvalue()


def test_models_are_listed_with_bounds(models: str) -> None:
    assert all(name in models for name in ("dwbm", "swbm", "tvgm", "abcd", "degree_day"))


def test_networks_are_listed_with_their_sizes(models: str) -> None:
    rows = [line.split() for line in models.splitlines()]
    of = {" ".join(row[:2]): row for row in rows if row}
    assert "1,487,089" in of["resnet 32/128"]  # 16 channels; 13 have the published 1,486,657
    assert "377,521" in of["unet cbam"] and "3,608,396" in of["unet rrdb"]
    assert "24,962" in of["concept lstm"]
    assert {f"lstm {kind}" for kind in ("plain", "ea", "ct", "sr", "fm")} <= set(of)
