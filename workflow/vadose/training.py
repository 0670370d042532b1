"""The one training loop: every network of the project learns through `train`.

The loop knows neither data nor network: it asks for the batches of an epoch (indices into data
that stay on the device), for the loss of a batch and for a score of the validation part. Batches
are a function of (seed, epoch) alone, so that a training that was killed and goes on from its
checkpoint ends with the same weights as one that was not.
"""

import logging
import math
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from vadose.checkpoints import Stopped, load, random_state, restore_random_state, save, told_to_stop
from vadose.errors import InputError
from vadose.freed_memory import keep_freed_memory
from vadose.gpu_slots import take_slot

log = logging.getLogger("vadose")
Device = Literal["cpu", "cuda", "mps"]


class Plan(NamedTuple):
    """How a network is trained."""

    epochs: int
    rates: tuple[tuple[int, float], ...]  # (epoch, learning rate from this epoch on)
    optimiser: Literal["sgd", "adam", "adamw"] = "adam"
    momentum: float = 0.9  # of sgd, Nesterov's
    weight_decay: float = 0.0
    clip: float = math.inf  # largest norm of the gradient
    patience: int | None = None  # epochs without gain after which the training ends
    plateau: tuple[float, int] | None = None  # rate times this after so many epochs without gain
    precision: Literal["float32", "bfloat16"] = "float32"

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> "Plan":
        """Take a plan from settings, in which the rates are a list of lists."""
        return cls(**{**settings, "rates": tuple(map(tuple, settings["rates"]))})


class Task(NamedTuple):
    """What a network learns: its batches, their loss, and the score that chooses the weights."""

    batches: Callable[[int], Sequence[Tensor]]  # of an epoch; a function of the epoch alone
    loss: Callable[[Tensor], Tensor]  # of a batch, a scalar
    validate: Callable[[], float]  # lower is better; called without gradients, in eval mode


class Checkpoint(NamedTuple):
    """Where a training keeps its state, what it is known by, and how often it is written."""

    path: Path
    fingerprint: str
    every_seconds: float = 60.0


class Epoch(NamedTuple):
    """One row of a training's history."""

    epoch: int
    rate: float
    loss: float  # mean over the batches
    validation: float
    samples_per_s: float
    memory_mb: float


class _State:
    """All that changes while a network learns."""

    def __init__(self) -> None:
        self.epoch, self.update = 0, 0  # the next to do
        self.loss_sum: Tensor | float = 0.0
        self.best, self.best_weights = math.inf, dict[str, Tensor]()
        self.wait, self.scale = 0, 1.0  # epochs without gain; of the rate, by the plateau
        self.history: list[Epoch] = []


def prepare(device: Device, seed: int, threads: int = 1, deterministic: bool = False) -> None:
    """Set threads, random numbers and, where asked for, algorithms that repeat to the last bit.

    InputError where the device is not there.
    """
    if device == "cuda":
        take_slot()  # before anything asks which cards there are
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.mps.is_available()}
    if not there[device]:
        raise InputError(
            f"training.device is {device!r}, which this machine does not have: set it to cpu, or "
            "run on a node with a graphics card"
        )
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # cuBLAS repeats only so
    if deterministic != torch.are_deterministic_algorithms_enabled():
        torch.use_deterministic_algorithms(deterministic)  # loads a compiler: seconds
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = not deterministic
    torch.set_num_threads(threads)
    keep_freed_memory()
    torch.manual_seed(seed)
    if device == "cuda":
        torch.cuda.reset_peak_memory_stats()


