"""What a network is told of a basin that does not change: descriptors, random numbers, or nothing.

The kinds of vectors, by name:

    physical    the descriptors of the basins
    gaussian-d  d standard normal numbers
    mixed-d     the descriptors, then random numbers up to d columns
    onehot      a one for the basin itself among those that were learnt from
    latlon      the place of the gauge, as a point on the unit sphere
    none        nothing

Random numbers are drawn from (seed, gauge id) alone, so that a basin keeps its vector whatever the
list of basins. They keep the mean 0 and deviation 1 of their distribution; descriptors and places
are scaled by the basins that are learnt from, one-hot vectors not at all.
"""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from vadose.concepts.record import Scale
from vadose.errors import InputError
from vadose.regionalization.experiment import NONE, ONE_HOT, PLACE, random_columns


class Described(NamedTuple):
    """All that can be told of basins."""

    basins: list[str]
    attributes: np.ndarray  # [basin, attribute]; NaN where not known
    random: np.ndarray  # [basin, column]
    place: np.ndarray  # [basin, (lat, lon)] in degrees


class Vectors(NamedTuple):
    """Static vectors of one kind, and which of their columns are scaled by the training basins."""

    values: np.ndarray  # [basin, column]
    scaled: np.ndarray  # [column], a mask


def draw(basins: Sequence[str], width: int, seed: int) -> np.ndarray:
    """Draw standard normal numbers for each basin from (seed, gauge id) alone, [basin, column].

    More columns leave the first ones as they are.
    """
    out = np.empty((len(basins), width), np.float32)
    for row, name in zip(out, basins, strict=True):
        digest = hashlib.blake2b(f"{seed} {name}".encode(), digest_size=16).digest()
        row[:] = np.random.default_rng(int.from_bytes(digest, "big")).standard_normal(width)
    return out


def vectors_of(
    kind: str, described: Described, learnt: Sequence[str], *, blind: bool = False
) -> Vectors:
    """Give the vectors of all basins where a network learns from the basins `learnt`.

    A one-hot vector of another basin is zero where the test is `blind`, a control; elsewhere
    InputError says that there is none. InputError too for a mixed vector that is narrower than
    the descriptors.
    """
    n = len(described.basins)
    if kind == ONE_HOT:
        return _fixed(_one_hot(described.basins, learnt, blind))
    if kind == PLACE:
        return Vectors(_on_sphere(described.place), np.ones(3, bool))
    if kind == NONE:
        return _fixed(np.empty((n, 0), np.float32))
    random = described.random[:, : _random(kind, described)]
    if kind.startswith("gaussian"):
        return _fixed(random)
    known = described.attributes
    if not known.shape[1]:
        raise InputError(f"{kind} vectors need descriptors, but the series hold no attribute")
    values = np.concatenate([known, random], 1)
    return Vectors(values, np.arange(values.shape[1]) < known.shape[1])


def scale_of(vectors: Vectors) -> Scale:
    """Measure the columns that are scaled; others stay as they are.

    What is the same in all basins, or known in none, stays 0.
    """
    values = vectors.values.astype(np.float64)
    known = np.isfinite(values)
    count = known.sum(0).clip(min=1)
    mean = np.where(known, values, 0).sum(0) / count
    std = np.sqrt(np.where(known, (values - mean) ** 2, 0).sum(0) / count)
    std = np.where(std > 0, std, np.inf)
    return Scale(np.where(vectors.scaled, mean, 0.0), np.where(vectors.scaled, std, 1.0))


def _fixed(values: np.ndarray) -> Vectors:
    return Vectors(values, np.zeros(values.shape[1], bool))


def _random(kind: str, described: Described) -> int:
    """Count the random columns of a kind; InputError where there are fewer or none can be."""
    wanted = 0 if kind == "physical" else random_columns(kind, described.attributes.shape[1])
    if wanted < 0:
        raise InputError(
            f"{kind} is narrower than the {described.attributes.shape[1]} descriptors that it "
            "begins with: make it wider in regionalization.vectors"
        )
    if wanted > described.random.shape[1]:
        raise InputError(
            f"{kind} needs {wanted} random columns, the series hold {described.random.shape[1]}: "
            "delete regionalization/series.nc and run again"
        )
    return wanted


def _one_hot(basins: Sequence[str], learnt: Sequence[str], blind: bool) -> np.ndarray:
    column = {name: k for k, name in enumerate(learnt)}
    unseen = [name for name in basins if name not in column]
    if unseen and not blind:
        raise InputError(
            f"{len(unseen)} basins, such as {unseen[0]}, have no one-hot vector, as the network "
            "never saw them: leave them out by regionalization.basins, or take physical vectors"
        )
    out = np.zeros((len(basins), len(learnt)), np.float32)
    for row, name in enumerate(basins):
        if name in column:
            out[row, column[name]] = 1.0
    return out


def _on_sphere(place: np.ndarray) -> np.ndarray:
    """Place gauges [basin, (lat, lon)] on the unit sphere, where no meridian is an edge."""
    lat, lon = np.deg2rad(place).T
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], 1)
