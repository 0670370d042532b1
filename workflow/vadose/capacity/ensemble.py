"""Ensembles of networks: every seed and fold of a split one after the other, and their predictions.

Conventions: parts [fold, cell] are those of splits.py over the labelled cells; a network is known
by its fold and seed.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from vadose.capacity.network import (
    Design,
    Fitted,
    Labels,
    Predictors,
    from_file,
    learn,
    predict,
    to_file,
)
from vadose.errors import InputError
from vadose.queues import Form, train_each
from vadose.split_files import split_hash
from vadose.splits import Part
from vadose.training import Checkpoint, Device, Plan, prepare


class Member(NamedTuple):
    """One network of an ensemble."""

    seed: int
    fold: str


def learn_ensemble(
    predictors: Predictors,
    labels: Labels,
    folds: Sequence[str],
    parts: np.ndarray,
    design: Design,
    plan: Plan,
    checkpoint: Checkpoint,
    *,
    seeds: int,
    first_seed: int,
    device: Device = "cpu",
    threads: int = 1,
    deterministic: bool = False,
    progress: Callable[[int], object] = int,
) -> dict[Member, Fitted]:
    """Train one network a seed and fold; those of a seed begin with the same weights.

    The checkpoint's path is a folder, in which each network keeps its own.
    """
    numbers = {fold: number for number, fold in enumerate(folds)}

    def learn_one(member: Member, kept: Checkpoint) -> Fitted:
        seed, number = 1000 * first_seed + member.seed, numbers[member.fold]
        prepare(device, 1000 * seed + number, threads, deterministic)
        known, judges = (parts[number] == part for part in (Part.TRAIN, Part.VALIDATION))
        given = predictors, labels, known, judges, design, plan
        return learn(*given, seed=seed, device=device, checkpoint=kept, progress=progress)

    members = [Member(seed, fold) for seed in range(seeds) for fold in folds]
    form = Form(to_file, from_file)
    return train_each(members, learn_one, form, checkpoint, lambda: progress(plan.epochs))


def ensemble_to_file(
    found: Mapping[Member, Fitted], names: Sequence[str], split: Path
) -> dict[str, Any]:
    """Lay out the networks of a split, the predictors that they read, and what split it is."""
    seeds = [
        {member.fold: to_file(fit) for member, fit in found.items() if member.seed == seed}
        for seed in sorted({member.seed for member in found})
    ]
    return {"names": list(names), "split": split_hash(split), "seeds": seeds}


def read_ensemble(networks: Path, split: Path) -> tuple[list[str], list[dict[str, Fitted]]]:
    """Read the names of the predictors, and the networks of each seed by fold.

    InputError for networks of another split: its test cells may have trained them.
    """
    file = torch.load(networks, weights_only=True)
    if file["split"] != split_hash(split):
        raise InputError(
            f"{split} is not the split that the networks were trained on: cells that it tests may "
            "have trained them: bring back the split that belongs to them, or train them anew"
        )
    fits = [{fold: from_file(fit) for fold, fit in folds.items()} for folds in file["seeds"]]
    return file["names"], fits


def predict_cells(
    predictors: Predictors,
    networks: Sequence[dict[str, Fitted]],
    places: tuple[np.ndarray, np.ndarray],
    tested: dict[str, np.ndarray],
    *,
    device: Device = "cpu",
    progress: Callable[[int], object] = int,
) -> tuple[np.ndarray, np.ndarray]:
    """Predict cells (rows, columns) with every network: all of them, and those that are blind.

    `networks` holds the folds of each seed, `tested` the cells that a fold tests [cell], a mask.
    Gives capacities in mm [network, cell], and held-out ones [seed, cell] in which a cell is
    predicted by the network of the fold that tests it, missing where none does.
    """
    everywhere, blind = [], np.full((len(networks), len(places[0])), np.nan)
    for seed, folds in enumerate(networks):
        for fold, fitted in folds.items():
            values = predict(predictors, fitted, *places, device=device, progress=progress)
            everywhere.append(values)
            blind[seed, tested[fold]] = values[tested[fold]]
    return np.stack(everywhere), blind


def over_networks(everywhere: np.ndarray, blind: np.ndarray) -> dict[str, np.ndarray]:
    """Reduce capacities [network, cell] to median and spread, and those of blind networks.

    `everywhere` and `blind` are what `predict_cells` gives; what is not known is missing.
    """
    seen = np.isfinite(blind).any(0)
    held_out, spread = np.full((2, everywhere.shape[1]), np.nan)
    held_out[seen] = np.median(blind[:, seen], 0)
    if len(everywhere) > 1:
        spread = everywhere.std(0, ddof=1)
    capacity = np.median(everywhere, 0)
    return {"capacity": capacity, "capacity_spread": spread, "held_out": held_out}
