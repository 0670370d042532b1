"""DWBM, the dynamic water balance model of Zhang et al. (2008): Fu's curve used four times a month.

Stores in mm, fluxes in mm/month. Zhang, L., Potter, N., Hickel, K., Zhang, Y. and Shao, Q. (2008),
Journal of Hydrology 360, 117-131.
"""

from vadose.water_balance.arithmetic import Arithmetic
from vadose.water_balance.bounds import Bounds

PARAMETERS = {
    "sc": Bounds(1, 1000, "mm", log=True),
    "w1": Bounds(1, 5, "1"),
    "w2": Bounds(1, 5, "1"),
    "kg": Bounds(0.01, 1, "1/month", log=True),
}
CAPACITY = "sc"
PAPER = "Zhang et al. 2008"


def make_start(math: Arithmetic):
    """Give the function that sets soil and groundwater before the first month."""
    share, groundwater = math.real(0.1), math.real(0.001)

    def start(theta):
        return share * theta[0], groundwater

    return start


def make_step(math: Arithmetic):
    """Give the function that carries soil and groundwater over one month."""
    fu, zero, one = math.fu, math.real(0), math.real(1)

    def step(p, pet, theta, soil, ground):
        sc, w1, w2, kg = theta[0], theta[1], theta[2], theta[3]
        retained = fu(p, pet + sc - soil, w1)
        available = retained + soil
        opportunity = fu(available, pet + sc, w2)
        soil_next = min(max(opportunity - fu(available, pet, w2), zero), sc)
        et = opportunity - soil_next
        recharge = available - opportunity
        q = (p - retained) + kg * ground
        return soil_next, (one - kg) * ground + recharge, q, et

    return step
