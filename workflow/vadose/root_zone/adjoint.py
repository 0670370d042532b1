"""The derivative of one day of the water balance, from its end back to its beginning.

Written by hand after vadose.root_zone.physics, line by line from the last to the first. Where a
minimum or maximum is met the derivative is that of the side taken.
"""

import math
from collections.abc import Callable
from typing import Any

from vadose.compiling import Compiler, plain
from vadose.root_zone.physics import DRIEST, LEAST_INFILTRATION, WETTEST, Stores, Theta, make_day


def make_day_back(real: type, compile_: Compiler = plain) -> Callable[..., Any]:
    """Give `day_back(p, t, rn, lai_n, theta, before, after, of_et, of_runoff)`.

    `before` are the Stores before the day; `after`, `of_et` and `of_runoff` the derivatives of the
    loss to the stores at its end and to its fluxes. It gives the derivatives to the stores before
    the day (Stores) and to theta (Theta), and the day's runoff once more.
    """
    day = make_day(real, compile_)
    zero, one = real(0), real(1)
    driest, wettest, most = real(DRIEST), real(WETTEST), real(1 - LEAST_INFILTRATION)
    ln2 = real(math.log(2))

    @compile_
    def day_back(p, t, rn, lai_n, theta, before, after, of_et, of_runoff):
        d = day(p, t, rn, lai_n, theta, before)

        of_slow_pool = after.slow + theta.ks * (of_runoff - after.slow)
        all_percolates = d.fast_left < theta.percmax
        of_left = of_slow_pool if all_percolates else after.fast
        of_percmax = zero if all_percolates else of_slow_pool - after.fast
        of_fast_pool = of_left + theta.kf * (of_runoff - of_left)

        free = d.demand < d.wet
        of_demand = of_et - after.avai if free else zero
        of_potential = of_demand * d.energy
        of_argument = of_potential * theta.efmax * d.f_phen * ln2 * d.f_wet * (one - d.f_wet)
        of_wet = (after.avai if free else of_et) + of_argument * (
            theta.sharpness * theta.per_capacity
        )

        spills = d.filled > theta.brim
        of_filled = of_fast_pool if spills else of_wet
        of_entering = of_filled - of_fast_pool
        of_water = of_fast_pool + d.infiltration * of_entering
        of_power = most * of_entering * d.water * d.power
        filling = before.avai * theta.per_capacity
        moves = (filling > driest) & (filling < wettest)
        of_filling = -of_power * theta.k / (one - filling) if moves else zero

        melts_out = d.snow_pool <= theta.fmt * d.warmth
        of_pool = of_water if melts_out else after.snow
        of_fmt = zero if melts_out else (of_water - after.snow) * d.warmth
        share = d.colder * theta.steepness
        of_share = (of_pool - of_water) * p if (share > zero) & (share < one) else zero

        of_before = Stores(
            of_pool, of_filled + of_filling * theta.per_capacity, of_fast_pool, of_slow_pool
        )
        of_theta = Theta(
            of_share * theta.steepness,
            of_share * d.colder,
            of_fmt,
            d.fast_pool * (of_runoff - of_left),
            of_percmax,
            d.slow_pool * (of_runoff - after.slow),
            of_power * d.log_room * ln2,
            -of_potential * theta.efmax * d.f_wet * d.brown,
            of_potential * d.f_wet * d.f_phen,
            of_argument * d.wet * theta.per_capacity,
            of_argument * d.wet * theta.sharpness + of_filling * before.avai,
            of_wet - of_fast_pool if spills else zero,
        )
        return of_before, of_theta, d.runoff

    return day_back
