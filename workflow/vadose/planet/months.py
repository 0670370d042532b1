"""The true monthly water balance of the miniature planet's cells: snow, soil, groundwater, leaves.

Conventions: series are [month, cell] in mm per month, stores in mm at the end of the month;
parameters are [cell].
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Array = NDArray[np.float64]

FIRN = 1500.0  # mm of snow water above which it flows off
EMPTY = 0.1  # share of the capacity and of the groundwater that a run starts with


class Parameters(NamedTuple):
    """The truth about each cell's water.

    `capacity` mm; `w1`, `w2` shapes of Fu's curve for the retention of rain and for evaporation
    (-); `outflow` share of the groundwater that leaves in a month; `degree_day` mm per degC and
    day.
    """

    capacity: Array
    w1: Array
    w2: Array
    outflow: Array
    degree_day: Array


class MonthlyWater(NamedTuple):
    """Fluxes (mm/month) and stores at the end of the month (mm), each [month, cell]."""

    et: Array
    q: Array
    swe: Array
    soil: Array
    groundwater: Array


def run_months(p: Array, t: Array, pet: Array, days: Array, truth: Parameters) -> MonthlyWater:
    """Run the water balance of all cells; p - et - q equals the change of the stores.

    `t` in degC; `days` is the length of each month, [month].
    Source of the soil and groundwater: Zhang et al. (2008), J. Hydrol. 360, 117-131.
    """
    swe, groundwater = np.zeros(p.shape[1]), np.zeros(p.shape[1])
    soil = EMPTY * truth.capacity
    series = [np.empty_like(p) for _ in MonthlyWater._fields]
    for month in range(len(p)):
        swe, water = melt_snow(swe, p[month], t[month], days[month], truth.degree_day)
        demand = pet[month] + truth.capacity
        retained = curve(water, demand - soil, truth.w1)
        available = soil + retained
        kept = curve(available, demand, truth.w2)
        after = np.clip(kept - curve(available, pet[month], truth.w2), 0.0, truth.capacity)
        baseflow = truth.outflow * groundwater
        groundwater = groundwater - baseflow + (available - kept)
        soil = after
        now = (kept - after, water - retained + baseflow, swe, soil, groundwater)
        for whole, value in zip(series, now, strict=True):
            whole[month] = value
    return MonthlyWater(*series)


def curve(supply: Array, demand: Array, w: Array) -> Array:
    """Fu's curve (mm): follows the smaller of supply and demand, and never exceeds either."""
    both = supply + demand - (supply**w + demand**w) ** (1.0 / w)
    return np.asarray(np.clip(both, 0.0, np.minimum(supply, demand)))


def melt_snow(
    swe: Array, p: Array, t: Array, days: float, degree_day: Array
) -> tuple[Array, Array]:
    """Snow at the end of a month and the water that reaches the ground (mm).

    # ASSUME half of a month's rain falls as snow at 0 degC, all below -3 and none above 3 degC.
    # ASSUME melt starts at a monthly mean of -1 degC; what lies above FIRN flows off as ice.
    """
    snowfall = p * np.clip((3.0 - t) / 6.0, 0.0, 1.0)
    pack = swe + snowfall
    left = np.maximum(pack - degree_day * days * np.maximum(t + 1.0, 0.0), 0.0)
    left = np.minimum(left, FIRN)
    return left, p - snowfall + pack - left


def grow_leaves(t: Array, wetness: Array, full: Array) -> Array:
    """Leaf area (m2/m2, [month, cell]): what the last two months' warmth and soil water allowed.

    `wetness` is soil water over capacity (-), `full` the leaf area of the best month, [cell].
    # ASSUME a sixth of the leaves stays in any month.
    """
    growth = expit((t - 5.0) / 2.5) * np.sqrt(wetness)
    before = np.concatenate([growth[:1], growth[:1], growth])
    return np.asarray(full * (1.0 + 2.5 * (before[1:-1] + before[:-2])) / 6.0)
