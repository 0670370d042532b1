"""Ensembles of a variant's networks: every fold of basins and seed, one after the other."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from vadose.concepts.model import Design
from vadose.concepts.network import FORM, Fitted, learn
from vadose.concepts.record import Record, Span
from vadose.concepts.windows import Sampling
from vadose.queues import train_each
from vadose.training import Checkpoint, Device, Plan, prepare


class Member(NamedTuple):
    """One network of an ensemble: the fold of basins that it never sees, and its seed."""

    fold: str
    seed: int

    def __str__(self) -> str:
        return f"{self.fold}_{self.seed}"


class Lesson(NamedTuple):
    """What all networks of a variant share: their days, their design and their plan."""

    learning: Span
    validation: Span
    design: Design
    sampling: Sampling
    plan: Plan


def learn_ensemble(
    record: Record,
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
    """Train all networks, each on the basins that its fold may learn from, masks [basin] in `told`.

    The checkpoint's path is a folder, in which each network keeps its own.
    """

    def learn_one(member: Member, kept: Checkpoint) -> Fitted:
        prepare(device, 1000 * member.seed + int(member.fold), threads, deterministic)
        return learn(
            *(record, told[member.fold], *lesson),
            seed=member.seed,
            device=device,
            checkpoint=kept,
            progress=progress,
        )

    return train_each(members, learn_one, FORM, checkpoint, lambda: progress(lesson.plan.epochs))


def ensemble_to_file(found: Mapping[Member, Fitted]) -> dict[str, Any]:
    """Lay out all networks by name."""
    return {str(member): FORM.to_file(fitted) for member, fitted in found.items()}
