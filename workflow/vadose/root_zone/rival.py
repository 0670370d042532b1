"""An LSTM of streamflow that is told what the water balance is told: what physics gains or costs.

It sees the same forcing, leaf area and attributes, and learns streamflow in the same folds of
years; a member is the network of a fold and a seed.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
import xarray as xr

from vadose.concepts.record import Span
from vadose.concepts.windows import Sampling
from vadose.errors import InputError
from vadose.queues import train_each
from vadose.regionalization.model import Design
from vadose.regionalization.network import FORM, Fitted, learn, run
from vadose.regionalization.series import Series
from vadose.regionalization.vectors import Vectors
from vadose.root_zone.attributes import ATTRIBUTES
from vadose.root_zone.folds import Part, Years, seeds_of_members
from vadose.root_zone.forcing import leaf_area, told_of
from vadose.root_zone.record import Record
from vadose.root_zone.simulated import SERIES
from vadose.training import Checkpoint, Device, Plan, prepare

INPUTS = ["p", "t", "rn", "leaf area"]
NAMES = ["leaf area", *ATTRIBUTES]


class Member(NamedTuple):
    """Which years a network never saw, and where its weights started."""

    fold: int
    seed: int


class Rival(NamedTuple):
    """The networks of all folds and seeds, and what years were to them."""

    years: Years
    networks: Mapping[Member, Fitted]


def train_rival(
    record: Record,
    years: Years,
    seeds: Sequence[int],
    design: Design,
    sampling: Sampling,
    plan: Plan,
    checkpoint: Checkpoint,
    *,
    device: Device = "cpu",
    threads: int = 1,
    deterministic: bool = False,
    progress: Callable[[int], object] = int,
) -> Rival:
    """Train a network of each fold and seed on the training years of its fold.

    `progress` is told finished epochs; the checkpoint's path is a folder. InputError where a
    fold has no streamflow to learn from or to choose the weights by.
    """
    folds = len(years.part)
    members = [Member(fold, seed) for fold in range(folds) for seed in seeds]
    numbers = dict(zip(members, seeds_of_members(seeds, folds), strict=True))
    late = Span(years.spin_up(record.days), len(record.days))

    def learn_one(member: Member, kept: Checkpoint) -> Fitted:
        prepare(device, numbers[member], threads, deterministic)
        series, vectors = series_of(record, years, member.fold)
        return learn(
            series._replace(q=_flow_in(record, years, member.fold, Part.TRAINING)),
            *(vectors, late, late, design, sampling, plan),
            seed=numbers[member],
            judged=_flow_in(record, years, member.fold, Part.VALIDATION),
            device=device,
            checkpoint=kept,
            progress=progress,
        )

    done = train_each(members, learn_one, FORM, checkpoint, lambda: progress(plan.epochs))
    return Rival(years, done)


def _flow_in(record: Record, years: Years, fold: int, part: Part) -> np.ndarray:
    """Give streamflow in the years that are a part of a fold, [basin, time], NaN in others."""
    inside = years.of_days(record.days)[fold] == part
    flow = np.where(inside, record.q.T, np.nan).astype(np.float32)
    if not np.isfinite(flow).any():
        raise InputError(
            f"streamflow is observed in none of {len(flow)} basins in the years of "
            f"{part.name.lower()} of fold {fold}: leave lstm out of root_zone.experiments, or "
            "take another period"
        )
    return flow


def series_of(record: Record, years: Years, fold: int) -> tuple[Series, Vectors]:
    """Lay out what the water balance is told in a fold as series and static vectors."""
    training = years.training_months(record.days)[fold]
    leaves = leaf_area(record.lai, record.months, record.days, training)
    forcing = np.stack([record.p, record.t, record.rn, leaves.normalised], -1).swapaxes(0, 1)
    told = told_of(record, leaves)
    series = Series(
        forcing=forcing.astype(np.float32),
        q=record.q.T.astype(np.float32),
        attributes=told,
        random=np.empty((0, len(told), 0), np.float32),
        place=np.full((len(told), 2), np.nan),
        basins=list(record.basins),
        days=record.days,
        inputs=INPUTS,
        names=NAMES,
    )
    return series, Vectors(told, np.ones(told.shape[1], bool))


def flow_of(record: Record, rival: Rival, *, device: Device = "cpu") -> xr.Dataset:
    """Run all networks over all days after the spin-up, as simulated.FLOW."""
    late = Span(rival.years.spin_up(record.days), len(record.days))
    members = list(rival.networks)
    flow = np.full((len(members), len(record.basins), len(record.days)), np.nan, np.float32)
    for row, (member, fitted) in zip(flow, rival.networks.items(), strict=True):
        series, vectors = series_of(record, rival.years, member.fold)
        row[:, late.first :] = run(series, vectors, fitted, late, device=device)
    return xr.Dataset(
        {
            "q": (SERIES, flow),
            "fold": ("member", [member.fold for member in members]),
            "seed": ("member", [member.seed for member in members]),
            "test_fold": ("time", rival.years.test_fold(record.days)),
        },
        coords={
            "member": [f"{member.fold}_{member.seed}" for member in members],
            "basin": record.basins,
            "time": record.days,
        },
    )


def to_file(rival: Rival) -> dict[str, Any]:
    """Lay the networks out as tensors, numbers and text, which torch reads without running code."""
    return {
        "years": [torch.from_numpy(part) for part in rival.years],
        "networks": [(*member, FORM.to_file(fit)) for member, fit in rival.networks.items()],
    }


def from_file(content: Mapping[str, Any]) -> Rival:
    """Read networks as `to_file` laid them out."""
    networks = {Member(f, s): FORM.from_file(fit) for f, s, fit in content["networks"]}
    return Rival(Years(*(x.numpy() for x in content["years"])), networks)
