"""Train the networks behind the water balance's parameters, and run it with what they say.

All folds and seeds learn in one pass, as members of one model. Members share the learning rate,
the clip of their common gradient and the stream of dropout's random numbers, and the training ends
with the last of them; nothing else passes from one to another.

Conventions as in vadose.root_zone.balance: [time, member, basin], months in place of days.
"""

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from vadose.root_zone.balance import Forcing, Water, run, spin_up
from vadose.root_zone.describe import Scale, Told, tell
from vadose.root_zone.folds import Part, Years, seeds_of_members
from vadose.root_zone.parameters import Basins, Design, RootZone
from vadose.root_zone.record import Record
from vadose.root_zone.targets import Aim, Calendar, Goal, goals_of, misfit
from vadose.training import Checkpoint, Epoch, Plan, Task, shuffled, train


class Fitted(NamedTuple):
    """The networks of all folds and seeds, and what they learnt from."""

    design: Design
    seeds: list[int]
    years: Years
    rounds: int  # of the spin-up
    scale: Scale
    weights: Mapping[str, Tensor]
    history: list[Epoch]


class Members(nn.Module):
    """The networks that learn, and beside them those of each member's best validation so far."""

    def __init__(self, seeds: Sequence[int], design: Design) -> None:
        super().__init__()
        self.learning = RootZone(seeds, design)
        self.kept = copy.deepcopy(self.learning).requires_grad_(False)
        self.least: Tensor
        self.register_buffer("least", torch.full((len(seeds),), torch.inf))

    def keep(self, validation: Tensor) -> float:
        """Keep the weights of the members that gained, [member]; give the mean of the least ones.

        It falls whenever any member gains, so that a training that watches it ends, and keeps
        its weights, with the last gain of any.
        """
        gained = validation < self.least
        for best, now in zip(self.kept.parameters(), self.learning.parameters(), strict=True):
            best[gained] = now[gained]
        self.least = torch.where(gained, validation, self.least)
        return float(self.least.mean())


def learn(
    record: Record,
    years: Years,
    seeds: Sequence[int],
    design: Design,
    aim: Aim,
    plan: Plan,
    *,
    batch: int,
    rounds: int,
    checkpoint: Checkpoint | None = None,
    progress: Callable[[int], object] = int,
) -> Fitted:
    """Train a member of each fold and seed on the training years of its fold.

    The loss of a member is the sum over targets of weight times 1 - R2; an update sees `batch`
    basins. InputError for a target without observations in training or validation years.
    """
    told, scale = tell(record, years, len(seeds))
    spin = years.spin_up(record.days)
    late = record.after(spin)
    calendar, part = Calendar.of(late, aim.baseline), years.of_days(late.days)
    goals = {code: goals_of(late, part, code, aim) for code in (Part.TRAINING, Part.VALIDATION)}
    members, count = seeds_of_members(seeds, len(years.part)), len(record.basins)
    model = Members(members, design)

    def errors(code: Part, units: Tensor) -> Tensor:
        """Sum of weight times 1 - R2 over targets, [member], of some basins."""
        water = _simulated(model.learning, told, units, spin, rounds)
        return _misfits(goals[code], water, calendar, units, len(members)) * (count / len(units))

    def loss(units: Tensor) -> Tensor:
        return errors(Part.TRAINING, units.sort().values).sum()

    def validate() -> float:
        return model.keep(errors(Part.VALIDATION, torch.arange(count)))

    order = shuffled(count, batch, seeds[0])
    # Members' gradients stand side by side: their common norm grows with the root of their number.
    together = plan._replace(clip=plan.clip * len(members) ** 0.5)
    task = Task(order, loss, validate)
    history = train(model, task, together, checkpoint=checkpoint, progress=progress)
    history = [row._replace(loss=row.loss / len(members)) for row in history]
    weights = {name: values.clone() for name, values in model.kept.state_dict().items()}
    return Fitted(design, list(seeds), years, rounds, scale, weights, history)


def _simulated(model: RootZone, told: Told, units: Tensor, spin: int, rounds: int) -> Water:
    """Simulate some basins on the days after those that fill the stores."""
    of = model(Basins(*(x.index_select(1, units) for x in told.basins)))
    forcing = Forcing(*(x.index_select(-1, units) for x in told.forcing))
    start = spin_up(Forcing(*(x[:spin] for x in forcing)), of, rounds=rounds)
    return run(Forcing(*(x[spin:] for x in forcing)), of, start)


def _misfits(
    goals: Mapping[str, Goal], water: Water, calendar: Calendar, units: Tensor, members: int
) -> Tensor:
    """Sum the weighted misfits of some basins over all targets, [member]."""
    total = torch.zeros(members)
    for name, goal in goals.items():
        some = Goal(*(x.index_select(-1, units) for x in goal))
        total = total + misfit(some, simulated_target(name, water, calendar))
    return total


def simulated_target(name: str, water: Water, calendar: Calendar) -> Tensor:
    """Bring the model's water to the form of a target: days, or sums and means of months."""
    if name == "et":
        return calendar.sums(water.et)
    if name == "twsa":
        return calendar.anomaly(water.tws)
    return water.q if name == "q" else water.swe


def to_file(fitted: Fitted) -> dict[str, Any]:
    """Lay out a fit as tensors, numbers and text, which torch reads without running code."""
    return fitted._asdict() | {
        "design": fitted.design._asdict(),
        "years": [torch.from_numpy(part) for part in fitted.years],
        "scale": [torch.from_numpy(part) for part in fitted.scale],
        "weights": dict(fitted.weights),
        "history": [tuple(row) for row in fitted.history],
    }


def from_file(content: Mapping[str, Any]) -> Fitted:
    """Read a fit as `to_file` laid it out."""
    parts = {
        "design": Design(**content["design"]),
        "years": Years(*(x.numpy() for x in content["years"])),
        "scale": Scale(*(x.numpy() for x in content["scale"])),
        "history": [Epoch(*row) for row in content["history"]],
    }
    return Fitted(**{**content, **parts})
