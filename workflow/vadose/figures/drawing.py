"""Draw the figures of a system that a run asks for, and write them."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from matplotlib.figure import Figure

from vadose import maps
from vadose.job import log

Drawings = Mapping[str, Callable[[], Figure]]


def draw_all(drawings: Drawings, wanted: Mapping[str, Path]) -> None:
    """Draw the figures that `wanted` names, and write each as PNG there and as PDF beside it."""
    for name, png in wanted.items():
        start = time.perf_counter()
        maps.save(drawings[name](), png, png.with_suffix(".pdf"))
        log.info("%s: %.1f s", name, time.perf_counter() - start)
