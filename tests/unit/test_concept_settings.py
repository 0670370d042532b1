"""Settings of the networks of concepts that do not go together are named in one sentence."""

from pathlib import Path

import pytest
import yaml

from vadose.config import read_config
from vadose.errors import InputError
from vadose.nets.lstm import KINDS


@pytest.mark.parametrize(
    ("concepts", "message"),
    [
        ({"warmup_days": 365}, r"warmup_days 365 leave no day of a window of 365"),
        ({"folds": 3, "tested_folds": 4}, r"tested_folds 4 is more than folds 3"),
        ({"stores": [["swe", 0.1], ["swe", 0.2]]}, r"stores names one twice"),
        ({"stores": [["swe", 0]]}, r"variants has concept, but no store has a weight"),
        ({"rates": [[1, 0.1]]}, r"rates change at epochs \[1\], expected 0"),
        ({"validation": {"start": "2010-01-01", "end": "2013-12-31"}}, r"without overlap"),
        ({"training": {"end": None}}, r"without overlap"),
        ({"stores": [["ice", 0.1]]}, r"concepts\.stores"),
        ({"metrics": ["mse"]}, r"concepts\.metrics"),
    ],
)
def test_what_does_not_go_together_is_named(concepts: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_config({"concepts": concepts})


def test_snow_that_is_averaged_over_basins_must_be_asked_for() -> None:
    with pytest.raises(InputError, match=r"snow is ua_swe, which basins\.fields leaves out"):
        read_config({"concepts": {"snow": "ua_swe"}, "basins": {"fields": []}})
    read_config({"concepts": {"snow": "ua_swe"}, "basins": {"fields": []}, "systems": []})


def test_weights_of_zero_make_the_plain_network() -> None:
    only = {"stores": [["swe", 0]], "variants": ["plain"]}
    assert read_config({"concepts": only}).concepts.variants == ["plain"]


def test_every_kind_of_lstm_can_be_chosen() -> None:
    for kind in KINDS:
        assert read_config({"concepts": {"kind": kind}}).concepts.kind == kind


@pytest.mark.parametrize("name", ["original_concepts", "real_concepts", "real_soil"])
def test_the_overlays_fit_the_configuration(
    root: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VADOSE_SAMPLE_DATA", "data")
    values = yaml.safe_load((root / f"config/{name}.yaml").read_text(encoding="utf-8"))
    config = read_config(values)
    assert config.systems == ["concepts"] and config.run == name
