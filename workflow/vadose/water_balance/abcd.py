"""The abcd model of Thomas (1981): available water shared between soil, groundwater and runoff.

Stores in mm, fluxes in mm/month. Thomas, H. A. (1981), Improved methods for national water
assessment; the storage scale b stands for the capacity.
"""

from vadose.water_balance.arithmetic import Arithmetic
from vadose.water_balance.bounds import Bounds

PARAMETERS = {
    "a": Bounds(0.5, 1, "1"),
    "b": Bounds(1, 1000, "mm", log=True),
    "c": Bounds(0, 1, "1"),
    "d": Bounds(1e-4, 1, "1/month", log=True),
}
CAPACITY = "b"
PAPER = "Thomas 1981"


def make_start(math: Arithmetic):
    """Give the function that sets soil and groundwater before the first month."""
    share, groundwater = math.real(0.1), math.real(0.001)

    def start(theta):
        # ASSUME abcd starts like DWBM: a tenth of the storage scale and no groundwater.
        return share * theta[1], groundwater

    return start


def make_step(math: Arithmetic):
    """Give the function that carries soil and groundwater over one month."""
    exp_negative, square_root = math.exp_negative, math.square_root
    zero, one, two = math.real(0), math.real(1), math.real(2)

    def step(p, pet, theta, soil, ground):
        a, b, c, d = theta[0], theta[1], theta[2], theta[3]
        available = p + soil
        # The root of Thomas' quadratic, written so that it does not cancel.
        half_sum = (available + b) / (two * a)
        product = available * b / a
        root = square_root(max(half_sum * half_sum - product, zero))
        opportunity = min(min(product / (half_sum + root), available), b)
        soil_next = opportunity * exp_negative(pet / b)
        et = opportunity - soil_next
        excess = available - opportunity
        ground_next = (ground + c * excess) / (one + d)
        q = (one - c) * excess + d * ground_next
        return soil_next, ground_next, q, et

    return step
