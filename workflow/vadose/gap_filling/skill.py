"""What a reconstruction of water storage is worth in months that no method learnt from.

Conventions: fields are [time, ...] in mm, NaN where there is no value. R is Pearson's correlation,
NSE the Nash-Sutcliffe efficiency. Scores "without trend and season" are of storage less the line
and the calendar means of the training months, the very forecast of the climatology: what is left is
what a climatology cannot know.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from vadose import seasons
from vadose.errors import InputError
from vadose.evaluation import long_table
from vadose.gap_filling.maps import Part
from vadose.gap_filling.rivers import LEAST_SHARE
from vadose.metrics import explaining, kge, nse
from vadose.trends import Line
from vadose.uncertainty import average, coverage, crps, log_density, median, widened
from vadose.weights import Weights, aggregate

SYSTEM, VARIABLE = "gap_filling", "twsa"
LAND = "land"  # the unit of scores over all land
RECALIBRATED = "recalibrated"


def usual(target: xr.Dataset) -> np.ndarray:
    """Give the line and calendar means of the training months in all months, [time, lat, lon]."""
    twsa, month = target["twsa"].values, target["time"].dt.month.values
    line = Line(target["intercept"].values, target["trend"].values).over(len(month))
    training = target["part"].values == Part.TRAINING
    return line + seasons.usual(twsa - line, month, training, axis=0)


def point_scores(predicted: np.ndarray, observed: np.ndarray) -> dict[str, np.ndarray]:
    """Score series [time, ...] as r, nse, rmse [...]; months with NaN do not count.

    A prediction that never changes explains nothing: its r is 0.
    """
    p, o = np.moveaxis(predicted, 0, -1), np.moveaxis(observed, 0, -1)
    efficiency = nse(p, o)
    r = explaining(kge(p, o), efficiency)
    with np.errstate(invalid="ignore"):
        squared = np.where(np.isfinite(p + o), (p - o) ** 2, 0).sum(-1)
        rmse = np.sqrt(squared / np.isfinite(p + o).sum(-1))
    known = np.isfinite(efficiency)
    return {"r": r, "nse": efficiency, "rmse": np.where(known, rmse, np.nan)}


def agreement(one: np.ndarray, other: np.ndarray) -> dict[str, np.ndarray]:
    """Compare two reconstructions [time, ...] of a few months, 3 or more: r and rmse [...]."""
    both = np.isfinite(one) & np.isfinite(other)
    n = np.where(both.sum(0) >= 3, both.sum(0), np.nan)
    a, b = (np.where(both, x, 0.0) for x in (one, other))
    rmse = np.sqrt(((a - b) ** 2).sum(0) / n)
    a, b = (np.where(both, x - x.sum(0) / n, 0.0) for x in (a, b))
    with np.errstate(invalid="ignore", divide="ignore"):
        return {"r": (a * b).sum(0) / np.sqrt((a**2).sum(0) * (b**2).sum(0)), "rmse": rmse}


def in_common(
    storage: xr.Dataset, other: xr.DataArray, path: Path
) -> tuple[np.ndarray, np.ndarray]:
    """Give a record and another in the months of the gap that both have, [time, lat, lon].

    InputError, which names the other's `path`, where there is none.
    """
    gap = storage["time"].values[storage["in_gap"].values == 1]
    months = np.intersect1d(gap, other["time"].values)
    if not months.size:
        span = other["time"].dt.strftime("%Y-%m").values
        raise InputError(
            f"{path} has no month of the gap (it has {span[0]} to {span[-1]}): check "
            "gap_filling.gaps and gap_filling.published"
        )
    return storage["twsa_mean"].sel(time=months).values, other.sel(time=months).values


def both_ways(
    predicted: np.ndarray, observed: np.ndarray, normal: np.ndarray
) -> dict[str, np.ndarray]:
    """Score series [time, ...] as they are and, as r_anomaly and nse_anomaly, without `normal`."""
    found = point_scores(predicted, observed)
    anomaly = point_scores(predicted - normal, observed - normal)
    return found | {f"{name}_anomaly": anomaly[name] for name in ("r", "nse")}


def spread_scores(
    reconstructed: xr.Dataset, observed: np.ndarray, area: np.ndarray, factor: float | None = None
) -> dict[str, float]:
    """Score the uncertainty of months [time, lat, lon] by area: nlpd, crps, coverage_50, _80, _90.

    With a factor the spread is widened by it first. NLPD and CRPS are then those of Gaussians.
    """
    mean, quantiles = reconstructed["mean"].values, reconstructed["quantiles"].values
    if factor is None:
        density, score = reconstructed["log_density"].values, reconstructed["crps"].values
    else:
        std = factor * reconstructed["std"].values
        density, score = log_density(mean, std, observed), crps(mean, std, observed)
        quantiles = widened(quantiles, mean, factor)
    found = {"nlpd": -average(density, area), "crps": average(score, area)}
    shares = coverage(reconstructed["level"].values, quantiles, observed, area)
    return found | {f"coverage_{100 * interval:.0f}": share for interval, share in shares.items()}


def over_land(scores: Mapping[str, np.ndarray], area: np.ndarray) -> dict[str, float]:
    """Give medians of scores [lat, lon] over land by area."""
    return {name: median(values, area) for name, values in scores.items()}


def over_rivers(fields: Mapping[str, np.ndarray], rivers: Weights) -> dict[str, np.ndarray]:
    """Average fields [time, lat, lon] over river basins, as [time, basin]."""
    return {name: aggregate(rivers, field, LEAST_SHARE)[0] for name, field in fields.items()}


def rows(
    scores: Mapping[str, np.ndarray | float], units: np.ndarray, experiment: str
) -> pd.DataFrame:
    """Lay out scores of units, or of one unit, as rows of the long table; NaN is left out."""
    values = {name: np.atleast_1d(np.asarray(v, float)) for name, v in scores.items()}
    table = long_table(
        values,
        units,
        system=SYSTEM,
        experiment=experiment,
        variable=VARIABLE,
        split="time",
        period="test",
    )
    return table[table["value"].notna()]


def summary(table: pd.DataFrame, rivers: np.ndarray) -> pd.DataFrame:
    """Give one row a method and spread: scores over land, and medians over the river basins."""
    land = table[table["unit_id"] == LAND]
    wide = land.pivot_table(index="experiment", columns="metric", values="value", sort=False)
    of_rivers = table[table["unit_id"].isin(rivers)]
    medians = of_rivers.pivot_table(
        index="experiment", columns="metric", values="value", aggfunc="median", sort=False
    )
    return wide.join(medians.add_suffix("_rivers"))
