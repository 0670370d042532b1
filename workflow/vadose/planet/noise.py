"""Smooth random fields on the sphere: what gives the miniature planet its shapes and its weather.

A field is a sum of plane waves through the sphere. It is a function of place, so that cells and
basins of any size see the same world, and it runs across the date line and the poles without a
seam. Places are latitudes and longitudes in degrees, of any common shape.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vadose.planet.streams import generator

Array = NDArray[np.float64]

WAVES = 24
FORGOTTEN = 0.02  # a month's weight below which it no longer counts


class Waves(NamedTuple):
    """Directions times wave numbers, [wave, 3], and phases, [wave], in radians."""

    vector: Array
    phase: Array


def smooth_noise(seed: int, purpose: str, lat: Array, lon: Array, size: float) -> Array:
    """A smooth field of mean 0 and variance 1 with patches of about `size` degrees."""
    waves = _draw_waves(seed, purpose, size)
    return np.asarray(np.sqrt(2.0 / WAVES) * np.cos(_angles(waves, lat, lon)).sum(axis=-1))


def fractal_noise(
    seed: int, purpose: str, lat: Array, lon: Array, size: float, octaves: int
) -> Array:
    """A rough field of mean 0 and variance 1: each octave has half the size and half the height."""
    heights = 0.5 ** np.arange(octaves)
    total = sum(
        height * smooth_noise(seed, f"{purpose} {octave}", lat, lon, size * height)
        for octave, height in enumerate(heights)
    )
    return np.asarray(total / np.sqrt((heights**2).sum()))


def monthly_noise(
    seed: int,
    purpose: str,
    months: NDArray[np.int64],
    lat: Array,
    lon: Array,
    size: float,
    memory: float,
) -> Array:
    """Fields of mean 0 and variance 1 that change from month to month, [month, place].

    `months` counts from the year 0, consecutively; `memory` is the correlation of one month with
    the next. A month's field depends on the seed and that month only, never on where a record
    starts.
    """
    waves = _draw_waves(seed, purpose, size)
    angles = _angles(waves, lat, lon)
    past = int(np.ceil(np.log(FORGOTTEN) / np.log(memory)))
    weights = memory ** np.arange(past, -1, -1)
    weights = weights / np.sqrt((weights**2).sum())
    drawn = range(int(months[0]) - past, int(months[-1]) + 1)
    white = np.stack([generator(seed, m, purpose).standard_normal(2 * WAVES) for m in drawn])
    windows = np.lib.stride_tricks.sliding_window_view(white, past + 1, axis=0)
    pattern = np.concatenate([np.cos(angles), np.sin(angles)], axis=-1) / np.sqrt(WAVES)
    return np.asarray((windows @ weights) @ pattern.T)


def month_numbers(year: NDArray[np.int64], month: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count months from the year 0."""
    return np.asarray(12 * year + month - 1, dtype=np.int64)


def _draw_waves(seed: int, purpose: str, size: float) -> Waves:
    rng = generator(seed, 0, purpose + " waves")
    direction = rng.standard_normal((WAVES, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    # Half a wavelength is one patch; waves of one length only would look like a regular pattern.
    number = 180.0 / size * rng.uniform(0.6, 1.4, (WAVES, 1))
    return Waves(number * direction, rng.uniform(0.0, 2.0 * np.pi, WAVES))


def _angles(waves: Waves, lat: Array, lon: Array) -> Array:
    return np.asarray(on_sphere(lat, lon) @ waves.vector.T + waves.phase)


def on_sphere(lat: Array, lon: Array) -> Array:
    """Places as points of the unit sphere, [..., 3]."""
    phi, theta = np.radians(lat), np.radians(lon)
    return np.stack([np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi)], -1)
