"""The range of a parameter, as data."""

from typing import NamedTuple


class Bounds(NamedTuple):
    """Lowest and highest value of a parameter, with its unit.

    A parameter that spans orders of magnitude is searched on a logarithmic scale: on a linear one
    a narrow optimum near the lower bound is rarely found.
    """

    low: float
    high: float
    unit: str
    log: bool = False
