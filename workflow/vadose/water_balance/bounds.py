"""The range of a parameter, as data."""

from typing import NamedTuple


class Bounds(NamedTuple):
    """Lowest and highest value of a parameter, with its unit."""

    low: float
    high: float
    unit: str
