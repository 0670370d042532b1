"""Scores of predictions in the cells that each fold tested, fold by fold."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr

from vadose.evaluation import SPLITS, long_table
from vadose.map_scores import scores
from vadose.splits import ALL

SHOWN = {"r2": "R2", "spearman": "Spearman", "rmse": "RMSE (mm)"}
HEAD = ["split", "fold", "method", "weighting"]


def score_folds(
    predicted: Mapping[str, np.ndarray],
    observed: np.ndarray,
    tested: Mapping[str, np.ndarray],
    area: np.ndarray,
) -> pd.DataFrame:
    """Score every method, each [cell] in mm, in the cells that each fold tested (masks [cell]).

    By cell and weighted by area. Where there are several folds, such as continents, a row of
    medians over them follows with the number of all cells: scores of all folds together would
    count the differences between continents as skill.
    """
    rows = [
        {"method": method, "fold": fold, "weighting": weighting}
        | scores(values[cells], observed[cells], weight)
        for method, values in predicted.items()
        for fold, cells in tested.items()
        for weighting, weight in (("cells", None), ("area", area[cells]))
    ]
    table = pd.DataFrame(rows)
    if len(tested) == 1:
        return table.assign(fold=ALL)
    groups = table.drop(columns="fold").groupby(["method", "weighting"], sort=False)
    medians = groups.median().assign(n=groups["n"].sum()).reset_index().assign(fold=ALL)
    return pd.concat([table, medians[table.columns]], ignore_index=True)


def share_within(
    predicted: np.ndarray, spread: np.ndarray, observed: np.ndarray, spreads: float = 2.0
) -> float:
    """Give the share of cells whose label lies within so many spreads of the prediction."""
    known = np.isfinite(predicted) & np.isfinite(spread) & np.isfinite(observed)
    near = np.abs(predicted - observed) <= spreads * spread
    return float(near[known].mean()) if known.any() else np.nan


def cells_by_sight(units: np.ndarray, split: pd.DataFrame) -> dict[str, np.ndarray]:
    """Tell apart cells by what the networks of a split saw of them: masks [unit] by name."""
    trained = np.isin(units, split.loc[split["part"].isin(["train", "validation"]), "unit"])
    labelled = np.isin(units, split["unit"])
    return {
        "all": np.ones(len(units), bool),
        "trained on": trained,
        "labelled, not trained on": labelled & ~trained,
        "without label": ~labelled,
    }


def medians_of_kge(kge: dict[str, np.ndarray]) -> dict[str, float]:
    """Give medians of KGE [unit] with a free capacity and with the map's, and of the change."""
    change = kge["capacity of the map"] - kge["free"]
    if not len(change):
        return {"n": 0}
    return (
        {"n": len(change)}
        | {name: float(np.median(values)) for name, values in kge.items()}
        | {"median change": float(np.median(change))}
        | {"share within 0.05": float(np.mean(np.abs(change) <= 0.05))}
    )


def as_long(row: dict) -> pd.DataFrame:
    """Lay out the scores of one method in one fold as rows of the long table."""
    return long_table(
        {name: np.array([value]) for name, value in row.items() if name not in HEAD},
        np.array([row["fold"]]),
        system="capacity",
        experiment=f"{row['method']}, {row['split']}",
        variable="capacity",
        split="test",
        period=f"by {row['weighting']}",
    )


def layout(scores: pd.DataFrame, splits: Sequence[str]) -> pd.DataFrame:
    """Lay out the main scores by cell: a row a method, a column a split and score."""
    headline = scores[(scores["weighting"] == "cells") & (scores["fold"] == ALL)]
    wide = headline.pivot_table(index="method", columns="split", values=list(SHOWN), sort=False)
    order = [(split, score) for split in splits for score in SHOWN]
    return wide.swaplevel(axis=1)[order].rename(columns=SHOWN)


def compare_calibrations(
    free: xr.Dataset, given: xr.Dataset, split: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compare KGE of a model with a free capacity and with the map's, in the same cells.

    Both are calibrations; gives the long table of all scores, and medians by months and by what
    the networks of the split saw. Cells that have both scores count in the medians.
    """
    units, model = free["unit"].values.astype(str), free.attrs["model"]
    groups, rows, medians = cells_by_sight(units, split), [], []
    for period in SPLITS:
        pair = {"free": free, "capacity of the map": given.sel(unit=units)}
        kge = {name: data[f"kge_{period}"].values for name, data in pair.items()}
        both = np.isfinite(list(kge.values())).all(0)
        for group, cells in groups.items():
            part = {name: values[both & cells] for name, values in kge.items()}
            about = {"model": model, "months": period, "cells": group}
            medians.append(about | medians_of_kge(part))
        rows += [
            long_table(
                {"kge": values},
                units,
                system="water_balance",
                experiment=f"{model}, {name}",
                variable="q",
                split=period,
                period="monthly",
            )
            for name, values in kge.items()
        ]
    return pd.concat(rows, ignore_index=True), pd.DataFrame(medians)
