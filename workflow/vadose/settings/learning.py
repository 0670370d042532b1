"""Settings that all networks share while they train, and the periods that they are judged by."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Literal

from pydantic import Field

from vadose.settings.base import Section

System = Literal["capacity", "concepts", "gap_filling", "regionalization", "root_zone"]


class Training(Section):
    """What all networks share while they train."""

    device: Literal["cpu", "cuda", "mps"] = Field(
        "cpu", description="cuda trains on a graphics card, mps on Apple's; they need one."
    )
    precision: Literal["float32", "bfloat16"] = Field(
        "float32",
        description="bfloat16 trains faster on recent graphics cards; float32 multiplies in "
        "TF32 there unless deterministic.",
    )
    deterministic: bool = Field(
        False, description="true repeats a training on a graphics card to the last bit, slower."
    )
    retrain: Literal["if_stale", "always", "never"] = Field(
        "if_stale",
        description="if_stale trains again when settings, versions of sources or code change, "
        "always when new months arrive as well, never takes the networks that are there.",
    )
    checkpoint_seconds: float = Field(
        60, gt=0, description="How much work a killed job may lose; lower it on busy clusters."
    )


class Dates(Section):
    """A period of days; an empty end does not limit it."""

    start: date | None = Field(None, description="First day.")
    end: date | None = Field(None, description="Last day.")


def check_rates(rates: Sequence[tuple[int, float]]) -> None:
    """Refuse learning rates whose epochs do not begin at 0 and go up."""
    epochs = [epoch for epoch, _ in rates]
    if epochs[0] != 0 or epochs != sorted(set(epochs)):
        raise ValueError(
            f"rates change at epochs {epochs}, expected 0 and later ones in order, such as "
            "[[0, 0.01], [30, 0.003]]"
        )


def check_window(window: int, counted_days: int) -> None:
    """Refuse windows of which more days count than there are."""
    if counted_days > window:
        raise ValueError(
            f"counted_days {counted_days} are more than a window of {window}: lower counted_days "
            "or lengthen the window"
        )


def check_order(spans: Sequence[Dates], names: str) -> None:
    """Refuse periods that do not follow one another without overlap."""
    for earlier, later in pairwise(spans):
        if earlier.end is None or later.start is None or earlier.end >= later.start:
            raise ValueError(
                f"{names} must follow one another without overlap: give the end of the earlier and "
                "the start of the later"
            )