def shuffled(n: int, batch: int, seed: int, device: Device = "cpu") -> Callable[[int], Any]:
    """Give, for an epoch, batches of indices below n in an order drawn from (seed, epoch).

    All batches are of one size; the few indices that are left over differ from epoch to epoch.
    """
    size = min(batch, n)

    def of(epoch: int) -> Sequence[Tensor]:
        order = np.random.default_rng([seed, epoch]).permutation(n)[: n // size * size]
        return torch.from_numpy(order).to(device).split(size)

    return of


def parts_of(n: int, size: int) -> list[slice]:
    """Cut n samples into parts of at most `size`, for passes without gradients."""
    return [slice(first, min(first + size, n)) for first in range(0, n, size)]


def mean_loss(loss: Callable[[slice], Tensor], n: int, size: int) -> float:
    """Average a loss, itself a mean over the samples of a part, over n samples."""
    parts = parts_of(n, size)
    total = sum(float(loss(part)) * (part.stop - part.start) for part in parts)
    return total / n


def train(
    model: nn.Module,
    task: Task,
    plan: Plan,
    *,
    checkpoint: Checkpoint | None = None,
    progress: Callable[[int], object] = int,
) -> list[Epoch]:
    """Train a network and leave it with the weights of its best validation; give the history.

    Goes on from the checkpoint where one fits. `progress` is told the finished epochs. Raises
    InputError where the loss is not finite and Stopped where the job was told to end.
    """
    optimiser = _optimiser(model, plan)
    state = _State()
    if checkpoint and (content := load(checkpoint.path, checkpoint.fingerprint)):
        _restore(content, model, optimiser, state)
        log.info("resumed at epoch %d, update %d", state.epoch, state.update)
        progress(state.epoch)
    with told_to_stop() as told:
        saved = time.monotonic()
        for _ in _updates(model, optimiser, task, plan, state, progress):
            age = time.monotonic() - saved
            if checkpoint and (told.is_set() or age > checkpoint.every_seconds):
                save(checkpoint.path, _content(checkpoint, model, optimiser, state))
                saved = time.monotonic()
            if told.is_set():
                raise Stopped(f"told to stop at epoch {state.epoch}, update {state.update}")
    model.load_state_dict(state.best_weights)
    best = min(state.history, key=lambda epoch: epoch.validation)
    log.info("least validation loss %.4g at epoch %d", best.validation, best.epoch)
    return state.history


def _updates(
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    task: Task,
    plan: Plan,
    state: _State,
    progress: Callable[[int], object],
) -> Iterator[None]:
    """Learn; hand over after each update, when the state is whole."""
    device = next(model.parameters()).device
    half = torch.autocast(device.type, torch.bfloat16, enabled=plan.precision == "bfloat16")
    while state.epoch < plan.epochs:
        if plan.patience is not None and state.wait >= plan.patience:
            log.info("no gain for %d epochs: the training ends", state.wait)
            return
        rate = _rate(plan, state)
        for group in optimiser.param_groups:
            group["lr"] = rate
        begin, samples = time.monotonic(), 0
        model.train()
        batches = task.batches(state.epoch)
        for batch in batches[state.update :]:
            optimiser.zero_grad()
            with half:
                loss = task.loss(batch)
            loss.backward()
            if plan.clip < math.inf:
                nn.utils.clip_grad_norm_(model.parameters(), plan.clip)
            optimiser.step()
            state.loss_sum = state.loss_sum + loss.detach()
            state.update += 1
            samples += len(batch)
            if state.update < len(batches):
                yield
        mean = float(state.loss_sum) / len(batches)
        speed = samples / (time.monotonic() - begin)
        _end_epoch(model, task, state, plan, rate, mean, speed)
        progress(1)
        yield


def _end_epoch(
    model: nn.Module,
    task: Task,
    state: _State,
    plan: Plan,
    rate: float,
    loss: float,
    samples_per_s: float,
) -> None:
    """Validate, keep the weights where they are the best, and turn to the next epoch."""
    model.eval()
    with torch.no_grad():
        validation = task.validate()
    if not (math.isfinite(loss) and math.isfinite(validation)):
        raise InputError(
            f"the loss of epoch {state.epoch} is {loss:g} and of its validation {validation:g}: "
            "lower the learning rate or the largest gradient, and check the inputs"
        )
    memory = memory_mb(next(model.parameters()).device)
    state.history.append(Epoch(state.epoch, rate, loss, validation, samples_per_s, memory))
    what = "epoch %d: loss %.4g, validation %.4g, %.0f samples/s, %.0f MB"
    log.info(what, state.epoch, loss, validation, samples_per_s, memory)
    state.wait += 1
    if validation < state.best:
        state.best, state.wait = validation, 0
        state.best_weights = {k: v.detach().clone() for k, v in model.state_dict().items()}
    if plan.plateau and state.wait and state.wait % plan.plateau[1] == 0:
        state.scale *= plan.plateau[0]
    state.epoch, state.update, state.loss_sum = state.epoch + 1, 0, 0.0


def _rate(plan: Plan, state: _State) -> float:
    """Learning rate of the epoch that comes."""
    return state.scale * [rate for epoch, rate in plan.rates if epoch <= state.epoch][-1]


def _optimiser(model: nn.Module, plan: Plan) -> torch.optim.Optimizer:
    rate = plan.rates[0][1]
    # A single number, such as a learnt variance, is no weight: nothing pulls it to zero.
    groups: list[dict[str, Any]] = [
        {"params": [p for p in model.parameters() if p.ndim], "weight_decay": plan.weight_decay},
        {"params": [p for p in model.parameters() if not p.ndim], "weight_decay": 0.0},
    ]
    if plan.optimiser == "sgd":
        return torch.optim.SGD(groups, rate, momentum=plan.momentum, nesterov=plan.momentum > 0)
    kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[plan.optimiser]
    return kind(groups, rate)


def memory_mb(device: torch.device) -> float:
    """Most memory used so far: of the graphics card that trains, else of the process."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated() / 1e6
    in_bytes = sys.platform == "darwin"  # elsewhere the system counts in units of 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if in_bytes else 1024) / 1e6


def _content(
    checkpoint: Checkpoint, model: nn.Module, optimiser: torch.optim.Optimizer, state: _State
) -> dict[str, Any]:
    return {
        "fingerprint": checkpoint.fingerprint,
        "model": model.state_dict(),
        "optimiser": optimiser.state_dict(),
        "random": random_state(),
        "state": vars(state) | {"history": [tuple(row) for row in state.history]},
    }


def _restore(
    content: Mapping[str, Any],
    model: nn.Module,
    optimiser: torch.optim.Optimizer,
    state: _State,
) -> None:
    model.load_state_dict(content["model"])
    optimiser.load_state_dict(content["optimiser"])
    restore_random_state(content["random"])
    device = next(model.parameters()).device
    values = content["state"]
    vars(state).update(values, history=[Epoch(*row) for row in values["history"]])
    state.best_weights = {k: v.to(device) for k, v in state.best_weights.items()}
    if isinstance(state.loss_sum, Tensor):
        state.loss_sum = state.loss_sum.to(device)
