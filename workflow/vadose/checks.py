"""What must hold of any run's results: each check gives one sentence a fault, none where it holds.

The claims of tests/results call these on the files of a run.
"""

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pandas as pd
import xarray as xr

from vadose import drought
from vadose.evaluation import COLUMNS
from vadose.gap_filling.maps import Part
from vadose.gap_filling.skill import LAND
from vadose.gap_filling.storage import FILLED, NO_DATA
from vadose.reasons import Reason
from vadose.regionalization.skill import ENSEMBLE, labelled
from vadose.splits import Part as SplitPart

ROUNDING = 1e-4  # relative, of numbers that were stored in single precision or printed
# What scores cannot exceed, and what they cannot fall below.
AT_MOST_ONE = {"kge", "kge_prime", "kge_r", "nse", "log_nse", "nse_anomaly", "r", "r_anomaly"}
AT_MOST_ONE |= {"r2", "pearson", "spearman", "coverage_50", "coverage_80", "coverage_90"}
LEAST = dict.fromkeys(("r", "kge_r", "r_anomaly", "pearson", "spearman"), -1.0)
LEAST |= dict.fromkeys(("rmse", "mae", "crps", "n", "alpha", "kge_alpha", "factor"), 0.0)
LEAST |= dict.fromkeys(("coverage_50", "coverage_80", "coverage_90", "peak_timing"), 0.0)
ORIGIN = ("title", "source", "run", "history", "configuration")


def origin_faults(attrs: Mapping[str, object], run: str) -> list[str]:
    """Tell what a product's attributes leave out of where it is from."""
    faults = [f"it has no {name}" for name in ORIGIN if not str(attrs.get(name, "")).strip()]
    if attrs.get("run", run) != run:
        faults.append(f"it is of the run {attrs['run']}")
    return faults


def reason_faults(values: np.ndarray, reason: np.ndarray) -> list[str]:
    """Compare masked values with their reason codes, of any one shape.

    A value that is there has the code of PASSED and one that is masked another code; where the code
    is NaN (sea) there is no value.
    """
    there, coded = np.isfinite(values), np.isfinite(reason)
    passed = reason == Reason.PASSED
    known = np.isin(reason, [int(code) for code in Reason])
    found = {
        "masked values have no reason": ~there & passed,
        "values are there despite a reason against them": there & coded & ~passed,
        "values have no code": there & ~coded,
        "codes are no reason that is known": coded & ~known,
    }
    faults = [f"{int(where.sum())} {text}" for text, where in found.items() if where.any()]
    return faults if there.any() else [*faults, "every value is masked"]


def share_masked(reason: np.ndarray) -> float:
    """Give the share of units with a code that are masked."""
    coded = np.isfinite(reason)
    return float(np.mean(reason[coded] != Reason.PASSED)) if coded.any() else float("nan")


def table_faults(table: pd.DataFrame) -> list[str]:
    """Look for double keys and impossible scores in a long table."""
    if tuple(table.columns) != COLUMNS:
        return [f"its columns are {', '.join(table.columns)}"]
    if table.empty:
        return ["it is empty"]
    faults = []
    twice = table[table.duplicated(list(COLUMNS[:-1]))]
    if len(twice):
        first = ", ".join(str(value) for value in twice.iloc[0, :-1])
        faults.append(f"{len(twice)} keys stand twice, first {first}")
    for metric, values in table.groupby("metric", sort=True)["value"]:
        text = _score_fault(str(metric), values.to_numpy(float))
        faults += [f"{metric} {text}"] if text else []
    return faults


def _score_fault(metric: str, values: np.ndarray) -> str:
    known = values[~np.isnan(values)]
    high = 1 + ROUNDING if metric in AT_MOST_ONE else np.inf
    low = LEAST.get(metric, -np.inf) - ROUNDING
    if not known.size:
        return "is known of no unit"
    if np.isinf(known).any():
        return f"is infinite {np.isinf(known).sum()} times"
    if (known > high).any() or (known < low).any():
        return f"lies from {known.min():.4g} to {known.max():.4g}"
    if metric == "n" and (known.size < values.size or (known % 1 != 0).any()):
        return "is not a whole number everywhere"
    return ""


def split_faults(folds: list[str], parts: np.ndarray) -> list[str]:
    """Look for units [fold, unit] tested in several folds, and for folds that lack a part."""
    faults = []
    tested = (parts == SplitPart.TEST).sum(0)
    if (tested > 1).any():
        faults.append(f"{int((tested > 1).sum())} units are tested in several folds")
    for fold, one in zip(folds, parts, strict=True):
        for part in (SplitPart.TRAIN, SplitPart.TEST):
            if not (one == part).any():
                faults.append(f"fold {fold} has no unit for {part.name.lower()}")
    return faults


def leak_faults(
    learnt: np.ndarray, networks: list[str], fold_of: list[str], tested: Mapping[str, np.ndarray]
) -> list[str]:
    """Look for networks that learnt from what their fold tests.

    `learnt` [network, unit] is a mask, `fold_of` the fold of each network, `tested` the mask [unit]
    of what each fold tests.
    """
    faults = []
    for name, fold, one in zip(networks, fold_of, learnt, strict=True):
        leaks = int((one & tested[fold]).sum())
        faults += [f"network {name} learnt from {leaks} units that it tests"] if leaks else []
    return faults


