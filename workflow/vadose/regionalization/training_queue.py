"""Train the networks of a queue one after another, and predict with them.

Conventions: a network is known as a Member of experiment.py; `told` masks the basins [basin] that
each fold of the ungauged setting may learn from.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from vadose.concepts.record import Span
from vadose.concepts.windows import Sampling
from vadose.errors import InputError
from vadose.queues import train_each
from vadose.regionalization.experiment import EVERYONE, Member
from vadose.regionalization.model import Design
from vadose.regionalization.network import FORM, Fitted, learn, run
from vadose.regionalization.series import Series
from vadose.regionalization.vectors import vectors_of
from vadose.training import Checkpoint, Device, Plan, prepare

log = logging.getLogger("vadose")


class Lesson(NamedTuple):
    """What all networks of a queue share: their days, their design and their plan."""

    learning: Mapping[str, Span]  # by setting
    validation: Span
    design: Design
    sampling: Sampling
    plan: Plan
    first_seed: int

    def seed_of(self, member: Member) -> int:
        """Give the seed of a network's first weights and batches, the same for every vector."""
        return 1000 * self.first_seed + member.seed


def train_queue(
    series: Series,
    members: Sequence[Member],
    told: Mapping[str, np.ndarray],
    lesson: Lesson,
    checkpoint: Checkpoint,
    *,
    device: Device = "cpu",
    threads: int = 1,
    deterministic: bool = False,
    progress: Callable[[int], object] = int,
) -> dict[Member, Fitted]:
    """Train all networks; `progress` is told finished epochs.

    The checkpoint's path is a folder, in which each network keeps its own.
    """

    def learn_one(member: Member, kept: Checkpoint) -> Fitted:
        prepare(device, lesson.seed_of(member), threads, deterministic)
        return _learn_one(series, member, told, lesson, kept, device, progress)

    return train_each(members, learn_one, FORM, checkpoint, lambda: progress(lesson.plan.epochs))


def _learn_one(
    series: Series,
    member: Member,
    told: Mapping[str, np.ndarray],
    lesson: Lesson,
    checkpoint: Checkpoint,
    device: Device,
    progress: Callable[[int], object],
) -> Fitted:
    """Train one network on the basins that have streamflow in its learning days."""
    everyone, learning = np.ones(len(series.basins), bool), lesson.learning[member.setting]
    candidates = everyone if member.fold == EVERYONE else told[member.fold]
    chosen = series.select(gauged(series, candidates, learning))
    return learn(
        chosen,
        vectors_of(member.vectors, chosen.described(member.seed), chosen.basins),
        *(learning, *lesson[1:5]),
        seed=lesson.seed_of(member),
        device=device,
        checkpoint=checkpoint,
        progress=progress,
    )


def gauged(series: Series, candidates: np.ndarray, span: Span) -> np.ndarray:
    """Tell which of some basins, a mask, have streamflow in a span; InputError where none has."""
    there = candidates & np.isfinite(series.q[:, slice(*span)]).any(1)
    if not there.any():
        first, last = series.days[[span.first, span.last - 1]]
        raise InputError(
            f"none of {candidates.sum()} basins to learn from has streamflow from "
            f"{first:%Y-%m-%d} to {last:%Y-%m-%d}: choose another regionalization.training"
        )
    return there


def predict_queue(
    series: Series,
    networks: Mapping[Member, Fitted],
    spans: Sequence[Span],
    *,
    device: Device = "cpu",
    progress: Callable[[int], object] = int,
) -> tuple[np.ndarray, np.ndarray]:
    """Predict flow [network, basin, time] on spans of days, one after another; tell who learnt.

    Networks that hold basins out predict those that they did not learn from, all others those that
    they did; the rest is NaN. Gives also a mask [network, basin] of the basins learnt from.
    """
    days = sum(span.last - span.first for span in spans)
    flow = np.full((len(networks), len(series.basins), days), np.nan, np.float32)
    learnt = np.stack([np.isin(series.basins, fitted.basins) for fitted in networks.values()])
    for k, (member, fitted) in enumerate(networks.items()):
        blind = member.fold != EVERYONE
        asked = ~learnt[k] if blind else learnt[k]
        if not blind and not asked.all():
            text = "%s never learnt from %d of %d basins, which it is not asked for: train it anew"
            log.warning(text, member, (~asked).sum(), len(asked))
        chosen = series.select(asked)
        check_fits(chosen, member, fitted)
        described = chosen.described(member.seed)
        vectors = vectors_of(member.vectors, described, fitted.basins, blind=blind)
        parts = [run(chosen, vectors, fitted, span, device=device) for span in spans]
        flow[k, asked] = np.concatenate(parts, 1)
        progress(1)
    return flow, learnt


def check_fits(series: Series, member: Member, fitted: Fitted) -> None:
    """Refuse series of other inputs or attributes than a network learnt from: InputError."""
    for what, now, then in (
        ("inputs", series.inputs, fitted.inputs),
        ("attributes", series.names, fitted.attributes),
    ):
        if now != then:
            odd = sorted(set(now) ^ set(then)) or ["their order"]
            raise InputError(
                f"{what} of the series and of {member} differ ({', '.join(odd)}): train it anew "
                "(training.retrain: always)"
            )


def read_networks(path: Path) -> dict[Member, Fitted]:
    """Read the networks of a queue, by their names, in its order."""
    content = torch.load(path, weights_only=True)
    return {Member.of(name): FORM.from_file(one) for name, one in content.items()}
