"""The published form of the data: written, read back, and never run as code unasked."""

import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from torch.utils.data import TensorDataset

from vadose.errors import InputError
from vadose.root_zone.folds import Part, deal_out
from vadose.root_zone.interface import (
    INPUTS,
    from_interface,
    read_interface,
    to_interface,
    write_interface,
)
from vadose.root_zone.record import Record

DAYS = pd.date_range("2001-01-01", "2006-12-31")
nan = np.nan


def record() -> Record:
    """Two basins and six years of random numbers."""
    rng = np.random.default_rng(1)
    daily = {name: rng.random((len(DAYS), 2)).astype(np.float32) for name in "pqt"}
    monthly = {name: rng.random((72, 2)).astype(np.float32) for name in ("lai", "et", "twsa")}
    return Record(
        **daily,
        **monthly,
        srad=daily["p"] * 100,
        lrad=-daily["q"],
        swe=daily["t"] * 9,
        static=rng.random((2, 11)),
        area=np.array([10.0, 20.0]),
        basins=["a", "b"],
        days=DAYS,
    )


def part() -> np.ndarray:
    return deal_out(DAYS, spin_up_years=1, folds=2, validation_every=2).of_days(DAYS)[0]


def test_tensors_have_the_published_shapes_and_each_part_its_own_days() -> None:
    data = to_interface(record(), part())
    assert list(data) == ["train_data", "val_data", "test_data"]
    shapes = {key: tuple(x.shape) for key, x in data["train_data"].items()}
    assert shapes == {"x": (2, len(DAYS), 16), "y": (2, len(DAYS), 3), "z": (2, 72, 1)}
    assert len(INPUTS) == 16
    seen = torch.stack([torch.isfinite(one["y"][0, :, 0]) for one in data.values()])
    assert (seen.sum(0) <= 1).all() and not seen[:, :365].any()
    np.testing.assert_array_equal(seen[0].numpy(), part() == Part.TRAINING)
    np.testing.assert_array_equal(seen[2].numpy(), part() == Part.TEST)


@pytest.mark.parametrize("form", ["datasets", "tensors"])
def test_what_is_written_is_read_back_without_trust(tmp_path: Path, form: str) -> None:
    known, data = record(), to_interface(record(), part())
    write_interface(data, tmp_path / "datasets.pt", tmp_path / "tensors.pt")
    again = read_interface(tmp_path / f"{form}.pt", trust_pickle=False)
    found = from_interface(again, "2001-01-01")
    np.testing.assert_array_equal(found.p, known.p)
    np.testing.assert_allclose(found.rn, known.rn, rtol=1e-6)
    np.testing.assert_allclose(found.static, known.static, rtol=1e-6)
    later = part() > Part.SPIN_UP
    np.testing.assert_array_equal(found.q[later], known.q[later])
    assert np.isnan(found.q[~later]).all()
    np.testing.assert_allclose(found.et[12:], known.et[12:], rtol=1e-4)
    np.testing.assert_array_equal(found.twsa[12:], known.twsa[12:])


def test_plain_tensors_need_no_class(tmp_path: Path) -> None:
    data = to_interface(record(), part())
    write_interface(data, tmp_path / "datasets.pt", tmp_path / "tensors.pt")
    loaded = torch.load(tmp_path / "tensors.pt", weights_only=True)
    assert set(loaded["val_data"]) == {"x", "y", "z"}


def test_a_pickle_is_read_only_where_it_is_trusted(tmp_path: Path) -> None:
    path = tmp_path / "authors.pkl"
    data = to_interface(record(), part())
    with path.open("wb") as file:
        pickle.dump({name: TensorDataset(*one.values()) for name, one in data.items()}, file)
    with pytest.raises(InputError, match=r"set root_zone\.trust_pickle to true"):
        read_interface(path, trust_pickle=False)
    again = read_interface(path, trust_pickle=True)
    assert torch.equal(again["train_data"]["x"], data["train_data"]["x"])


class Harm:
    """A pickle that runs code when it is opened."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple:
        return (Path.touch, (self.path,))


def test_code_in_a_file_does_not_run_unasked(tmp_path: Path) -> None:
    torch.save({"train_data": Harm(tmp_path / "ran")}, tmp_path / "harm.pt")
    with pytest.raises(InputError, match="would run whatever code"):
        read_interface(tmp_path / "harm.pt", trust_pickle=False)
    assert not (tmp_path / "ran").exists()


def test_files_of_another_form_are_named(tmp_path: Path) -> None:
    torch.save({"train_data": torch.zeros(3)}, tmp_path / "other.pt")
    with pytest.raises(InputError, match="has no train_data of tensors x, y, z"):
        read_interface(tmp_path / "other.pt", trust_pickle=False)
    with pytest.raises(InputError, match="is not there"):
        read_interface(tmp_path / "nothing.pt", trust_pickle=False)


def test_another_first_day_or_number_of_inputs_is_named() -> None:
    data = to_interface(record(), part())
    with pytest.raises(InputError, match=r"check root_zone\.published_start"):
        from_interface(data, "2001-01-15")
    for one in data.values():
        one["x"] = one["x"][..., :5]
    with pytest.raises(InputError, match="has 5 inputs, expected 16"):
        from_interface(data, "2001-01-01")
