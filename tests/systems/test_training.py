"""A training learns, and a killed one ends as if nothing had happened."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from tests.unit.test_training import LONG, PLAN, Killed, kill, network, task, whole
from torch import Tensor

from vadose.checkpoints import Stopped, load
from vadose.training import Checkpoint, Epoch, train


def after_losses(n: int, do: Callable[[], None]) -> Callable[[], None]:
    """Do something when the n-th loss is asked for."""
    count = 0

    def ask() -> None:
        nonlocal count
        count += 1
        if count == n:
            do()

    return ask


def same(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return all(torch.equal(one[name], other[name]) for name in one)


def rows(history: list[Epoch]) -> list[tuple]:
    """What of a history does not depend on the clock and the machine."""
    return [(row.epoch, row.rate, row.loss, row.validation) for row in history]


@pytest.mark.parametrize("optimiser", ["sgd", "adam", "adamw"])
@pytest.mark.parametrize("update", [2, 5, 9, 17, 24])
def test_killed_and_resumed_equals_uninterrupted(
    tmp_path: Path, optimiser: str, update: int
) -> None:
    expected, history = whole(optimiser)
    plan, checkpoint = PLAN._replace(optimiser=optimiser), Checkpoint(tmp_path / "c.pt", "a", 0)
    model = network()
    with pytest.raises(Killed):
        train(model, task(model, after_losses(update, kill)), plan, checkpoint=checkpoint)
    torch.manual_seed(99)  # a new process has other random numbers and other first weights
    model = network()
    again = train(model, task(model), plan, checkpoint=checkpoint)
    assert same(model.state_dict(), expected)
    assert rows(again) == rows(history)


def test_told_to_stop_it_keeps_its_last_update(tmp_path: Path) -> None:
    """SIGTERM is what a scheduler sends before it kills: nothing that was learnt is lost."""
    expected, _ = whole()
    checkpoint = Checkpoint(tmp_path / "c.pt", "a", every_seconds=1e9)
    model = network()
    terminate = after_losses(7, lambda: os.kill(os.getpid(), signal.SIGTERM))
    with pytest.raises(Stopped):
        train(model, task(model, terminate), PLAN, checkpoint=checkpoint)
    kept = load(checkpoint.path, "a")
    assert kept is not None and (kept["state"]["epoch"], kept["state"]["update"]) == (1, 3)
    model = network()
    train(model, task(model), PLAN, checkpoint=checkpoint)
    assert same(model.state_dict(), expected)


def test_a_checkpoint_of_other_data_or_settings_is_left_alone(tmp_path: Path) -> None:
    expected, _ = whole()
    model = network()
    broken = task(model, after_losses(9, kill))
    with pytest.raises(Killed):
        train(model, broken, PLAN, checkpoint=Checkpoint(tmp_path / "c.pt", "old", 0))
    model = network()
    train(model, task(model), PLAN, checkpoint=Checkpoint(tmp_path / "c.pt", "new", 0))
    assert same(model.state_dict(), expected)


def test_it_learns_and_keeps_the_best_weights() -> None:
    model = network()
    history = train(model, task(model), LONG)
    assert min(row.validation for row in history) < 0.3 * history[0].validation
    model.eval()
    with torch.no_grad():
        assert task(model).validate() == pytest.approx(min(row.validation for row in history))


def test_half_precision_learns_as_well() -> None:
    model = network()
    history = train(model, task(model), LONG._replace(precision="bfloat16"))
    assert min(row.validation for row in history) < 0.3 * history[0].validation
    assert next(model.parameters()).dtype == torch.float32
