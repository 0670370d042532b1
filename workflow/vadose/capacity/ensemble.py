"""Ensembles of networks: every fold of a split trained one after the other, and their predictions.

Conventions: parts [fold, cell] are those of splits.py over the labelled cells; a network is known
by its fold and seed.
"""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

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
from vadose.checkpoints import load, save
from vadose.errors import InputError
from vadose.split_files import split_hash
from vadose.splits import Part
from vadose.training import Checkpoint, Device, Plan, prepare

log = logging.getLogger("vadose")


def learn_folds(
    predictors: Predictors,
    labels: Labels,
    folds: Sequence[str],
    parts: np.ndarray,
    design: Design,
    plan: Plan,
    checkpoint: Checkpoint,
    *,
    seed: int,
    device: Device = "cpu",
    threads: int = 1,
    deterministic: bool = False,
    progress: Callable[[int], object] = int,
) -> dict[str, Fitted]:
    """Train one network a fold; folds that a killed job had finished are not trained again.

    The checkpoint's path is a folder, in which each fold keeps its own.
    """
    found = {}
    for number, (fold, part) in enumerate(zip(folds, parts, strict=True)):
        log.info("fold %s", fold)
        prepare(device, 1000 * seed + number, threads, deterministic)
        done = checkpoint.path / f"{number}.done.pt"
        if kept := load(done, checkpoint.fingerprint):
            found[fold] = from_file(kept)
            progress(plan.epochs)
            continue
        found[fold] = learn(
            predictors,
            labels,
            part == Part.TRAIN,
            part == Part.VALIDATION,
            design,
            plan,
            seed=seed,
            device=device,
            checkpoint=checkpoint._replace(path=checkpoint.path / f"{number}.pt"),
            progress=progress,
        )
        save(done, {"fingerprint": checkpoint.fingerprint, **to_file(found[fold])})
    return found


def history_table(found: dict[str, Fitted], **columns: str | int) -> pd.DataFrame:
    """Lay out how the networks learnt, one row a fold and epoch."""
    tables = [pd.DataFrame(fit.history).assign(fold=fold, **columns) for fold, fit in found.items()]
    return pd.concat(tables, ignore_index=True)


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


def check_split_of(files: list[dict], split: Path) -> None:
    """Refuse networks of another split: its test cells may have trained them."""
    if any(file["split"] != split_hash(split) for file in files):
        raise InputError(
            f"{split} is not the split that the networks were trained on: cells that it tests may "
            "have trained them: bring back the split that belongs to them, or train them anew"
        )
