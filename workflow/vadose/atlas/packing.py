"""Numbers of an atlas as one short text: rounded to steps, compressed, in letters that HTML takes.

Each array becomes whole numbers of 16 bits: 0 is no data, n the lowest value and n - 1 steps. All
low bytes of an array stand before its high bytes, which compresses better.
"""

import base64
import gzip
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

MOST = 65535  # codes of 16 bits


class Codes(NamedTuple):
    """Values as whole numbers of steps above the lowest."""

    codes: np.ndarray  # uint16, 0 where there is no data
    low: float
    step: float


def quantise(values: np.ndarray, step: float) -> Codes:
    """Round values to multiples of a step, or of a coarser one where 16 bits need it.

    Coarser steps go on by 1, 2, 5, 10 times ten.
    """
    known = np.isfinite(values)
    if not known.any():
        return Codes(np.zeros(values.shape, np.uint16), 0.0, step)
    low, high = float(values[known].min()), float(values[known].max())
    coarser = (step * factor * 10**power for power in range(12) for factor in (1, 2, 5))
    step = next(s for s in coarser if round(high / s) - round(low / s) < MOST)
    first = round(low / step)
    counts = np.round(np.where(known, values, low) / step) - first + 1
    return Codes(np.where(known, counts, 0).astype(np.uint16), first * step, step)


def pack(arrays: Mapping[str, tuple[np.ndarray, float]]) -> tuple[dict[str, dict[str, Any]], str]:
    """Pack arrays, each with its step, to a description of where each stands and one text."""
    about, parts, at = {}, [], 0
    for name, (values, step) in arrays.items():
        found = quantise(np.asarray(values, np.float64).ravel(), step)
        about[name] = {"at": at, "n": found.codes.size, "low": found.low, "step": found.step}
        parts += [(found.codes & 0xFF).astype(np.uint8), (found.codes >> 8).astype(np.uint8)]
        at += 2 * found.codes.size
    whole = np.concatenate(parts).tobytes() if parts else b""
    return about, base64.b64encode(gzip.compress(whole, 9, mtime=0)).decode("ascii")
