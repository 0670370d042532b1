"""River basins from elevation: where each cell of a grid sends its water.

Conventions: fields are [lat, lon] with latitudes ascending; cells are numbered lat * n_lon + lon;
the sea is number SEA. Columns go round the Earth where the grid does.
"""

import heapq
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy import sparse

from vadose.errors import InputError
from vadose.grid import Grid, cell_area
from vadose.weights import Weights

SEA = -1
NEIGHBOURS = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0)]


class Drainage(NamedTuple):
    """Where the water of each cell goes next, and through which mouth it reaches the sea."""

    receiver: np.ndarray  # [lat, lon] number of the next cell; SEA at a mouth and in the sea
    mouth: np.ndarray  # [lat, lon] number of the last cell before the sea; SEA in the sea


def drain(elevation: np.ndarray, land: np.ndarray, around: bool) -> Drainage:
    """Find the way of water from every land cell to the sea.

    elevation [lat, lon] in m, NaN where not known; land [lat, lon] is True on land. A cell drains
    to its lowest neighbour of eight; a hollow is filled up to its lowest rim first, by a flood
    that rises from the sea (priority flood, Barnes et al. 2014), so that water reaches the sea
    from everywhere. `around` joins the last column to the first.
    # ASSUME the rim of a grid is a coast; water leaves a cell towards the lowest, not the steepest.
    # ASSUME land whose elevation is not known lies at sea level, and no basin is without outflow.
    """
    height = np.where(land, np.nan_to_num(elevation, nan=0.0), -np.inf)
    receiver = np.full(land.shape, SEA)
    mouth = np.full(land.shape, SEA)
    reached = ~land
    waiting: list[tuple[float, int, int]] = []
    n_lon = land.shape[1]

    def flood(cell: tuple[int, int], level: float, into: int, through: int) -> None:
        reached[cell] = True
        receiver[cell], mouth[cell] = into, through
        heapq.heappush(waiting, (max(level, float(height[cell])), *cell))

    for i, j in np.argwhere(land).tolist():
        near = list(_near(i, j, land.shape, around))
        if len(near) < len(NEIGHBOURS) or any(not land[cell] for cell in near):
            flood((i, j), -np.inf, SEA, i * n_lon + j)
    while waiting:
        level, i, j = heapq.heappop(waiting)
        for cell in _near(i, j, land.shape, around):
            if not reached[cell]:
                flood(cell, level, i * n_lon + j, int(mouth[i, j]))
    return Drainage(receiver, mouth)


def _near(i: int, j: int, shape: tuple[int, ...], around: bool) -> Iterator[tuple[int, int]]:
    """Neighbours of a cell that lie on the grid."""
    for di, dj in NEIGHBOURS:
        row, column = i + di, j + dj
        if around:
            column %= shape[1]
        if 0 <= row < shape[0] and 0 <= column < shape[1]:
            yield row, column


def largest_basins(drainage: Drainage, grid: Grid, least_km2: float, most: int) -> Weights:
    """Give the largest basins as areas of cells, of least_km2 or more, `most` of them at most.

    They are named by their place in the order of area and their centre: "1 (12 N, 30 W)". Raises
    InputError where none is large enough.
    """
    mouths, number = np.unique(drainage.mouth, return_inverse=True)
    number = number.ravel()
    km2 = cell_area(grid).ravel()
    area = np.where(mouths == SEA, 0, np.bincount(number, km2, len(mouths)))
    order = np.argsort(-area, kind="stable")[:most]
    order = order[area[order] >= max(least_km2, 1e-9)]
    if not order.size:
        raise InputError(
            f"no river basin of {least_km2:,.0f} km2 or more drains {grid}: the largest has "
            f"{area.max():,.0f} km2; give polygons of river basins or a larger window"
        )
    rank = np.full(len(mouths), SEA)
    rank[order] = np.arange(order.size)
    cells = np.flatnonzero(rank[number] != SEA)
    entries = km2[cells], (rank[number[cells]], cells)
    matrix = sparse.csr_array(entries, (order.size, grid.size))
    places = (centre(matrix[[k]].indices, matrix[[k]].data, grid) for k in range(order.size))
    ids = [f"{k} ({place})" for k, place in enumerate(places, 1)]
    return Weights(matrix, np.array(ids), area[order], grid)


def centre(cells: np.ndarray, weight: np.ndarray, grid: Grid) -> str:
    """Name the middle of cells on the sphere in whole degrees, such as "12 N, 30 W"."""
    rows, columns = np.divmod(cells, grid.n_lon)
    lat, lon = np.deg2rad(grid.lat[rows]), np.deg2rad(grid.lon[columns])
    x, y = np.cos(lat) * np.cos(lon) @ weight, np.cos(lat) * np.sin(lon) @ weight
    z = np.sin(lat) @ weight
    north, east = np.rad2deg(np.arctan2(z, np.hypot(x, y))), np.rad2deg(np.arctan2(y, x))
    return f"{abs(north):.0f} {'SN'[int(north >= 0)]}, {abs(east):.0f} {'WE'[int(east >= 0)]}"