def period_faults(periods: Mapping[str, tuple[str | None, str | None]]) -> list[str]:
    """Look for periods that share days; None leaves an end open."""
    spans = {
        name: (pd.Timestamp(start or pd.Timestamp.min), pd.Timestamp(end or pd.Timestamp.max))
        for name, (start, end) in periods.items()
    }
    return [
        f"{one} and {other} share days"
        for (one, a), (other, b) in combinations(spans.items(), 2)
        if a[0] <= b[1] and b[0] <= a[1]
    ]


def storage_faults(data: xr.Dataset) -> list[str]:
    """Look for months of the gap-free record whose flag, quantiles or use contradict them."""
    flag, there = data["flag"].values, np.isfinite(data["twsa"].values)
    quantiles = data["twsa_quantiles"].transpose("level", ...).values
    falls = np.diff(quantiles, axis=0) < -ROUNDING * (1 + np.abs(quantiles[1:]))
    uncertain = np.isfinite(data["twsa_std"].values)
    learnt = np.isin(data["part"].values, [int(Part.TRAINING), int(Part.VALIDATION)])
    found = {
        "values contradict their flag": there != (flag != NO_DATA),
        "reconstructed values have no spread": (flag == FILLED) & ~uncertain,
        "quantiles fall as their level rises": falls,
        "months of a gap were learnt from": learnt & (data["in_gap"].values == 1),
    }
    return [f"{int(where.sum())} {text}" for text, where in found.items() if where.any()]


def drought_faults(data: xr.Dataset) -> list[str]:
    """Compare the classes of drought with the index that they are of."""
    other = int((data["drought"].values != drought.classes(data["wsdi"].values)).sum())
    return [f"{other} classes are not those of their index"] if other else []


def better_share(table: pd.DataFrame, baseline: str, metric: str = "kge") -> tuple[float, int]:
    """Give the share of units whose best experiment beats the baseline, and their number."""
    wide = table[table["metric"] == metric].pivot_table(
        index="unit_id", columns="experiment", values="value"
    )
    if baseline not in wide or wide.shape[1] < 2:
        return float("nan"), 0
    best = wide.drop(columns=baseline).max(axis=1)
    both = best.notna() & wide[baseline].notna()
    better = (best > wide[baseline])[both]
    return float(better.mean()) if both.any() else float("nan"), int(both.sum())


def ensemble_faults(table: pd.DataFrame) -> list[str]:
    """Look for ensembles of streamflow below the mean NSE of their networks, which is impossible.

    An ensemble's flow is the mean of its networks' flows, so that its squared error is at most
    their mean squared error (Jensen).
    """
    known = labelled(table[table["metric"] == "nse"]).dropna(subset="value")
    keys = ["architecture", "vectors", "split", "period", "unit_id"]
    whole = known[known["run"] == ENSEMBLE].set_index(keys)["value"]
    mean = known[known["run"] != ENSEMBLE].groupby(keys)["value"].mean()
    both = pd.concat({"whole": whole, "mean": mean}, axis=1).dropna()
    below = both["whole"] < both["mean"] - ROUNDING * (1 + both["mean"].abs())
    return [f"{int(below.sum())} ensembles lie below their networks' mean"] if below.any() else []


def coverage_of(table: pd.DataFrame, method: str) -> dict[float, float]:
    """Give the share of all land's storage that intervals of a method hold, by their promise."""
    of_land = (table["experiment"] == method) & (table["unit_id"] == LAND)
    rows = table[of_land & table["metric"].str.startswith("coverage_")]
    promised = rows["metric"].str.removeprefix("coverage_").astype(int) / 100
    return dict(zip(promised, rows["value"], strict=True))


def coverage_faults(measured: Mapping[float, float], least: float = 0.5) -> list[str]:
    """Judge the share of observations within central intervals, by what the intervals promise.

    Wider intervals hold more, and none holds less than `least` of its promise.
    """
    promised = sorted(measured)
    shares = [measured[one] for one in promised]
    faults = [
        f"the {one:.0%} interval holds {share:.0%}"
        for one, share in zip(promised, shares, strict=True)
        if not least * one <= share <= 1
    ]
    return faults + (["wider intervals hold less"] if (np.diff(shares) < 0).any() else [])


def balance_faults(table: pd.DataFrame, most: float = 0.5) -> list[str]:
    """Judge the audit of the water balance: terms add up, and the median unit nearly closes.

    `most` is the share of its rain that the median unit may leave over.
    """
    p, et, q, change, residual = (
        table[f"{name}_mm_year"].to_numpy() for name in ("p", "et", "q", "change", "residual")
    )
    size = np.abs([p, et, q, change, residual]).sum(0)
    off = np.abs(p - et - q - change - residual) > 1e-3 * size
    faults = [f"{int(off.sum())} units do not add up"] if off.any() else []
    left = np.nanmedian(np.abs(residual) / p) if np.isfinite(residual).any() else 0.0
    return faults + ([f"the median unit leaves {left:.0%} of its rain"] if left > most else [])
