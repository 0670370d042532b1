"""What the model's days are compared with, and how far they are off.

Conventions: time is first; simulated series are [time, member, basin], observed ones [time, basin],
NaN where missing; monthly series have months in place of days.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor

from vadose.errors import InputError
from vadose.root_zone.record import MONTHLY, Record, baseline_months, month_parts

# ASSUME a target that deviates less than this in a basin is not told apart from its error.
LEAST_DEVIATION = {"q": 0.1, "et": 3.0, "swe": 1.0, "twsa": 5.0}  # mm/day, mm/month, mm, mm


class Aim(NamedTuple):
    """How the targets are weighed against each other."""

    weights: Mapping[str, float]  # of the targets that are learnt
    loss: Literal["pooled", "basin"]
    footprint: float  # km2
    power: float
    baseline: tuple[str | None, str | None]  # first and last day whose mean storage is 0


class Goal(NamedTuple):
    """One target as a sum of weighted squared errors, which is its weight times 1 - R2."""

    observed: Tensor  # [step, basin], 0 where missing
    weight: Tensor  # [step, fold, basin], 0 where missing


def storage_weight(area: np.ndarray, footprint: float, power: float) -> np.ndarray:
    """Weigh the storage anomaly of basins by their area in km2, [basin], from 0 to 1.

    # ASSUME what GRACE sees of a basin below its footprint falls with a power of the area; a basin
    of unknown area counts wholly.
    """
    share = np.minimum(np.where(np.isfinite(area), area, footprint) / footprint, 1.0)
    return share**power


def error_weights(
    observed: np.ndarray, counts: np.ndarray, loss: str, least: float, of_basin: np.ndarray
) -> np.ndarray:
    """Weigh squared errors so that their sum is 1 - R2, [step, basin]; 0 where none counts.

    observed [step, basin], `counts` [step] a mask, `of_basin` [basin]. `basin` gives the mean over
    the basins that have observations of SSE / (SST + n least^2), `pooled` that of all values.
    """
    seen = np.isfinite(observed) & counts[:, None]
    known, n = np.where(seen, observed, 0.0), seen.sum(0)
    if loss == "pooled":
        n = np.full_like(n, n.sum())
        mean = np.full(len(n), known.sum() / max(n.max(initial=0), 1))
    else:
        mean = known.sum(0) / np.maximum(n, 1)
    squared = np.where(seen, (known - mean) ** 2, 0.0)
    spread = squared.sum() if loss == "pooled" else squared.sum(0)
    there = 1 if loss == "pooled" else max(int((n > 0).sum()), 1)
    return np.where(seen, of_basin / (np.maximum(spread + n * least**2, 1e-12) * there), 0.0)


def goals_of(record: Record, part: np.ndarray, code: int, aim: Aim) -> dict[str, Goal]:
    """Prepare the targets of one part of the days, `code` in part [fold, time].

    InputError for a target that is never observed in it.
    """
    goals = {}
    for name, weight in aim.weights.items():
        observed = getattr(record, name)
        if name in MONTHLY:
            counts = np.stack([month_parts(one, record.month_of_day) for one in part]) == code
        else:
            counts = part == code
        if not all(np.isfinite(observed[one]).any() for one in counts):
            raise InputError(
                f"{name} is observed in none of {len(record.basins)} basins in the years that a "
                "fold learns from or validates: leave it out of root_zone.experiments, or name "
                "another source"
            )
        of_basin = weight * np.ones(len(record.basins))
        if name == "twsa":
            of_basin *= storage_weight(record.area, aim.footprint, aim.power)
        least = LEAST_DEVIATION[name]
        by = [error_weights(observed, one, aim.loss, least, of_basin) for one in counts]
        known = np.where(np.isfinite(observed), observed, 0.0)
        tensors = (torch.from_numpy(x.astype(np.float32)) for x in (known, np.stack(by, 1)))
        goals[name] = Goal(*tensors)
    return goals


def misfit(goal: Goal, simulated: Tensor) -> Tensor:
    """Sum the weighted squared errors of a target, [step, member, basin] to [member].

    Members stand fold by fold.
    """
    folds = goal.weight.shape[1]
    by_fold = simulated.unflatten(1, (folds, simulated.shape[1] // folds))
    error = by_fold - goal.observed[:, None, None]
    return (error * error * goal.weight[:, :, None]).sum((0, 3)).flatten()


class Calendar(NamedTuple):
    """Months of days, for sums and means that gradients pass through."""

    month: Tensor  # [time], place of the month
    length: Tensor  # [month] days
    baseline: Tensor  # [month], share of the mean that makes the anomaly of storage

    @classmethod
    def of(cls, record: Record, baseline: tuple[str | None, str | None]) -> "Calendar":
        """Read it off a record."""
        inside = baseline_months(record.months, baseline)
        month = torch.from_numpy(record.month_of_day)
        share = torch.from_numpy((inside / inside.sum()).astype(np.float32))
        return cls(month, torch.bincount(month).float(), share)

    def sums(self, daily: Tensor) -> Tensor:
        """Sum days over months, [time, ...] to [month, ...]."""
        zero = daily.new_zeros(len(self.length), *daily.shape[1:])
        return zero.index_add(0, self.month, daily)

    def anomaly(self, storage: Tensor) -> Tensor:
        """Give monthly means of storage about that of the baseline, [time, ...] to [month, ...]."""
        means = self.sums(storage) / self.length.to(storage).reshape(-1, *[1] * (storage.dim() - 1))
        return means - torch.tensordot(self.baseline.to(storage), means, ([0], [0]))
