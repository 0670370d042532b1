"""Random numbers of the miniature planet: one independent stream per seed, basin and purpose."""

import numpy as np
from numpy.typing import NDArray


def generator(seed: int, number: int, purpose: str) -> np.random.Generator:
    """The same seed, basin and purpose always give the same numbers, whatever else is drawn.

    `number` is the basin's running number, `purpose` a plain word such as "rain occurrence".
    """
    return np.random.default_rng([seed, number, *purpose.encode()])


def daily_normals(
    seed: int, numbers: NDArray[np.int64], days: int, purpose: str
) -> NDArray[np.float64]:
    """Independent standard normal numbers, [day, basin]; more days leave the first ones as is."""
    columns = [generator(seed, int(n), purpose).standard_normal(days) for n in numbers]
    return np.stack(columns, axis=1)


def daily_uniforms(
    seed: int, numbers: NDArray[np.int64], days: int, purpose: str
) -> NDArray[np.float64]:
    """Independent uniform numbers in [0, 1), [day, basin]; more days leave the first as is."""
    return np.stack([generator(seed, int(n), purpose).random(days) for n in numbers], axis=1)


def daily_gammas(
    seed: int, numbers: NDArray[np.int64], days: int, purpose: str, shape: float
) -> NDArray[np.float64]:
    """Independent gamma numbers of mean 1, [day, basin]; more days leave the first as is."""
    columns = [generator(seed, int(n), purpose).standard_gamma(shape, days) for n in numbers]
    return np.stack(columns, axis=1) / shape
