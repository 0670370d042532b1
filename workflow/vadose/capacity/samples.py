"""What methods learn storage capacity from: maps of predictors and labelled cells."""

from typing import NamedTuple

import numpy as np


class Predictors(NamedTuple):
    """Maps of the predictors, and whether they go round the Earth."""

    maps: np.ndarray  # [channel, lat, lon]
    names: list[str]
    wraps: bool


class Labels(NamedTuple):
    """Labelled cells: where they are, their capacity and how far the models lie apart."""

    rows: np.ndarray  # [cell]
    columns: np.ndarray
    capacity: np.ndarray  # mm
    spread: np.ndarray  # mm; NaN where one model alone gave the label

    def select(self, cells: np.ndarray) -> "Labels":
        """Keep the cells of a mask or index."""
        return Labels(*(values[cells] for values in self))
