"""Draw the figures of a system that a run asks for, and write each as PNG and PDF."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from vadose.job import log

MARGIN = 0.1  # inches around a figure
FORMATS: Mapping[str, dict[str, Any]] = {
    ".pdf": {"metadata": {"CreationDate": None}},
    ".png": {"metadata": {"Software": None}, "pil_kwargs": {"compress_level": 3}},  # fast
}
Drawings = Mapping[str, Callable[[], Figure]]


def draw_all(drawings: Drawings, wanted: Mapping[str, Path]) -> None:
    """Draw the figures that `wanted` names, and write each as PNG there and as PDF beside it."""
    for name, png in wanted.items():
        start = time.perf_counter()
        save(drawings[name](), png, png.with_suffix(".pdf"))
        log.info("%s: %.1f s", name, time.perf_counter() - start)


def save(figure: Figure, *paths: Path) -> None:
    """Write a figure as PNG (300 dpi) and PDF, without dates, so that equal figures are equal.

    Its parts are laid out once, for all files.
    """
    if engine := figure.get_layout_engine():
        engine.execute(figure)
        figure.set_layout_engine(None)
    box = figure.get_tightbbox().padded(MARGIN)
    for path in paths:
        figure.savefig(path, dpi=300, bbox_inches=box, **FORMATS[path.suffix])
