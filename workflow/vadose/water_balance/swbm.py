"""SWBM, a simple one-store water balance model with linear evaporation and two linear outflows.

Stores in mm, fluxes in mm/month. Equations as used by Xie et al. for global storage capacity; the
published code lets evaporation exceed the water there is and creates water by a floor on the
store, so here evaporation is limited to demand and water, and a full store spills.
"""

from vadose.water_balance.arithmetic import Arithmetic
from vadose.water_balance.bounds import Bounds

PARAMETERS = {
    "sc": Bounds(1, 1000, "mm", log=True),
    "ks": Bounds(0.1, 1, "1"),
    "kg": Bounds(0.1, 1, "1/month"),
}
CAPACITY = "sc"
PAPER = "Xie et al."


def make_start(math: Arithmetic):
    """Give the function that sets soil and groundwater before the first month."""
    soil, nothing = math.real(50), math.real(0)

    def start(theta):
        return min(soil, theta[0]), nothing

    return start


def make_step(math: Arithmetic):
    """Give the function that carries the soil store over one month."""
    zero, one = math.real(0), math.real(1)

    def step(p, pet, theta, soil, ground):
        sc, ks, kg = theta[0], theta[1], theta[2]
        runoff = ks * (soil / sc) * p + kg * soil
        left = max(soil + p - runoff, zero)
        et = min(pet * min((soil + p) / sc, one), left)
        soil_next = min(left - et, sc)
        q = p + soil - et - soil_next
        return soil_next, ground, q, et

    return step
