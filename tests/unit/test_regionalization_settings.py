"""Which networks the experiment trains, and settings that do not go together."""

from pathlib import Path

import pytest
import yaml

from vadose.config import read_config
from vadose.errors import InputError
from vadose.nets.lstm import KINDS
from vadose.regionalization.experiment import (
    Job,
    Member,
    jobs,
    queue,
    random_width,
    years_of,
)

VECTORS = ["physical", "onehot", "none"]


def test_without_a_static_vector_one_architecture_is_trained_once() -> None:
    found = jobs(["ea", "ct"], VECTORS, ["temporal"])
    assert found == [Job(name, "temporal") for name in ("ea", "ct", "plain")]
    assert jobs([], ["none"], ["ungauged"]) == [Job("plain", "ungauged")]
    assert {name for name, _ in found} <= set(KINDS)
    (only,) = queue(Job("plain", "temporal"), ["temporal"], VECTORS, [], [], 4, 1)
    assert only == Member("temporal", "none", "all", 0)
    told = queue(found[0], ["temporal"], VECTORS, [], [], 4, 1)
    assert all(one.vectors != "none" for one in told)


def test_a_queue_holds_each_vector_fold_and_seed_once() -> None:
    settings = ["temporal", "ungauged", "sparse_2", "sparse_5"]
    given = settings, ["physical", "gaussian-8"], ["latlon"], [], 3, 2
    found = queue(Job("ea", "ungauged"), *given)
    assert len(found) == len(set(found)) == 3 * 3 * 2
    assert {one.fold for one in found} == {"0", "1", "2"}
    assert [str(one) for one in queue(Job("ea", "sparse"), *given)] == [
        f"{setting}/{vectors}/all/{seed}"
        for setting in ("sparse_2", "sparse_5")
        for vectors in ("physical", "gaussian-8")
        for seed in (0, 1)
    ]


def test_settings_that_learn_from_few_years_are_one_job() -> None:
    settings = ["temporal", "sparse_1", "ungauged", "sparse_5"]
    found = [job.split for job in jobs(["ea"], ["physical"], settings)]
    assert found == ["temporal", "sparse", "ungauged"]


def test_a_one_hot_vector_is_tested_in_ungauged_basins_as_a_control_alone() -> None:
    of = Job("ct", "ungauged"), ["ungauged"], VECTORS
    assert {one.vectors for one in queue(*of, [], [], 1, 1)} == {"physical"}
    control = queue(*of, ["onehot"], [], 1, 1)
    assert {one.vectors for one in control} == {"physical", "onehot"}


def test_pairs_of_architecture_and_vectors_can_be_left_out() -> None:
    left_out = [("ct", "physical")]
    given = ["temporal"], VECTORS, [], left_out, 1, 1
    assert [one.vectors for one in queue(Job("ct", "temporal"), *given)] == ["onehot"]
    assert len(queue(Job("ea", "temporal"), *given)) == 2


def test_a_name_gives_back_the_network() -> None:
    for member in (
        Member("sparse_2", "gaussian-256", "all", 3),
        Member("ungauged", "none", "12", 0),
    ):
        assert Member.of(str(member)) == member


def test_years_and_random_columns_are_read_from_names() -> None:
    assert [years_of(name) for name in ("temporal", "ungauged", "sparse_5")] == [None, None, 5]
    assert random_width(["gaussian-16", "mixed-40"], 27) == 16
    assert random_width(["mixed-512"], 27) == 485
    assert random_width([], 27) == 0


@pytest.mark.parametrize(
    ("regionalization", "message"),
    [
        ({"counted_days": 400}, r"counted_days 400 are more than a window of 60"),
        ({"folds": 3, "tested_folds": 4}, r"tested_folds 4 is more than folds 3"),
        ({"architectures": []}, r"architectures is empty, but vectors names more than none"),
        ({"vectors": ["onehot"]}, r"nothing is told to ea in the ungauged setting"),
        (
            {"left_out": [["ea", "physical"], ["ea", "gaussian-32"]]},
            r"nothing is told to ea in the temporal setting",
        ),
        ({"rates": [[1, 0.1]]}, r"rates change at epochs \[1\], expected 0"),
        ({"test": {"start": "2013-01-01"}}, r"validation and test overlap"),
        ({"training": {"end": None}}, r"training and validation overlap"),
        ({"vectors": ["gaussian-0"]}, r"regionalization\.vectors"),
        ({"settings": ["sparse_0"]}, r"regionalization\.settings"),
        ({"architectures": ["plain"]}, r"regionalization\.architectures"),
        ({"controls": ["none"]}, r"regionalization\.controls"),
    ],
)
def test_what_does_not_go_together_is_named(regionalization: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_config({"regionalization": regionalization})


def test_the_test_may_lie_before_the_training_as_in_the_original() -> None:
    periods = {
        "test": {"start": "1989-10-01", "end": "1999-09-30"},
        "training": {"start": "1999-10-01", "end": "2008-09-30"},
        "validation": {"start": "1980-10-01", "end": "1989-09-30"},
    }
    read_config({"regionalization": periods})


@pytest.mark.parametrize("name", ["original_regionalization", "real_regionalization"])
def test_the_overlays_fit_the_configuration(
    root: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VADOSE_SAMPLE_DATA", "data")
    values = yaml.safe_load((root / f"config/{name}.yaml").read_text(encoding="utf-8"))
    config = read_config(values)
    assert config.systems == ["regionalization"] and config.run == name
