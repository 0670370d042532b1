"""The splits of labelled cells by name: random, by blocks, or by continents."""

from pathlib import Path
from typing import Any

import numpy as np

from vadose.continents import continents, leave_continents_out
from vadose.splits import ALL, block_split, check_apart, check_split, random_split


def split_labelled(
    split: str,
    lat: np.ndarray,
    lon: np.ndarray,
    labelled: np.ndarray,
    step: float,
    outlines: Path | None,
    *,
    test_share: float,
    least_labels: int,
    buffer: int,
    **drawn: Any,
) -> tuple[list[str], np.ndarray]:
    """Split the cells with a label among all land cells; names of folds and parts [fold, cell].

    lat, lon [land cell] are in degrees and `labelled` is a mask; `drawn` are block,
    validation_share and seed. Continents are those of the outlines, if there are any.
    """
    at = lat[labelled], lon[labelled]
    if split == "random":
        shares = {"test_share": test_share, "validation_share": drawn["validation_share"]}
        parts = random_split(labelled.sum(), **shares, seed=drawn["seed"])
        check_split(parts, [ALL])
        return [ALL], parts
    folds, drawn = [ALL], drawn | {"buffer": buffer}
    if split == "blocks":
        parts = block_split(*at, step, test_share=test_share, **drawn)
    else:
        land = continents(lat, lon, step, outlines)
        parts, folds = leave_continents_out(land, labelled, *at, step, least_labels, drawn)
    check_split(parts, folds)
    check_apart(parts, *at, step, buffer)
    return folds, parts
