"""TVGM, the time-variant gain model: runoff gain grows with wetness by a power law (Xia et al.).

Stores in mm, fluxes in mm/month. Equations as used by Xie et al. for global storage capacity, with
evaporation limited to demand and water and with a full store spilling, so that water is conserved.
"""

from vadose.water_balance.arithmetic import Arithmetic
from vadose.water_balance.bounds import Bounds

PARAMETERS = {
    "sc": Bounds(1, 1000, "mm", log=True),
    "g1": Bounds(0.02, 0.4, "1"),
    "g2": Bounds(0.1, 5, "1"),
    "kr": Bounds(0.005, 0.1, "1/month"),
    "gamma": Bounds(0.1, 1, "1"),
}
CAPACITY = "sc"
PAPER = "Xia et al. 1997; Xie et al."


def make_start(math: Arithmetic):
    """Give the function that sets soil and groundwater before the first month."""
    soil, nothing = math.real(50), math.real(0)

    def start(theta):
        return min(soil, theta[0]), nothing

    return start


def make_step(math: Arithmetic):
    """Give the function that carries the soil store over one month."""
    power, zero, half, one = math.power_unit, math.real(0), math.real(0.5), math.real(1)

    def step(p, pet, theta, soil, ground):
        sc, g1, g2, kr, gamma = theta[0], theta[1], theta[2], theta[3], theta[4]
        wet = soil + p
        runoff = g1 * power(soil / sc, g2) * p + kr * half * (soil + wet)
        left = max(wet - runoff, zero)
        et = min(pet * power(min(wet / sc, one), gamma), left)
        soil_next = min(left - et, sc)
        q = wet - et - soil_next
        return soil_next, ground, q, et

    return step
