"""What the networks and the water balance are told of basins, by statistics of training years.

Conventions: a fold has its own training years and so its own statistics; members stand fold
by fold, all seeds of one beside each other.
"""

from typing import NamedTuple

import numpy as np
import torch

from vadose.root_zone.attributes import COVERS
from vadose.root_zone.balance import Forcing
from vadose.root_zone.folds import Years
from vadose.root_zone.forcing import leaf_area, told_of
from vadose.root_zone.parameters import Basins
from vadose.root_zone.record import Record


class Scale(NamedTuple):
    """Means and standard deviations of what the networks are told, each [fold, input]."""

    mean: np.ndarray
    std: np.ndarray


class Told(NamedTuple):
    """What networks and water balance are told of the basins of a record."""

    basins: Basins  # [member, basin, ...]
    forcing: Forcing  # [time, basin], leaf area [time, member, basin]


def tell(
    record: Record, years: Years, seeds: int, scale: Scale | None = None
) -> tuple[Told, Scale]:
    """Scale what the basins are like, and lay out what drives their water, for all members.

    Leaf area rests on each fold's own training months. Without a scale it is measured over the
    basins of the record; a column that is the same in all of them becomes 0.
    """
    leaves = [
        leaf_area(record.lai, record.months, record.days, training)
        for training in years.training_months(record.days)
    ]
    told = np.stack([told_of(record, one) for one in leaves])
    if scale is None:
        spread = told.std(1)
        scale = Scale(told.mean(1), np.where(spread > 0, spread, np.inf))
    scaled = (told - scale.mean[:, None]) / scale.std[:, None]
    plants = 1 + len(COVERS)
    parts = scaled[..., plants:], scaled[..., :plants], told[..., 0]
    basins = Basins(*(_single(np.repeat(part, seeds, 0)) for part in parts))
    lai_n = np.repeat(np.stack([one.normalised for one in leaves], 1), seeds, 1)
    series = (record.p, record.t, record.rn, lai_n)
    return Told(basins, Forcing(*map(_single, series))), scale


def _single(values: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, np.float32))
