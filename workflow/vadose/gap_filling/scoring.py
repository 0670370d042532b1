"""Score reconstructions of water storage in the test months: cells, river basins and all land.

Conventions: fields are [time, lat, lon] in mm over the test months, NaN where there is no value.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from vadose.cells import cell_name
from vadose.gap_filling import skill
from vadose.gap_filling.files import PLACE
from vadose.gap_filling.maps import Part
from vadose.uncertainty import share_below, widened
from vadose.weights import Weights

UNCERTAIN = ("as said", skill.RECALIBRATED)


class Judged(NamedTuple):
    """What was observed in the test months, and where."""

    months: np.ndarray  # of all months, a mask
    observed: np.ndarray
    normal: np.ndarray  # line and calendar means of the training months
    area: np.ndarray  # [lat, lon], 0 at sea
    cells: np.ndarray  # [cell, (row, column)] of the land
    names: np.ndarray  # [cell]
    rivers: Weights


class Scored(NamedTuple):
    """Scores of one reconstruction: maps, rows of the long table, honesty of its quantiles."""

    maps: xr.Dataset
    rows: pd.DataFrame
    reliability: pd.DataFrame


def judged_by(target: xr.Dataset, rivers: Weights) -> Judged:
    """Take the test months of the observed record."""
    months, area = target["part"].values == Part.TEST, target["area"].values
    observed = np.where(area > 0, target["twsa"].values, np.nan)[months]
    cells = np.argwhere(area > 0)
    lat, lon = target["lat"].values, target["lon"].values
    names = np.array([cell_name(lat[i], lon[j]) for i, j in cells])
    return Judged(months, observed, skill.usual(target)[months], area, cells, names, rivers)


def score(reconstructed: xr.Dataset, test: Judged, method: str) -> Scored:
    """Score a reconstruction of all months by cell, by river basin and over all land."""
    found = reconstructed.isel(time=test.months)
    mean = found["mean"].values
    scores = skill.both_ways(mean, test.observed, test.normal)
    of_cells = {name: values[tuple(test.cells.T)] for name, values in scores.items()}
    fields = {"p": mean, "o": test.observed, "n": test.normal}
    of_rivers = skill.both_ways(*skill.over_rivers(fields, test.rivers).values())
    land, reliability = _over_land(found, scores, test, method)
    rows = [
        skill.rows(of_cells, test.names, method),
        skill.rows(of_rivers, test.rivers.ids, method),
        land,
    ]
    maps = xr.Dataset({name: (PLACE, values) for name, values in scores.items()})
    return Scored(maps, pd.concat(rows, ignore_index=True), reliability)


def _over_land(
    found: xr.Dataset, scores: dict[str, np.ndarray], test: Judged, method: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Score the uncertainty as it is said and recalibrated, and the shares below each quantile."""
    mean, factor = found["mean"].values, float(found["recalibration"])
    levels, quantiles = found["level"].values, found["quantiles"].values
    rows, reliability = [], []
    for said, widen in zip(UNCERTAIN, (None, factor), strict=True):
        land = skill.over_land(scores, test.area) if widen is None else {"factor": factor}
        land |= skill.spread_scores(found, test.observed, test.area, widen)
        experiment = method if widen is None else f"{method}, {said}"
        rows.append(skill.rows(land, np.array([skill.LAND]), experiment))
        shares = share_below(widened(quantiles, mean, widen or 1.0), test.observed, test.area)
        about = {"method": method, "spread": said, "level": levels, "share": shares}
        reliability.append(pd.DataFrame(about))
    return pd.concat(rows), pd.concat(reliability)
