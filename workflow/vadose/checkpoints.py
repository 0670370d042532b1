"""Checkpoints of a training: written whole or not at all, and resumed only by what wrote them.

A checkpoint carries the fingerprint of the configuration, code and data behind it. One of another
fingerprint is not an error but left alone: the training begins anew and writes its own.
"""

import hashlib
import json
import logging
import pickle
import shutil
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from vadose.records import write_record

log = logging.getLogger("vadose")
DIGITS = 16


class Stopped(SystemExit):
    """The job was told to end (pre-emption, time limit, scancel) and kept what it had learnt."""


def fingerprint(settings: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> str:
    """Hash what decides a training: settings (hashes of code among them) and the data it reads."""
    text = json.dumps(settings, sort_keys=True, default=str).encode()
    digest = hashlib.blake2b(text, digest_size=DIGITS // 2)
    for name, values in sorted(arrays.items()):
        digest.update(f"{name}{values.shape}{values.dtype}".encode())
        digest.update(np.ascontiguousarray(values).view(np.uint8).data)
    return digest.hexdigest()


def save(path: Path, content: Mapping[str, Any]) -> None:
    """Write tensors and numbers in one step: a file that exists is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    torch.save(dict(content), part)
    part.replace(path)


def load(path: Path, key: str) -> dict[str, Any] | None:
    """Read the checkpoint with this fingerprint; None where there is none or it is damaged."""
    if not path.exists():
        return None
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        log.warning("%s cannot be read (%s): the training begins anew", path, error)
        return None
    if content.get("fingerprint") != key:
        log.info("%s is of other data or settings: the training begins anew", path)
        return None
    return content


def finish(
    network: Path,
    content: Mapping[str, Any],
    history: Path,
    learnt: pd.DataFrame,
    made_by: Mapping[str, Any],
    checkpoint: Path,
) -> None:
    """Write how a network learnt, the network itself, and beside it what it is made by.

    Its checkpoint, a file or a folder of them, goes last: a job that is killed here loses nothing.
    """
    learnt.to_csv(history, index=False)
    save(network, content)
    write_record(network.with_suffix(".json"), made_by)
    if checkpoint.is_dir():
        shutil.rmtree(checkpoint, ignore_errors=True)
    else:
        checkpoint.unlink(missing_ok=True)


def random_state() -> dict[str, torch.Tensor]:
    """State of all random numbers that a network draws."""
    state = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state()
    if torch.mps.is_available():
        state["mps"] = torch.mps.get_rng_state()
    return state


def restore_random_state(state: Mapping[str, torch.Tensor]) -> None:
    """Set all random numbers to where a checkpoint was written."""
    torch.set_rng_state(state["cpu"])
    if "cuda" in state and torch.cuda.is_available():
        torch.cuda.set_rng_state(state["cuda"])
    if "mps" in state and torch.mps.is_available():
        torch.mps.set_rng_state(state["mps"])


@contextmanager
def told_to_stop() -> Iterator[threading.Event]:
    """Give an event that SIGTERM sets, so that a loop can end after its step and keep its state."""
    told = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield told  # signals reach the main thread alone
        return
    before = signal.signal(signal.SIGTERM, lambda *_: told.set())
    try:
        yield told
    finally:
        signal.signal(signal.SIGTERM, before)
