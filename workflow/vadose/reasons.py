"""Why a unit carries no label: the codes, and those that its data alone decide.

Reason codes are kept in the products and drawn in the legends of the maps.
"""

from enum import IntEnum

import numpy as np

from vadose.errors import InputError
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


def require_some(reason: np.ndarray) -> None:
    """Raise InputError with the reasons [unit] where not one unit can be calibrated."""
    if np.isin(reason, BLOCKING).all():
        raise InputError(f"no unit can be calibrated ({count_reasons(reason)}): check the forcing")
