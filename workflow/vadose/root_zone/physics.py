"""One day of the water balance of a basin: snow, active root-zone storage, fast and slow water.

Conventions: stores and fluxes are in mm and mm/day, t in degC, net radiation rn in W/m2; the stores
are snow, avai (active root-zone water), fast and slow, in this order. The day is a pure function of
numbers, compiled for a processor or a graphics card; its derivative is in vadose.root_zone.adjoint.
After Blougouras et al. (WRR, 10.1029/2025WR042803), save that water above the capacity spills.

The step takes the parameters in the form that costs least in a day, see `Theta`; vadose.root_zone.
balance makes them of those a hydrologist knows.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from vadose.compiling import Compiler, plain
from vadose.root_zone.exponentials import make_exp2, make_log2

# ASSUME the latent heat of vaporisation is 2.45 MJ/kg at all temperatures.
MM_PER_DAY = 0.0864 / 2.45  # of evaporation, per W/m2
DRIEST, WETTEST = 0.01, 0.99  # filling of the capacity that shapes infiltration
LEAST_INFILTRATION = 0.05  # share of rain and melt
FWET_ODDS = 99.0  # of f_wet = 0.99, reached where the filling is wp99


class Theta(NamedTuple):
    """A basin's parameters as the step of a day takes them."""

    train: Any  # degC, above which no snow falls
    steepness: Any  # 1/degC, 1/(train - tsnow)
    fmt: Any  # mm/(degC day)
    kf: Any  # 1/day
    percmax: Any  # mm/day
    ks: Any  # 1/day
    k: Any
    beta: Any
    efmax: Any
    sharpness: Any  # 2 log2(99)/wp99
    per_capacity: Any  # 1/mm, 1/cap
    brim: Any  # mm, above which the active root-zone storage spills: cap, or more than all water


class Stores(NamedTuple):
    """The four stores of a basin in mm, or the derivatives of a loss to them."""

    snow: Any
    avai: Any
    fast: Any
    slow: Any


class Day(NamedTuple):
    """A day's end and fluxes, and behind them what its derivative needs to know of its course."""

    snow: Any
    avai: Any
    fast: Any
    slow: Any
    runoff: Any
    et: Any
    warmth: Any  # t above 0
    colder: Any  # t below train
    snow_pool: Any
    water: Any  # rain and melt
    log_room: Any  # log2 of the room that shapes infiltration, as a share of the capacity
    power: Any  # room ^ k
    infiltration: Any  # share of the water
    filled: Any
    wet: Any  # active root-zone water before evaporation
    f_wet: Any
    f_phen: Any
    brown: Any  # (1 - lai_n)^2
    energy: Any  # mm/day
    demand: Any
    fast_pool: Any
    fast_left: Any
    slow_pool: Any


def make_day(real: type, compile_: Compiler = plain) -> Callable[..., Any]:
    """Give the function `day(p, t, rn, lai_n, theta, before)` -> Day.

    `real` is np.float32 or np.float64; a compiler makes one function of it all.
    """
    log2, exp2 = make_log2(real, compile_), make_exp2(real, compile_)
    zero, one, driest, wettest = real(0), real(1), real(DRIEST), real(WETTEST)
    least, odds, mm_per_day = real(LEAST_INFILTRATION), real(FWET_ODDS), real(MM_PER_DAY)
    most = one - least

    @compile_
    def day(p, t, rn, lai_n, theta, before):
        colder = theta.train - t
        snowfall = p * min(max(colder * theta.steepness, zero), one)
        warmth = max(t, zero)
        snow_pool = before.snow + snowfall
        melt = min(snow_pool, theta.fmt * warmth)
        water = (p - snowfall) + melt

        filling = min(max(before.avai * theta.per_capacity, driest), wettest)
        log_room = log2(one - filling)
        power = exp2(theta.k * log_room)
        infiltration = least + most * power
        entering = infiltration * water
        filled = before.avai + entering
        wet = min(filled, theta.brim)
        to_fast = (water - entering) + (filled - wet)

        # The sigmoid of k99 (r - wp99/2) is 1/(1 + 99 exp(-k99 r)), as k99 wp99/2 = ln 99.
        f_wet = one / (one + odds * exp2(-theta.sharpness * wet * theta.per_capacity))
        brown = (one - lai_n) * (one - lai_n)
        f_phen = one - theta.beta * brown
        energy = mm_per_day * max(rn, zero)
        demand = energy * theta.efmax * f_wet * f_phen
        et = min(demand, wet)

        fast_pool = before.fast + to_fast
        q_fast = theta.kf * fast_pool
        fast_left = fast_pool - q_fast
        percolation = min(theta.percmax, fast_left)
        slow_pool = before.slow + percolation
        q_slow = theta.ks * slow_pool
        return Day(
            snow_pool - melt,
            wet - et,
            fast_left - percolation,
            slow_pool - q_slow,
            q_fast + q_slow,
            et,
            warmth,
            colder,
            snow_pool,
            water,
            log_room,
            power,
            infiltration,
            filled,
            wet,
            f_wet,
            f_phen,
            brown,
            energy,
            demand,
            fast_pool,
            fast_left,
            slow_pool,
        )

    return day


def sharpness_of(wp99: Any) -> Any:
    """Give the sharpness of the step for the filling wp99 at which evaporation is 99 % free."""
    return 2 * math.log2(FWET_ODDS) / wp99
