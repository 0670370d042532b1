"""The training loop: its rates, batches and limits, its checkpoints, and when it ends."""

import math
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from torch import Tensor, nn

from vadose.checkpoints import fingerprint, finish, load, save
from vadose.errors import InputError
from vadose.records import is_made_by
from vadose.training import Epoch, Plan, Task, prepare, shuffled, train

PLAN = Plan(epochs=6, rates=((0, 0.02), (3, 0.005)), optimiser="adam", clip=1.0)
LONG = Plan(epochs=60, rates=((0, 0.02),))


class Killed(Exception):
    """Stands for a job that ends without a chance to tidy up."""


def network() -> nn.Module:
    prepare("cpu", seed=3)
    layers = nn.Linear(4, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.3), nn.Linear(16, 1)
    return nn.Sequential(*layers)


def task(model: nn.Module, after: Callable[[], None] = lambda: None) -> Task:
    random = np.random.default_rng(5)
    x = torch.tensor(random.normal(size=(352, 4)), dtype=torch.float32)
    y = x[:, :1] - 0.5 * x[:, 1:2] ** 2

    def loss(batch: Tensor) -> Tensor:
        after()
        return ((model(x[batch]) - y[batch]) ** 2).mean()

    return Task(
        shuffled(256, 64, seed=1), loss, lambda: float(((model(x[256:]) - y[256:]) ** 2).mean())
    )


def kill() -> None:
    raise Killed


@cache
def whole(optimiser: str = "adam") -> tuple[dict[str, Tensor], list[Epoch]]:
    model = network()
    history = train(model, task(model), PLAN._replace(optimiser=optimiser))
    return model.state_dict(), history


def test_a_torn_checkpoint_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "c.pt"
    save(path, {"fingerprint": "a", "values": torch.arange(1000)})
    whole_file = path.read_bytes()
    assert load(path, "a") is not None
    path.write_bytes(whole_file[: len(whole_file) // 2])
    assert load(path, "a") is None


def test_the_fingerprint_sees_settings_and_data() -> None:
    x = np.arange(6.0)
    base = fingerprint({"a": 1, "code": "x"}, {"x": x})
    assert base == fingerprint({"code": "x", "a": 1}, {"x": x.copy()})
    others = [
        fingerprint({"a": 2, "code": "x"}, {"x": x}),
        fingerprint({"a": 1, "code": "y"}, {"x": x}),
        fingerprint({"a": 1, "code": "x"}, {"x": x + 1e-12}),
        fingerprint({"a": 1, "code": "x"}, {"x": x.reshape(2, 3)}),
        fingerprint({"a": 1, "code": "x"}, {"y": x}),
    ]
    assert base not in others


def test_rates_change_at_their_epochs() -> None:
    _, history = whole()
    assert [row.rate for row in history] == [0.02] * 3 + [0.005] * 3


def test_it_ends_early_without_gain_and_lowers_the_rate_on_a_plateau() -> None:
    model = network()
    stuck = task(model)._replace(validate=lambda: 1.0)
    plan = PLAN._replace(epochs=50, rates=((0, 1e-3),), patience=6, plateau=(0.5, 2))
    history = train(model, stuck, plan)
    assert len(history) == 7  # the first is a gain
    assert [row.rate for row in history] == [1e-3] * 3 + [5e-4] * 2 + [2.5e-4] * 2


def test_a_gradient_is_never_longer_than_its_limit() -> None:
    model = nn.Linear(4, 1)
    before = [p.detach().clone() for p in model.parameters()]
    x = torch.full((8, 4), 1e4)
    one = Task(lambda _: [torch.arange(8)], lambda b: model(x[b]).sum(), lambda: 0.0)
    train(model, one, Plan(1, ((0, 1.0),), "sgd", momentum=0, clip=0.5))
    moved = [p.detach() - q for p, q in zip(model.parameters(), before, strict=True)]
    assert math.sqrt(sum(float((d**2).sum()) for d in moved)) == pytest.approx(0.5, rel=1e-4)


def test_a_loss_that_is_not_finite_is_named() -> None:
    model = network()
    broken = task(model)._replace(validate=lambda: math.nan)
    with pytest.raises(InputError, match=r"epoch 0 is .* validation nan: lower the learning rate"):
        train(model, broken, PLAN)


def test_batches_depend_on_seed_and_epoch_alone() -> None:
    of = shuffled(10, 4, seed=2)
    assert [b.tolist() for b in of(3)] == [b.tolist() for b in shuffled(10, 4, seed=2)(3)]
    assert [b.tolist() for b in of(3)] != [b.tolist() for b in of(4)]
    assert [b.tolist() for b in of(3)] != [b.tolist() for b in shuffled(10, 4, seed=3)(3)]
    seen = torch.cat(list(of(0)))
    assert len(seen) == 8 == len(set(seen.tolist()))  # whole batches, no index twice
    assert [len(b) for b in shuffled(3, 32, seed=0)(0)] == [3]


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a card")
@pytest.mark.gpu
def test_a_missing_card_is_named() -> None:
    with pytest.raises(InputError, match=r"training\.device is 'cuda', which this machine"):
        prepare("cuda", seed=1)


@pytest.mark.parametrize("optimiser", ["sgd", "adam", "adamw"])
def test_weight_decay_pulls_weights_and_leaves_a_single_number_alone(optimiser: str) -> None:
    model = nn.Module()
    model.weight = nn.Parameter(torch.full((2,), 4.0))
    model.level = nn.Parameter(torch.tensor(-4.0))
    nothing = Task(
        shuffled(8, 4, seed=1),
        lambda _: 0 * (model.weight.sum() + model.level),
        lambda: float(model.weight[0]),
    )
    train(model, nothing, LONG._replace(optimiser=optimiser, weight_decay=0.1))
    assert (model.weight < 4).all() and model.level.item() == -4


@pytest.mark.parametrize("folder", [False, True])
def test_a_checkpoint_goes_when_network_and_record_are_there(
    folder: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, there = tmp_path / "kept", tmp_path / "net.pt"
    save(kept / "0.pt" if folder else kept, {"epoch": 3})
    rest = {"weights": torch.ones(2)}, tmp_path / "net.csv", pd.DataFrame({"epoch": [0]})
    with monkeypatch.context() as patch:
        patch.setattr("vadose.checkpoints.write_record", lambda *_: kill())
        with pytest.raises(Killed):
            finish(there, *rest, {"code": "1"}, kept)
    assert kept.exists() and there.exists() and not is_made_by(tmp_path / "net.json", {"code": "1"})
    finish(there, *rest, {"code": "1"}, kept)
    assert not kept.exists() and is_made_by(tmp_path / "net.json", {"code": "1"})
    assert pd.read_csv(tmp_path / "net.csv")["epoch"].tolist() == [0]
    finish(there, *rest, {"code": "1"}, kept)  # a training too short for a checkpoint has none
