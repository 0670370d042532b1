"""The hidden daily water balance of the miniature planet: what really happens to the rain.

One bucket per process, in this order each day: snow, overflow of the soil's point capacities,
evaporation, drainage, a fast and a slow reservoir. It is built unlike the models that the
workflow calibrates or trains, so that finding its truth is not circular. Arrays [day, basin], mm.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Water(NamedTuple):
    """Fluxes (mm/d) and stores at the end of the day (mm), each [day, basin]."""

    rain: Array
    snowfall: Array
    melt: Array
    overflow: Array
    et: Array
    drainage: Array
    q: Array
    swe: Array
    soil: Array
    fast: Array
    slow: Array

    @property
    def store(self) -> Array:
        """All water in the basin at the end of the day (mm)."""
        return self.swe + self.soil + self.fast + self.slow


def run_water_balance(p: Array, t: Array, pet: Array, truth: pd.DataFrame) -> Water:
    """Run the hidden water balance of all basins through all days.

    `p`, `pet` in mm/d and `t` in degC, each [day, basin]; `truth` is the table of
    `basins.true_parameters`. p - et - q equals the change of the store on every day.
    # ASSUME no interception and no evaporation from snow.
    """
    par = {str(name): truth[name].to_numpy() for name in truth.columns}
    snowfall = p * snow_fraction(t)
    rain = p - snowfall
    potential_melt = par["degree_day"] * np.maximum(t, 0.0)
    fast_rate = 1.0 - np.exp(-1.0 / par["fast_days"])
    slow_rate = 1.0 - np.exp(-1.0 / par["slow_days"])
    out = {name: np.empty_like(p) for name in Water._fields if name not in ("rain", "snowfall")}
    swe, fast = np.zeros(p.shape[1]), np.zeros(p.shape[1])
    soil, slow = 0.5 * par["capacity"], np.full(p.shape[1], 10.0)
    for day in range(len(p)):
        melt = np.minimum(swe + snowfall[day], potential_melt[day])
        swe = swe + snowfall[day] - melt
        overflow, soil = overflow_of(soil, rain[day] + melt, par["capacity"], par["spread"])
        et = evaporation(soil, pet[day], par["capacity"], par["evaporation_shape"])
        soil = soil - et
        drained = drainage_of(soil, par["capacity"], par["drainage"])
        soil = soil - drained
        fast = fast + par["fast_share"] * overflow
        slow = slow + (1.0 - par["fast_share"]) * overflow + drained
        q_fast, q_slow = fast_rate * fast, slow_rate * slow
        fast, slow = fast - q_fast, slow - q_slow
        today = (melt, overflow, et, drained, q_fast + q_slow, swe, soil, fast, slow)
        for series, value in zip(out.values(), today, strict=True):
            series[day] = value
    return Water(rain=rain, snowfall=snowfall, **out)


def snow_fraction(t: Array) -> Array:
    """Share of precipitation that falls as snow: all below -1 degC, none above 2 degC."""
    return np.clip((2.0 - t) / 3.0, 0.0, 1.0)


def overflow_of(soil: Array, inflow: Array, capacity: Array, spread: Array) -> tuple[Array, Array]:
    """Water that finds its point of the basin full runs off; the rest fills the soil (mm).

    Point capacities follow a Pareto-like distribution with shape `spread`; a basin overflows
    in part long before its mean capacity is reached. Returns overflow and the new soil water.
    Source: Zhao (1992), J. Hydrol. 135, 371-381 (Xinanjiang).
    """
    largest = capacity * (1.0 + spread)
    empty = np.maximum(1.0 - soil / capacity, 0.0)
    level = largest * (1.0 - empty ** (1.0 / (1.0 + spread))) + inflow
    filled = capacity * (1.0 - np.maximum(1.0 - level / largest, 0.0) ** (1.0 + spread))
    filled = np.clip(filled, soil, soil + inflow)
    return soil + inflow - filled, filled


def evaporation(soil: Array, pet: Array, capacity: Array, shape: Array) -> Array:
    """Evaporation (mm/d) approaches the potential as the soil fills, exponentially."""
    return np.minimum(pet * (1.0 - np.exp(-shape * soil / capacity)), soil)


def drainage_of(soil: Array, capacity: Array, drainage: Array) -> Array:
    """Drainage to the groundwater (mm/d) rises with the fourth power of relative wetness."""
    return np.minimum(drainage * (soil / capacity) ** 4, soil)
