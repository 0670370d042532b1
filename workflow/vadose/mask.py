"""When a calibrated capacity becomes a label, and how models are merged into one."""

import numpy as np

from vadose.reasons import Reason


def calibration_reason(
    kge_calibration: np.ndarray,
    kge_verification: np.ndarray,
    capacity: np.ndarray,
    bounds: tuple[float, float],
    restart_score: np.ndarray,
    *,
    kge_on: str,
    kge_above: float,
    bound_share: float,
    restart_spread: float,
) -> np.ndarray:
    """Give the reason code [unit] that a calibration decides.

    Scores and capacity (mm) are [unit], `restart_score` [unit, restart]. A search has converged
    when the third-best restart comes close to the best; using up its evaluations is no failure.
    """
    # A comparison with NaN is False, so an undefined score fails.
    good = kge_calibration > kge_above
    if kge_on == "both":
        good &= kge_verification > kge_above
    margin = bound_share * (bounds[1] - bounds[0])
    inside = (capacity >= bounds[0] + margin) & (capacity <= bounds[1] - margin)
    ranked = np.sort(np.where(np.isfinite(restart_score), restart_score, -np.inf), -1)
    with np.errstate(invalid="ignore"):  # fewer than three searches that ended with a score
        converged = ranked[:, -1] - ranked[:, -3] <= restart_spread
    return np.select(
        [~good, ~inside, ~converged],
        [Reason.KGE_TOO_LOW, Reason.CAPACITY_AT_BOUND, Reason.NOT_CONVERGED],
        Reason.PASSED,
    ).astype(np.int8)


def merged_reason(reasons: np.ndarray) -> np.ndarray:
    """Give one reason code [unit] for several models [unit, model]: passed where any passed.

    Where none passed, the reason is the models' common one, or NO_MODEL_PASSED.
    """
    passed = (reasons == Reason.PASSED).any(-1)
    agree = (reasons == reasons[:, :1]).all(-1)
    return np.select(
        [passed, agree], [Reason.PASSED, reasons[:, 0]], Reason.NO_MODEL_PASSED
    ).astype(np.int8)


def merge_capacity(
    capacity: np.ndarray, kge: np.ndarray, passed: np.ndarray, how: str
) -> tuple[np.ndarray, np.ndarray]:
    """Merge the capacities (mm) of the models that passed into one, with their spread.

    All inputs [unit, model]. `how` is best_kge, mean or kge_weighted; units where no model passed
    are NaN. The spread is the weighted standard deviation over the models, NaN for a single one,
    which tells nothing of it.
    """
    best = np.where(passed, kge, -np.inf).argmax(-1)
    weight = {
        "mean": passed.astype(float),
        "kge_weighted": np.where(passed, np.maximum(kge, 0), 0),
        "best_kge": passed & (np.arange(kge.shape[-1]) == best[:, None]),
    }[how]
    total = weight.sum(-1)
    spread_weight = passed if how == "best_kge" else weight
    values = np.where(passed, capacity, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        merged = (weight * values).sum(-1) / total
        centre = (spread_weight * values).sum(-1) / spread_weight.sum(-1)
        variance = (spread_weight * (values - centre[:, None]) ** 2).sum(-1)
        spread = np.sqrt(variance / spread_weight.sum(-1))
    low, high = np.where(passed, capacity, np.inf).min(-1), np.where(passed, capacity, 0).max(-1)
    some, several = passed.any(-1), passed.sum(-1) > 1
    # Weights round: a mean of equal capacities may not exceed them.
    merged = np.clip(merged, low, high, where=some, out=merged)
    return np.where(some, merged, np.nan), np.where(several, spread, np.nan)
