"""Which cells of a regular grid lie beside each other, across the date line as well.

Conventions: lat and lon [cell] are centres in degrees; places [cell, 2] are rows from the South
Pole and columns from the date line; distances are Chebyshev's: the larger of the difference in
rows and in columns, so that all eight neighbours of a cell are 1 away. Poles are not crossed.
"""

import numpy as np
from scipy.spatial import cKDTree

from vadose.grid import Grid

NUDGE = 1e-3  # of a cell: rounding shall not put a centre on a whole step into the cell before


def places(lat: np.ndarray, lon: np.ndarray, step: float) -> np.ndarray:
    """Give row and column [cell, 2] of each cell on the global grid of `step` degrees.

    Places that are no centres, such as gauges, get those of the cell in which they lie.
    """
    grid = Grid.global_(step)
    rows = np.floor((np.asarray(lat) + 90) / grid.lat_step + NUDGE)
    columns = np.floor((np.asarray(lon) + 180) / grid.lon_step + NUDGE) % grid.around
    return np.stack([rows, columns], -1).astype(int)


def cells_around(step: float) -> int:
    """Count the cells round the Earth."""
    return Grid.global_(step).around


def distance_to(
    at: np.ndarray, to: np.ndarray, around: int, most: float = np.inf
) -> tuple[np.ndarray, np.ndarray]:
    """Find the nearest of some places: its distance in cells and its position in `to`, both [cell].

    `at` and `to` are places [cell, 2] on a grid with `around` columns. Farther than `most`, or
    where there is none, the distance is infinite.
    """
    if not len(to):
        return np.full(len(at), np.inf), np.zeros(len(at), int)
    return tree(to, around).query(at, p=np.inf, distance_upper_bound=most + 0.5)


def tree(at: np.ndarray, around: int) -> cKDTree:
    """Build the search tree of places [cell, 2] on a grid that closes round the Earth."""
    return cKDTree(at, boxsize=(0, around))
