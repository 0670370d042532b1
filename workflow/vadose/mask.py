"""When a calibrated capacity becomes a label, and the reason why it does not.

Reason codes are kept in the products and drawn in the legends of the maps.
"""

from enum import IntEnum

import numpy as np

from vadose.metrics import FEWEST_STEPS


class Reason(IntEnum):
    """Why a unit carries no label; the first that applies, in this order."""

    PASSED = 0
    NO_RUNOFF = 1
    FORCING_INCOMPLETE = 2
    RECORD_TOO_SHORT = 3
    RUNOFF_CONSTANT = 4
    RUNOFF_RATIO = 5
    KGE_TOO_LOW = 6
    CAPACITY_AT_BOUND = 7
    NOT_CONVERGED = 8
    NO_MODEL_PASSED = 9


TEXT = {
    Reason.PASSED: "passed",
    Reason.NO_RUNOFF: "no runoff data",
    Reason.FORCING_INCOMPLETE: "forcing incomplete",
    Reason.RECORD_TOO_SHORT: "record too short",
    Reason.RUNOFF_CONSTANT: "runoff constant",
    Reason.RUNOFF_RATIO: "runoff ratio above 1",
    Reason.KGE_TOO_LOW: "KGE too low",
    Reason.CAPACITY_AT_BOUND: "capacity at its bound",
    Reason.NOT_CONVERGED: "search not converged",
    Reason.NO_MODEL_PASSED: "models fail for different reasons",
}
BLOCKING = (
    Reason.NO_RUNOFF,
    Reason.FORCING_INCOMPLETE,
    Reason.RECORD_TOO_SHORT,
    Reason.RUNOFF_CONSTANT,
)


def data_reason(
    p: np.ndarray,
    pet: np.ndarray,
    t: np.ndarray,
    q: np.ndarray,
    calibration: np.ndarray,
    least_months: int,
) -> np.ndarray:
    """Give the reason code [unit] that the data alone decide.

    p, pet, q in mm/month, t in degC, all [unit, month]; `calibration` marks the months that
    calibrate. Units with a code in BLOCKING cannot be calibrated; a runoff ratio above 1 can,
    but is never a label.
    """
    has_q = np.isfinite(q)
    fitted = has_q & calibration
    whole = (np.isfinite(p) & np.isfinite(pet) & np.isfinite(t)).all(-1)
    few = (has_q.sum(-1) < least_months) | (fitted.sum(-1) < FEWEST_STEPS)
    observed = np.where(fitted, q, 0)
    highest = observed.max(-1)
    # ASSUME a record whose months all equal each other (to a millionth) tells no dynamics.
    constant = highest - np.where(fitted, q, np.inf).min(-1) <= 1e-6 * np.maximum(highest, 1e-6)
    ratio = np.where(has_q, q, 0).sum(-1) > np.where(has_q, p, 0).sum(-1)
    return np.select(
        [~has_q.any(-1), ~whole, few, constant, ratio],
        [
            Reason.NO_RUNOFF,
            Reason.FORCING_INCOMPLETE,
            Reason.RECORD_TOO_SHORT,
            Reason.RUNOFF_CONSTANT,
            Reason.RUNOFF_RATIO,
        ],
        Reason.PASSED,
    ).astype(np.int8)


def count_reasons(reason: np.ndarray) -> str:
    """Say how many units carry each reason code, the most frequent first."""
    codes, counts = np.unique(reason, return_counts=True)
    order = np.argsort(-counts)
    return ", ".join(f"{TEXT[Reason(codes[k])]}: {counts[k]}" for k in order)


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
    ranked = np.sort(restart_score, -1)
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
    are NaN. The spread is the weighted standard deviation over the models, 0 for a single one.
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
    some = passed.any(-1)
    return np.where(some, merged, np.nan), np.where(some, spread, np.nan)
